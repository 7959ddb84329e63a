package stack

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

var dotnetStack = &Stack{
	Name:   ".NET",
	Images: []string{"mcr.microsoft.com/dotnet/sdk", "mcr.microsoft.com/dotnet/core/sdk"},
	Does: func(_ *App, _ build.Step, c build.Command) *Work {
		if c.Program != "dotnet" {
			return nil
		}
		switch verb, _ := c.Subcommand(); verb {
		case "restore", "build", "publish", "clean", "test", "nuget", "--info", "sln", "add", "new", "format", "msbuild", "workload":
			return &Work{Develops: verb == "test"}
		case "tool":
			if !c.Has("--tool-path") {
				return &Work{Develops: true}
			}
		case "dev-certs":
			return nil // writes where the user has it
		}
		return nil
	},
	Plan: planDotnet,
}

// A publish is a dotnet publish of the build.
type publish struct {
	project *dotnetProject // nil where none was found or read
	name    string         // of the project file, without extension; "" for a solution or none
	dir     string         // of the image, into which it writes; "" where that is not known
	usual   bool           // it writes beside each project, into bin/CONFIGURATION/FRAMEWORK/publish
	own     bool           // self-contained: it brings the runtime
	by      *dockerfile.Instruction
}

func planDotnet(a *App) (*Recipe, error) {
	words := a.launched()
	if len(words) == 0 {
		return nil, unknownStart(a)
	}
	if words[0] == "dotnet" && len(words) > 1 {
		switch verb := words[1]; {
		case verb == "watch":
			return nil, Refuse(DevelopmentStart, a.StartsIn, `Start what dotnet publish writes: CMD ["dotnet", "NAME.dll"]`, "the container starts a development server (dotnet watch)")
		case verb == "run" || verb == "test" || verb == "build":
			return nil, Refuse(BuildAtStart, a.StartsIn, `Run dotnet publish -c Release -o /app in the Dockerfile, and start what it writes: CMD ["dotnet", "NAME.dll"]`, "the container builds when it starts (dotnet %s)", verb)
		}
	}
	started := words[0]
	if started == "dotnet" {
		started = ""
		for _, w := range words[1:] {
			if strings.HasSuffix(w, ".dll") {
				started = w
				break
			}
		}
	}
	p := a.Absolute(nil, started)
	if started == "" || p == "" || !strings.Contains(words[0], "/") && words[0] != "dotnet" {
		return nil, Refuse(UnknownStart, a.StartsIn, `Start what dotnet publish writes: CMD ["dotnet", "NAME.dll"]`, "the container starts %s, and oakum does not know what that needs", text.VisibleLine(short(strings.Join(words, " "), 60)))
	}
	pub, err := findPublish(a, p)
	if err != nil {
		return nil, err
	}
	r := &Recipe{Leaves: []string{"the .NET SDK", "the sources and the cache of packages"}, Programs: []string{"dotnet"}}
	r.add(pub.dir, "dotnet publish")
	r.Breaks = append(r.Breaks, "An application that opens files which dotnet publish does not write into "+text.VisibleLine(pub.dir))
	if pub.project != nil {
		r.Evidence = append(r.Evidence, fact(pub.project.file, "The project is published as "+text.VisibleLine(path.Base(p))))
	}
	return r, dotnetRuntimes(a, r, pub)
}

// findPublish finds the publish that writes a file of the image.
func findPublish(a *App, p string) (publish, error) {
	list := publishes(a)
	if len(list) == 0 {
		return publish{}, Refuse(UnknownOutput, a.StartsIn, "Run dotnet publish -c Release -o /app in the Dockerfile", "the container starts %s, and nothing in the file publishes it", text.VisibleLine(path.Base(p)))
	}
	for _, pub := range list {
		if pub.usual && pub.dir == "" {
			pub = pub.beside(a, p)
		}
		if pub.dir == "" || path.Dir(p) != pub.dir {
			continue
		}
		name := strings.TrimSuffix(path.Base(p), ".dll")
		want := pub.name
		if pub.project != nil && pub.project.properties["AssemblyName"] != "" {
			want = pub.project.properties["AssemblyName"]
			if strings.Contains(want, "$(") {
				want = name
			}
		}
		if want == "" && !a.hasProject(name) {
			return publish{}, Refuse(Disagreement, a.StartsIn, "Name the project in dotnet publish", "the container starts %s, and no project of that name is in the build context", text.VisibleLine(path.Base(p)))
		}
		if want != "" && want != name {
			return publish{}, Refuse(Disagreement, a.StartsIn, "Start "+text.VisibleLine(want)+".dll", "the container starts %s, but the project is published as %s.dll", text.VisibleLine(path.Base(p)), text.VisibleLine(want))
		}
		return pub, nil
	}
	return publish{}, Refuse(UnknownOutput, a.StartsIn, "Publish into the directory from which the application starts (dotnet publish -c Release -o "+text.VisibleLine(path.Dir(p))+")",
		"the container starts %s, and no dotnet publish in the file is known to write it", text.VisibleLine(p))
}

