package build

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// An Installer is a program that installs packages of a language.
type Installer struct {
	Name     string
	Language string
	programs map[string]bool
	verbs    map[string]bool // with which it installs; "" for none at all
	project  map[string]bool // of these, those that install what the project lists

	Manifests []string // files that list what the project needs
	Locks     []string // files that say in which versions, the usual one first
	Dir       string   // where it puts packages, below the working directory; "" when it is elsewhere
}

// Installers are the installers that are known, by name.
var Installers = installers(
	&Installer{Name: "npm", Language: "JavaScript", programs: text.WordSet("npm"), verbs: text.WordSet("install i ci clean-install"),
		Manifests: []string{"package.json"}, Locks: []string{"package-lock.json", "npm-shrinkwrap.json"}, Dir: "node_modules"},
	&Installer{Name: "yarn", Language: "JavaScript", programs: text.WordSet("yarn yarnpkg"), verbs: alone("install"),
		Manifests: []string{"package.json"}, Locks: []string{"yarn.lock"}, Dir: "node_modules"},
	&Installer{Name: "pnpm", Language: "JavaScript", programs: text.WordSet("pnpm"), verbs: text.WordSet("install i"),
		Manifests: []string{"package.json"}, Locks: []string{"pnpm-lock.yaml"}, Dir: "node_modules"},
	&Installer{Name: "bun", Language: "JavaScript", programs: text.WordSet("bun"), verbs: text.WordSet("install i ci"),
		Manifests: []string{"package.json"}, Locks: []string{"bun.lock", "bun.lockb"}, Dir: "node_modules"},
	&Installer{Name: "pip", Language: "Python", verbs: text.WordSet("install"), Manifests: []string{"requirements.txt", "pyproject.toml", "setup.py"}},
	&Installer{Name: "poetry", Language: "Python", programs: text.WordSet("poetry"), verbs: text.WordSet("install sync"),
		Manifests: []string{"pyproject.toml"}, Locks: []string{"poetry.lock"}},
	&Installer{Name: "uv", Language: "Python", programs: text.WordSet("uv"), verbs: text.WordSet("sync"),
		Manifests: []string{"pyproject.toml"}, Locks: []string{"uv.lock"}},
	&Installer{Name: "pipenv", Language: "Python", programs: text.WordSet("pipenv"), verbs: text.WordSet("install sync"),
		Manifests: []string{"Pipfile"}, Locks: []string{"Pipfile.lock"}},
	&Installer{Name: "bundler", Language: "Ruby", programs: text.WordSet("bundle"), verbs: alone("install"),
		Manifests: []string{"Gemfile"}, Locks: []string{"Gemfile.lock"}},
	&Installer{Name: "gem", Language: "Ruby", programs: text.WordSet("gem"), verbs: text.WordSet("install i"), project: map[string]bool{}},
	&Installer{Name: "composer", Language: "PHP", programs: text.WordSet("composer composer.phar"), verbs: text.WordSet("install i update u require create-project"),
		project: text.WordSet("install i"), Manifests: []string{"composer.json"}, Locks: []string{"composer.lock"}, Dir: "vendor"},
	&Installer{Name: "go", Language: "Go", programs: text.WordSet("go"), verbs: text.WordSet("build install mod get"), project: text.WordSet("build mod"),
		Manifests: []string{"go.mod"}, Locks: []string{"go.sum"}},
	&Installer{Name: "cargo", Language: "Rust", programs: text.WordSet("cargo"), verbs: text.WordSet("build fetch install"), project: text.WordSet("build fetch"),
		Manifests: []string{"Cargo.toml"}, Locks: []string{"Cargo.lock"}, Dir: "target"},
	&Installer{Name: "maven", Language: "Java", programs: text.WordSet("mvn mvnw"), verbs: text.WordSet("install package verify compile deploy dependency:go-offline dependency:resolve"),
		Manifests: []string{"pom.xml"}, Dir: "target"},
	&Installer{Name: "gradle", Language: "Java", programs: text.WordSet("gradle gradlew"), verbs: text.WordSet("build assemble bootJar shadowJar installDist dependencies"),
		Manifests: []string{"build.gradle", "build.gradle.kts"}, Dir: "build"},
	&Installer{Name: "dotnet", Language: ".NET", programs: text.WordSet("dotnet"), verbs: text.WordSet("restore build publish"),
		Locks: []string{"packages.lock.json"}, Dir: "obj"},
)

// alone are verbs of a program that does the same without any.
func alone(verbs string) map[string]bool {
	out := text.WordSet(verbs)
	out[""] = true
	return out
}

func installers(list ...*Installer) map[string]*Installer {
	out := map[string]*Installer{}
	for _, in := range list {
		if in.project == nil {
			in.project = in.verbs
		}
		out[in.Name] = in
	}
	return out
}

// byProgram are the installers by the names of their programs.
var byProgram = func() map[string]*Installer {
	out := map[string]*Installer{}
	for _, in := range Installers {
		for name := range in.programs {
			out[name] = in
		}
	}
	return out
}()

// Calls reports whether a command calls the installer, with whatever verb.
func (in *Installer) Calls(c Command) bool { return in.programs[c.Program] }

// An Install is a command that installs packages of a language.
type Install struct {
	*Installer
	Verb     string // "" when the program does so without any
	VerbWord int    // its index among the words, or that of the program
	Project  bool   // it installs what the project lists, and nothing by name
	Global   bool   // for all projects of the machine
}

// readInstall recognises an installer; nil for another program or verb. A value
// of an option that stands apart is taken for a package: what an installer is
// given by name counts as named.
func readInstall(c *Command) *Install {
	if k := pipWord(c); k > 0 {
		return readPip(c, k)
	}
	in := byProgram[c.Program]
	if in == nil {
		return nil
	}
	verb, k := c.Subcommand()
	if !in.verbs[verb] {
		return nil
	}
	return &Install{Installer: in, Verb: verb, VerbWord: max(k, c.ProgramWord),
		Project: in.project[verb] && len(c.Plain()) <= 1,
		Global:  c.Has("-g", "--global", "--location=global"),
	}
}

// pipWord returns the index of the word that names pip, by itself or as the
// module that python runs; 0 for another command.
func pipWord(c *Command) int {
	args := c.Args()
	switch {
	case isPip(c.Program):
		return c.ProgramWord + 1
	case strings.HasPrefix(c.Program, "python") && len(args) > 2 && args[0].Value == "-m" && args[1].Value == "pip":
		return c.ProgramWord + 3
	}
	return 0
}

// isPip reports whether a program is pip, of any version: pip, pip3, pip3.13.
func isPip(name string) bool {
	rest, ok := strings.CutPrefix(name, "pip")
	return ok && strings.Trim(rest, "0123456789.") == ""
}

// readPip reads the words from the k-th on, after pip.
func readPip(c *Command, k int) *Install {
	for ; k < len(c.Words); k++ {
		if c.Words[k].Value == "install" {
			named := slices.ContainsFunc(c.Words[k+1:], func(w dockerfile.Word) bool { return !strings.HasPrefix(w.Value, "-") })
			return &Install{Installer: Installers["pip"], Verb: "install", VerbWord: k, Project: !named || c.Has("-r", "--requirement")}
		}
		if !strings.HasPrefix(c.Words[k].Value, "-") {
			return nil
		}
	}
	return nil
}
