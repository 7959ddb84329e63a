package dockerfile

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed dev_dependencies.md
var devDependenciesDoc string

// DevDependencies reports development dependencies in a final image.
var DevDependencies = &fixer.Rule{
	Name:     "dockerfile/dev-dependencies",
	Title:    "development dependencies in the image",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.OWASPNodeDocker, ID: "2"},
		{Source: fixer.CISDocker, ID: "4.3"},
		{Source: fixer.DockerfileDoctor, ID: "DD067"},
		{Source: fixer.Tally, ID: "php/composer-no-dev"},
		{Source: fixer.Tally, ID: "ruby/missing-bundle-without"},
	},
	Doc: devDependenciesDoc,
	Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		images := slices.DeleteFunc(build.Targets(p), func(s *dockerfile.Stage) bool { return build.ForDevelopment(p.File.Path, s) })
		if startsDevelopment(p, images) {
			return
		}
		kept := build.StagesInImages(f, images)
		all := build.Of(p.File).Steps("RUN")
		for _, l := range lastInstalls(p, all) {
			st, c := all[l.step], all[l.step].Commands[l.command]
			if (kept[st.Stage] || copiedToImage(p, kept, st, l.installer.Dir)) && !l.installer.takenAway(st, all[l.step:], l.command) {
				reportDependencies(p, st, c, l.installer, images, builds(st, all[l.step:], l.command))
			}
		}
		for _, st := range all {
			checkXdebug(p, kept, st)
		}
	},
}

// An install is the command of a step that calls an installer.
type install struct {
	installer     *installer
	step, command int
}

// lastInstalls returns, for each stage and installer, the last command that
// brings the development dependencies: whatever takes those away takes away
// what came before, too.
func lastInstalls(p *fixer.Pass, all []build.Step) []install {
	type key struct {
		stage     *dockerfile.Stage
		installer *installer
	}
	at := map[key]int{}
	var out []install
	for k, st := range all {
		if st.Instruction.OnBuild {
			continue
		}
		for n, c := range st.Commands {
			d := projectInstall(c)
			if d == nil || d.leftOut(p, st, c) || d.Language == "JavaScript" && listsNone(p, st.Stage) {
				continue
			}
			i, again := at[key{st.Stage, d}]
			if !again {
				i = len(out)
				at[key{st.Stage, d}] = i
				out = append(out, install{})
			}
			out[i] = install{d, k, n}
		}
	}
	return out
}

// listsNone reports whether the package.json that a stage copies lists no development
// dependencies. False where it was not read.
func listsNone(p *fixer.Pass, s *dockerfile.Stage) bool {
	ctx, ok := p.Topology().Context(p.File.Path)
	if !ok {
		return false
	}
	for _, i := range s.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			src := path.Join("/", w.Value)[1:]
			if path.Ext(src) == ".json" || strings.ContainsAny(src, "*?[") {
				src = path.Dir(src)
			}
			file := p.Read(ctx.Join(path.Join(src, "package.json")))
			if w.Dynamic || file == nil {
				continue
			}
			var pkg stack.PackageJSON
			return json.Unmarshal(bytes.TrimPrefix(file.Data, []byte("\ufeff")), &pkg) == nil && len(pkg.DevDependencies) == 0 && len(pkg.Workspaces) == 0
		}
	}
	return false
}

// buildWord matches the name of a script or a program that builds.
var buildWord = text.Regexp(`(?i)^(build|compile|bundle|tsc|webpack|vite|esbuild|rollup|gulp|grunt|ng|next|nuxt|nest|prisma|generate|assets:precompile|lint|test)([:-].*)?$`)

// builds reports whether a command behind the install may need what is for
// development: it builds or tests, or runs what is not read here.
func builds(st build.Step, rest []build.Step, n int) bool {
	return runsLater(st, rest, n, func(c build.Command) bool {
		if buildWord().MatchString(c.Program) || c.RunsUnread() {
			return true
		}
		return text.WordSet("npm npx yarn pnpm pnpx make node")[c.Program] && (c.Program == "make" || c.Program == "npx" || c.Program == "node" || slices.ContainsFunc(c.Plain(), buildWord().MatchString))
	})
}

// copiedToImage reports whether a stage that ends up in an image copies the folder
// that a step fills, or one above it.
func copiedToImage(p *fixer.Pass, kept map[*dockerfile.Stage]bool, st build.Step, folder string) bool {
	dir := st.Stage.WorkdirAt(st.Instruction)
	if folder == "" || !dir.Known {
		return false
	}
	full := path.Join("/", dir.Text, folder)
	for s := range kept {
		for _, i := range s.Instructions {
			from, ok := i.Flag("from")
			if !ok || i.Keyword != "COPY" || !slices.Contains(chainOf(p.File.Dockerfile, from.Value), st.Stage) {
				continue
			}
			for _, w := range i.Words[:max(0, len(i.Words)-1)] {
				src := path.Join("/", w.Value)
				if !w.Dynamic && (src == full || strings.HasPrefix(full, strings.TrimSuffix(src, "/")+"/")) {
					return true
				}
			}
		}
	}
	return false
}

// chainOf are the stages that a --from means: the named one and those below it.
func chainOf(f *dockerfile.File, name string) []*dockerfile.Stage {
	if s := build.StageNamed(f, name); s != nil {
		return s.Chain()
	}
	return nil
}