// beside finds the project of a solution that a file is published from, by the directory
// that publish writes without being told one.
func (p publish) beside(a *App, file string) publish {
	at := usualPublish().FindStringSubmatch(path.Dir(file))
	if at == nil {
		return p
	}
	for _, name := range a.projectsIn(at[1]) {
		p.dir, p.name = path.Dir(file), strings.TrimSuffix(name, path.Ext(name))
		p.project = a.project(path.Join(at[1], name))
	}
	return p
}

var usualPublish = text.Regexp(`^(.+)/bin/\w+/[\w.-]+(?:/[\w.-]+)?/publish$`)

// publishes are the calls of dotnet publish, the last one first.
func publishes(a *App) []publish {
	var out []publish
	a.inDirs(func(st build.Step, dir string, c build.Command) {
		verb, k := c.Subcommand()
		if c.Program != "dotnet" || verb != "publish" {
			return
		}
		pub := publish{by: st.Instruction}
		target, rid := "", false
		for _, w := range c.Words[k+1:] {
			if ext := path.Ext(w.Value); !strings.HasPrefix(w.Value, "-") && strings.HasSuffix(ext, "proj") || ext == ".sln" || ext == ".slnx" {
				target = w.Value
			}
			rid = rid || slices.Contains([]string{"-r", "--runtime", "--os", "-a", "--arch", "--use-current-runtime", "--ucr"}, w.Value)
		}
		if target == "" && len(c.Words) > k+1 && !strings.HasPrefix(c.Words[k+1].Value, "-") {
			target = c.Words[k+1].Value // a directory
		}
		at := dir
		switch ext := path.Ext(target); {
		case target == "":
		case ext == ".sln" || ext == ".slnx":
			at = below(dir, path.Dir(target))
		case strings.HasSuffix(ext, "proj"):
			at = below(dir, path.Dir(target))
			pub.name = strings.TrimSuffix(path.Base(target), ext)
			pub.project = a.project(below(dir, target))
		default:
			at = below(dir, target)
		}
		if pub.name == "" && path.Ext(target) != ".sln" && path.Ext(target) != ".slnx" {
			if names := a.projectsIn(at); len(names) == 1 {
				pub.name = strings.TrimSuffix(names[0], path.Ext(names[0]))
				pub.project = a.project(path.Join(at, names[0]))
			}
		}
		pub.usual = !strings.Contains(joinedWords(c), "OutputPath=") && !strings.Contains(joinedWords(c), "PublishDir=") && !c.Has("-o", "--output")
		pub.dir = publishDir(a, st, dir, at, c, k, pub.project)
		pub.contained(a, c, rid)
		out = append(out, pub)
	})
	slices.Reverse(out)
	return out
}

func joinedWords(c build.Command) string {
	var out []string
	for _, w := range c.Words {
		out = append(out, w.Value)
	}
	return strings.Join(out, " ")
}

// publishDir is the directory that a publish writes.
func publishDir(a *App, st build.Step, dir, project string, c build.Command, verb int, of *dotnetProject) string {
	for _, name := range []string{"-o", "--output"} {
		if v, ok := option(c, verb, name); ok {
			v, _ = a.Build.Expand(a.Stage, st.Instruction, v)
			if version := a.Ref.Version(); len(version) > 0 && version[0] < 3 {
				dir = project // to which it was relative then
			}
			return below(dir, v)
		}
	}
	for _, w := range c.Words[verb:] {
		if name, _, _ := strings.Cut(w.Value, "="); slices.Contains([]string{"-p:PublishDir", "/p:PublishDir", "-p:OutputPath", "/p:OutputPath"}, name) {
			return "" // relative to each project
		}
	}
	framework := ""
	if of != nil {
		framework = of.properties["TargetFramework"]
	}
	if v, ok := option(c, verb, "-f"); ok {
		framework = v
	}
	if project == "" || framework == "" || strings.Contains(framework, "$") {
		return ""
	}
	configuration := "Debug"
	if v := a.Ref.Version(); len(v) > 0 && v[0] >= 8 {
		configuration = "Release" // the default of publish since .NET 8
	}
	for _, name := range []string{"-c", "--configuration"} {
		if v, ok := option(c, verb, name); ok {
			configuration, _ = a.Build.Expand(a.Stage, st.Instruction, v)
		}
	}
	if strings.Contains(configuration, "$") {
		return ""
	}
	out := path.Join(project, "bin", configuration, framework)
	for _, name := range []string{"-r", "--runtime"} {
		if v, ok := option(c, verb, name); ok {
			out = path.Join(out, v)
		}
	}
	return path.Join(out, "publish")
}

