package multistage

import (
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

// look opens a file that has one stage, which somebody runs.
func look(p *fixer.Pass) (*stack.App, bool) {
	if p.File == nil || p.File.Dockerfile == nil || forDevelopment(p.File.Path, p.File.Dockerfile.Final()) {
		return nil, false
	}
	return stack.Open(p)
}

// forDevelopment reports whether the only stage of a file is for development. A name
// that says that others start from it or copy from it, such as build, does not hold
// where it is the only one.
func forDevelopment(file string, s *dockerfile.Stage) bool {
	return build.ForDevelopment(file, &dockerfile.Stage{}) || developmentStage().MatchString(s.Name)
}

var developmentStage = text.Regexp(`(?i)(^|[-_.])(dev|devel|development|debug|devcontainer|test|tests|testing|ci|lint|e2e)([-_.]|$)`)

// gains are what would leave the image: tools of the base, and packages that only
// building needs.
func (c *conversion) gains() []string {
	a := c.app
	var out []string
	if tool, ok := toolchain(a); ok {
		out = append(out, "the "+tool)
	} else if a.Base.Has("gcc") == image.Present && installs(a) {
		out = append(out, "the compilers and version control tools of "+a.Ref.Familiar())
	}
	var packages []string
	for _, st := range a.Steps {
		gone := st.RemovedPackages()
		if st.RemovesUnknown() {
			continue
		}
		for _, cmd := range st.Commands {
			call := cmd.Package
			if call == nil || !call.Installs() || gone[call.Virtual] && call.Virtual != "" {
				continue
			}
			for _, name := range call.Packages {
				plain := build.PackageName(name)
				fate := stack.FateOf(a.Base, name)
				if fate.Sure && !gone[plain] && !slices.Contains(fate.Run, name) && heavy(plain) {
					packages = append(packages, plain)
				}
			}
		}
	}
	if callsComposer(a) && !slices.Contains(packages, "composer") {
		packages = append(packages, "Composer")
	}
	if len(packages) > 0 {
		out = append(out, listed(packages, 4))
	}
	return out
}

// installs reports whether a build installs packages of a language, for which the
// compilers of its base may be.
func installs(a *stack.App) bool {
	found := false
	a.Commands(func(_ build.Step, c build.Command) { found = found || c.Install != nil })
	return found
}

// callsComposer reports whether a build installs packages with Composer, which is in the
// image then, and does not delete it.
func callsComposer(a *stack.App) bool {
	calls := false
	a.Commands(func(_ build.Step, c build.Command) {
		switch {
		case c.Install != nil && c.Install.Name == "composer":
			calls = true
		case c.Program == "rm" && slices.ContainsFunc(c.Plain(), func(w string) bool { return path.Base(w) == "composer" }):
			calls = false
		}
	})
	return calls
}

// heavy reports whether a package is reason enough for a stage of its own: it compiles,
// or is for compiling.
func heavy(name string) bool {
	return stack.IsCompiler(name) || name == "composer" || strings.HasSuffix(name, "-dev") || strings.HasSuffix(name, "-devel")
}

// toolchain names the toolchain of the base image, where that is for building and
// nothing else, or where the file builds with it.
func toolchain(a *stack.App) (string, bool) {
	if !jdks[a.Ref.Repository] || a.Ref.Registry != image.DockerHub {
		t, ok := stack.ToolchainOf(a.Ref)
		return t.Name, ok
	}
	builds := false
	a.Commands(func(_ build.Step, c build.Command) { builds = builds || javaBuilders[c.Program] })
	return "JDK", builds
}

// jdks are images that have a JDK and are used to run as well as to build.
var jdks = text.WordSet("library/eclipse-temurin library/openjdk library/amazoncorretto")

// javaBuilders are programs that need a JDK.
var javaBuilders = text.WordSet("mvn mvnw gradle gradlew javac")

// listed joins names for people, the first few of them.
func listed(names []string, most int) string {
	switch {
	case len(names) == 1:
		return names[0]
	case len(names) <= most:
		return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// gate refuses files whose structure forbids it, whatever is in them.
func (c *conversion) gate() error {
	s := c.app.Stage
	if s.Windows {
		return stack.Refuse(stack.Windows, s.From, "Write the second stage by hand", "the image is one for Windows")
	}
	for _, i := range s.Instructions {
		switch i.Keyword {
		case "ONBUILD":
			return stack.Refuse(stack.Trigger, i, "Move the triggers into the Dockerfiles that use this image", "the triggers of ONBUILD act in images built from this one, which are unknown here")
		case "SHELL":
			return stack.Refuse(stack.OtherShell, i, "Leave SHELL out, or write the second stage by hand", "another shell runs the commands (SHELL)")
		}
	}
	return nil
}

// inPlace refuses an image that a Compose service uses for development: it mounts the
// sources over an application from which packages would go, or starts a development
// server.
func (c *conversion) inPlace() error {
	a := c.app
	for _, v := range c.pass.Topology().Users(a.Path) {
		for _, m := range v.Mounts() {
			if m.Tmpfs || m.Source == "" || !strings.HasPrefix(m.Source, ".") && !strings.HasPrefix(m.Source, "/") {
				continue
			}
			if target := path.Clean(m.Target); len(c.recipe.After) > 0 && a.Workdir != "" && a.Workdir != "/" && target == a.Workdir {
				return stack.Refuse(stack.UsedInPlace, nil, "Add a stage for development, and name it in the Compose file (target: dev)",
					"service %s mounts %s over the application at %s, so the image is used for development", text.VisibleLine(v.Name), text.VisibleLine(m.Source), text.VisibleLine(target))
			}
		}
		command := v.Setting("command").Node
		words := command.Texts()
		if t := command.Text(); t != "" {
			words = strings.Fields(t)
		}
		if start := build.ReadStart(words); start.Kind == build.StartsDevelopment || start.Kind == build.StartsBuild {
			return stack.Refuse(stack.UsedInPlace, nil, "Add a stage for development, and name it in the Compose file (target: dev)",
				"service %s starts %s from the image, which needs what is for development", text.VisibleLine(v.Name), text.VisibleLine(start.What))
		}
	}
	for _, m := range c.manifests() {
		if what := m.develops(); what != "" {
			return stack.Refuse(stack.UsedInPlace, nil, "Add a stage for development, and build it for the manifest (docker build --target dev)",
				"a manifest starts %s from the image (%s), which needs what is for development", text.VisibleLine(what), m.shown())
		}
	}
	return nil
}

// lastBuilt returns the index of the last instruction of a stage that changes files; -1
// for none.
func lastBuilt(s *dockerfile.Stage) int {
	last := -1
	for k, i := range s.Instructions {
		if i.Keyword == "RUN" || i.Keyword == "COPY" || i.Keyword == "ADD" {
			last = k
		}
	}
	return last
}