// devServer matches the commands of an image that is for development.
var devServer = text.Regexp(`(?i)(^|[^\w])(dev|develop|development|watch|nodemon|ts-node|ts-node-dev|tsx|vite|webpack|serve|react-scripts|ng|storybook|jest|vitest|mocha|cypress|playwright|pytest|rspec|phpunit|test|tests|lint|build|expo|parcel|hardhat|--reload)([^\w]|$)`)

// startsDevelopment reports whether an image starts something that is for
// development, of its own or because a Compose service says so.
func startsDevelopment(p *fixer.Pass, images []*dockerfile.Stage) bool {
	for _, s := range images {
		for _, line := range []dockerfile.CommandLine{s.Entrypoint(), s.Cmd()} {
			if devServer().MatchString(strings.Join(line.Args, " ")) {
				return true
			}
		}
	}
	for _, v := range p.Topology().Users(p.File.Path) {
		command := v.Setting("command").Node
		if devServer().MatchString(command.Text() + " " + strings.Join(command.Texts(), " ")) {
			return true
		}
	}
	return false
}

func reportDependencies(p *fixer.Pass, st build.Step, c build.Command, d *installer, images []*dockerfile.Stage, builds bool) {
	sub, k := c.Subcommand()
	what := strings.TrimSpace(c.Program + " " + sub)
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": " + c.Program,
		Message: what + " also installs the development dependencies of the project",
		Advice:  fmt.Sprintf("Add %s to %s", d.write, what),
	}
	f.Start, f.End = st.Span(c)
	own := slices.ContainsFunc(images, func(s *dockerfile.Stage) bool { return slices.Contains(s.Chain(), st.Stage) })
	switch {
	case d.prune == "":
	case builds && own:
		f.Advice = fmt.Sprintf("Build in a separate stage, or end the step that installs and builds with %s. A later step needs the development dependencies, and files of earlier steps stay in their layers", d.prune)
	case builds || !own:
		f.Advice = fmt.Sprintf("Run %s in that stage after the build, before its directory is copied", d.prune)
	case c.Program != "npm":
	case isFallback(c):
		f.Advice += fmt.Sprintf(". Not fixed automatically: the command is in %s, and other commands of the step install the same dependencies", c.Place)
	case npmBefore7(st.Stage):
		f.Advice = "Add --only=production: --omit=dev needs npm 7 or newer"
	case !st.Edited(c.Command):
		f.Advice += st.NotEdited(c.Command)
	case !startsNode(images):
		f.Advice += ". Not fixed automatically: the dependencies of the start command are unknown"
	default:
		f.Advice, f.Fixes = "", []fixer.Fix{omitDev(st, c, k)}
	}
	report(p, st.At, f)
}

func omitDev(st build.Step, c build.Command, sub int) fixer.Fix {
	return fixer.Fix{
		ID: "omit-dev", Title: "Add --omit=dev", Level: fixer.Review,
		Breaks: "Applications that require a package listed under devDependencies, and builds whose install scripts (prepare) call one",
		Verify: "docker build -t IMAGE . && docker run --rm IMAGE\nstarts the application without a \"Cannot find module\" error",
		Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return st.Script.InsertWord(c.Command, sub, "--omit=dev") }),
	}
}

// startsNode reports whether every image starts node with a file of plain
// JavaScript.
func startsNode(images []*dockerfile.Stage) bool {
	for _, s := range images {
		words := slices.Concat(s.Entrypoint().Args, s.Cmd().Args)
		if !nodeFile().MatchString(strings.Join(words, " ")) {
			return false
		}
	}
	return true
}

// nodeFile matches node with a file, and no loader or other option but those
// that only set limits.
var nodeFile = text.Regexp(`^(tini -- |/sbin/tini -- |dumb-init )?(exec )?(/\S*/)?node( --max\S+| --enable-source-maps)* [\w./-]+\.[cm]?js( |$)`)

// npmBefore7 reports whether a stage is known to have a Node.js whose npm does
// not know --omit.
func npmBefore7(s *dockerfile.Stage) bool {
	ref, err := image.ParseReference(s.Root().Image)
	if err != nil || ref.Name() != image.DockerHub+"/library/node" {
		return false
	}
	v := ref.Version()
	return len(v) > 0 && v[0] < 16
}

func checkXdebug(p *fixer.Pass, kept map[*dockerfile.Stage]bool, st build.Step) {
	if !kept[st.Stage] {
		return
	}
	for _, c := range st.Commands {
		for _, w := range c.Args() {
			name := strings.ToLower(w.Value)
			enables := c.Program == "docker-php-ext-enable" || c.Program == "install-php-extensions" || c.Program == "phpenmod"
			if enables && (name == "xdebug" || strings.HasPrefix(name, "xdebug-")) {
				f := fixer.Finding{
					Path: place(p.File.Dockerfile, st.At) + ": xdebug", Severity: fixer.Medium,
					Message: "xdebug is enabled in the final image: the debugging client can run code in the application",
					Advice:  "Install xdebug in a development stage (FROM base AS dev), and set target: dev in the Compose file",
				}
				f.Start, f.End = st.Span(c)
				report(p, st.At, f)
				return
			}
		}
	}
}