// contained fills in whether a publish brings the runtime.
func (p *publish) contained(a *App, c build.Command, rid bool) {
	get := func(name string) string {
		for _, w := range c.Words {
			for _, prefix := range []string{"-p:", "/p:", "--property:"} {
				if v, ok := strings.CutPrefix(w.Value, prefix+name+"="); ok {
					return strings.ToLower(strings.Trim(v, `"'`))
				}
			}
		}
		if p.project != nil {
			return strings.ToLower(p.project.properties[name])
		}
		return ""
	}
	p.own = get("SelfContained") == "true" || get("PublishAot") == "true"
	if v := a.Ref.Version(); rid && len(v) > 0 && v[0] < 6 {
		p.own = true // with a runtime identifier, before .NET 6
	}
	if v, ok := option(c, c.ProgramWord, "--self-contained"); ok && v != "false" || c.Has("--self-contained", "--sc") && !ok {
		p.own = true
	} else if ok && v == "false" || c.Has("--no-self-contained") {
		p.own = false
	}
}

// dotnetRuntimes fills in the images that have the release of .NET of the build.
func dotnetRuntimes(a *App, r *Recipe, pub publish) error {
	v := a.Ref.Version()
	if len(v) < 2 || strings.Contains(a.Ref.Tag, "preview") || strings.Contains(a.Ref.Tag, "-rc") {
		return Refuse(NoRuntime, a.Stage.From, "Use a tag that names the release of .NET, such as sdk:10.0", "the tag %s does not name a release of .NET", text.VisibleLine(a.Ref.Familiar()))
	}
	release := fmt.Sprintf("%d.%d", v[0], v[1])
	if want := frameworkOf(pub.project); want != "" && want != release && !pub.own {
		return Refuse(Disagreement, a.Stage.From, "Build with the SDK of the release that the project targets", "%s targets .NET %s, but the base image is for .NET %s", pub.project.file.Path, text.VisibleLine(want), release)
	}
	kind := "aspnet"
	switch {
	case pub.own:
		kind = "runtime-deps"
	case pub.project != nil && !pub.project.web():
		kind = "runtime"
	}
	repository := strings.TrimSuffix(a.Ref.Name(), "sdk") + kind
	variant := ""
	if words := a.Ref.Words(); len(words) > 0 {
		if slices.Contains(words, "aot") {
			return Refuse(NoRuntime, a.Stage.From, "Write the second stage by hand", "no smaller image is known for %s", text.VisibleLine(a.Ref.Familiar()))
		}
		variant = "-" + strings.Join(words, "-")
	}
	why := "it runs .NET " + release + ", the release of the build, on the same distribution"
	plain := Runtime{ID: kind, Image: repository + ":" + release + variant, Shell: true, Same: true, Why: why}
	invariant := pub.project != nil && strings.EqualFold(pub.project.properties["InvariantGlobalization"], "true")
	if chiseled, ok := chiseledOf(a, repository, release, variant, invariant); ok {
		r.Runtimes = append(r.Runtimes, chiseled)
	}
	if a.Base.Distribution == image.Alpine && !invariant {
		plain.Packages = []string{"icu-data-full", "icu-libs", "tzdata"}
		r.Env = append(r.Env, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false")
	}
	r.Runtimes = append(r.Runtimes, plain)
	if kind == "aspnet" && v[0] < 10 {
		r.Breaks = append(r.Breaks, "An application that sets no address listens on the port of the runtime image (8080, or 80 before .NET 8) and no longer on 5000")
	}
	return nil
}

// chiseledOf is the image without shell and package manager, of the same release of
// Ubuntu.
func chiseledOf(a *App, repository, release, variant string, invariant bool) (Runtime, bool) {
	codename := a.Base.Codename
	if codename == "" && variant == "" && release == "10.0" {
		codename = "noble" // the default of this release
	}
	if a.Base.Distribution != image.Ubuntu || codename != "noble" && codename != "jammy" || variant != "" && variant != "-"+codename {
		return Runtime{}, false
	}
	name := repository + ":" + release + "-" + codename + "-chiseled"
	why := "it has .NET " + release + " on the same release of Ubuntu, and neither a shell nor a package manager"
	if !invariant {
		name += "-extra"
		why += ". This variant has ICU and time zones, which the application may use"
	}
	return Runtime{ID: "chiseled", Image: name, User: "1654:1654", Same: true, Why: why}, true
}
