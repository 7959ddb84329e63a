package stack

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// elsewhere reports whether an install is told to put packages beside where an
// interpreter looks for them.
func elsewhere(c build.Command) bool {
	return slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool {
		name, _, _ := strings.Cut(w.Value, "=")
		return slices.Contains([]string{"--user", "--target", "-t", "--prefix", "--root", "--system"}, name)
	})
}

// A pythonInstall is how a build installs the packages of an application.
type pythonInstall struct {
	first *dockerfile.Instruction // the first that installs with pip
	env   string                  // the environment that the file makes itself
	tools []string                // poetry, uv, pipenv

	tooled *dockerfile.Instruction // the first that installs with one of them
	active bool                    // a tool installs into the environment that is active
}

// pythonInstalls reads where packages are installed.
func pythonInstalls(a *App) (in pythonInstall, err error) {
	a.Commands(func(st build.Step, c build.Command) {
		switch {
		case err != nil:
		case c.Program == "conda" || c.Program == "mamba" || c.Program == "micromamba":
			err = Refuse(SystemInstall, st.Instruction, "Install with pip into a virtual environment", "the packages of the application are installed by conda, beside the interpreter")
		case strings.HasPrefix(c.Program, "python") && c.Has("-m") && slices.Contains(c.Plain(), "venv"), c.Program == "virtualenv":
			if list := c.Plain(); len(list) > 0 {
				in.env = a.Absolute(st.Instruction, list[len(list)-1])
			}
		case c.Install != nil && c.Install.Name == "pip" && elsewhere(c):
			err = Refuse(UnknownOutput, st.Instruction, "Install without --user, --target and --prefix", "the packages are installed where oakum does not follow them (%s)", c.Program)
		case c.Install != nil && c.Install.Name == "pip" && c.Has("--no-binary") && !sameBase(a):
			err = Refuse(UnknownPackage, st.Instruction, "Name the packages that are needed at run time in the Dockerfile, on a slim base image",
				"packages are compiled against libraries of the larger image, and which of them are needed at run time does not follow from their names")
		case c.Install != nil && c.Install.Name == "pip" && a.onlyTools(c):
		case c.Install != nil && c.Install.Name == "pip" && in.first == nil:
			in.first = st.Instruction
		case c.Install != nil && c.Install.Language == "Python" && c.Install.Name != "pip":
			if in.tooled == nil {
				in.tooled = st.Instruction
			}
			in.tools = appendOnce(in.tools, c.Install.Name)
		case c.Program == "uv" && c.Has("pip"):
			if c.Has("--system") {
				err = Refuse(SystemInstall, st.Instruction, "Install into a virtual environment (uv venv, without --system)", "the packages are installed beside the interpreter (uv pip install --system)")
			} else if in.first == nil {
				in.first = st.Instruction
			}
		}
	})
	if err != nil {
		return in, err
	}
	for _, tool := range in.tools {
		if err := toolEnvironment(a, &in, tool); err != nil {
			return in, err
		}
	}
	if in.first == nil && in.env == "" && len(in.tools) == 0 {
		return in, Refuse(Disagreement, nil, "Install the packages of the application with pip, uv or poetry", "nothing in the file installs the packages of the application")
	}
	return in, nil
}

// onlyTools reports whether pip installs nothing but tools that install the packages of
// the application, and that the container does not start: they stay beside the
// interpreter of the build.
func (a *App) onlyTools(c build.Command) bool {
	names := c.Plain()
	if len(names) > 0 && names[0] == "install" {
		names = names[1:]
	}
	tools := false
	for _, name := range names {
		name = strings.ToLower(strings.Trim(name, `"'`))
		if k := strings.IndexAny(name, "=<>~![ "); k >= 0 {
			name = name[:k]
		}
		switch name {
		case "pip", "setuptools", "wheel":
		case "uv", "poetry", "pipenv":
			tools = true
			if a.Program() == name {
				return false
			}
		default:
			return false
		}
	}
	return tools
}

// toolEnvironment reads into which environment a tool other than pip installs.
func toolEnvironment(a *App, in *pythonInstall, tool string) error {
	project := path.Join(a.Workdir, ".venv")
	switch tool {
	case "uv": // the project's own environment, in the directory of the application
		if v, at := a.Build.Variable(a.Stage, nil, "UV_PROJECT_ENVIRONMENT"); at != nil {
			in.env = v
			if v == "/usr/local" || !path.IsAbs(v) {
				return Refuse(SystemInstall, at, "Leave UV_PROJECT_ENVIRONMENT out", "the variable UV_PROJECT_ENVIRONMENT puts the packages beside the interpreter")
			}
		}
		return nil
	case "poetry":
		if v, at := a.Build.Variable(a.Stage, nil, "POETRY_VIRTUALENVS_IN_PROJECT"); at != nil && v != "false" && v != "0" {
			return nil
		}
		created := true
		if v, at := a.Build.Variable(a.Stage, nil, "POETRY_VIRTUALENVS_CREATE"); at != nil {
			created = v != "false" && v != "0"
		}
		inProject := false
		a.Commands(func(_ build.Step, c build.Command) {
			if c.Program == "poetry" && c.Has("virtualenvs.create") {
				created = !c.Has("false")
			}
			inProject = inProject || c.Program == "poetry" && c.Has("virtualenvs.in-project") && c.Has("true")
		})
		if inProject {
			return nil
		}
		if !created {
			in.activate()
			return nil
		}
		return Refuse(SystemInstall, nil, "Set POETRY_VIRTUALENVS_IN_PROJECT=1", "the environment that poetry makes lies in a directory that the file does not name")
	case "pipenv":
		if v, at := a.Build.Variable(a.Stage, nil, "PIPENV_VENV_IN_PROJECT"); at != nil && v != "0" {
			in.env = project
			return nil
		}
		system := false
		a.Commands(func(_ build.Step, c build.Command) { system = system || c.Program == "pipenv" && c.Has("--system") })
		if system {
			in.activate()
			return nil
		}
		return Refuse(SystemInstall, nil, "Set PIPENV_VENV_IN_PROJECT=1", "the environment that pipenv makes lies in a directory that the file does not name")
	}
	return Refuse(SystemInstall, nil, "Install with pip, uv or poetry", "it is not known where %s installs", tool)
}

// uvPrune is the line that takes the groups for development away again: the command that
// installed them, without them; "" where there are none.
func uvPrune(a *App) string {
	m, ok := a.Manifest("pyproject.toml")
	if !ok || !developmentGroup().Match(m.Data) {
		return ""
	}
	line := ""
	a.Commands(func(st build.Step, c build.Command) {
		if c.Program != "uv" || c.Install == nil || c.Install.Name != "uv" {
			return
		}
		line = ""
		if c.Has("--no-dev", "--only-group", "--no-default-groups", "--dev", "--all-groups", "--no-group") || c.Place != 0 {
			return
		}
		words := []string{"RUN uv sync"}
		for _, w := range c.Args() {
			if strings.HasPrefix(w.Value, "-") && w.Value != "--no-install-project" && w.Value != "--no-install-workspace" {
				words = append(words, w.Raw)
			}
		}
		if a.Absolute(st.Instruction, ".") == a.Absolute(a.lastStep(), ".") {
			line = strings.Join(append(words, "--no-dev"), " ")
		}
	})
	return line
}

// developmentGroup matches a group named dev, which uv installs unless it is told not to.
var developmentGroup = text.Regexp(`(?m)^\s*dev\s*=\s*\[|^\s*dev-dependencies\s*=`)

// poetryPrune is the line that takes groups for development away again, by their names;
// "" where there are none, or the last step does not run where poetry installs, as root.
func poetryPrune(a *App) string {
	m, ok := a.Manifest("pyproject.toml")
	if !ok {
		return ""
	}
	var groups []string
	for _, g := range poetryGroup().FindAllSubmatch(m.Data, -1) {
		if name := string(g[1]); name == "" {
			groups = appendOnce(groups, "dev") // as Poetry 1.1 has it
		} else if developmentName().MatchString(name) {
			groups = appendOnce(groups, name)
		}
	}
	line := ""
	a.Commands(func(st build.Step, c build.Command) {
		if c.Program != "poetry" || c.Install == nil {
			return
		}
		line = ""
		user := a.Stage.UserAt(a.lastStep())
		if len(groups) == 0 || c.Place != 0 || c.Has("--only", "--without", "--no-dev", "--only-root", "--with") ||
			a.Absolute(st.Instruction, ".") != a.Absolute(a.lastStep(), ".") || user.At != nil && user.Text != "root" && user.Text != "0" {
			return
		}
		words := []string{"RUN poetry"}
		if a.oldPoetry() {
			words = append(words, "install", "--sync")
		} else {
			words = append(words, "sync")
		}
		for _, w := range c.Args() {
			if w.Value == "--no-root" || w.Value == "--no-interaction" || w.Value == "--no-ansi" || w.Value == "-n" {
				words = append(words, w.Raw)
			}
		}
		line = strings.Join(append(words, "--without", strings.Join(groups, ",")), " ")
	})
	return line
}

// oldPoetry reports whether the build installs a version of Poetry before 2, which has no
// sync.
func (a *App) oldPoetry() bool {
	old := false
	a.Commands(func(_ build.Step, c build.Command) {
		for _, w := range c.Plain() {
			if m := poetryVersion().FindStringSubmatch(strings.Trim(w, `"'`)); m != nil {
				old = old || m[1] == "1" || m[1] == "0" || strings.Contains(w, "<2") && !strings.Contains(w, ">=2")
			}
		}
	})
	if v, at := a.Build.Variable(a.Stage, nil, "POETRY_VERSION"); at != nil && !strings.HasPrefix(v, "2") {
		old = true
	}
	return old
}

var (
	poetryGroup     = text.Regexp(`(?m)^\s*\[tool\.poetry\.(?:group\.([\w-]+)\.dependencies|dev-dependencies)\]`)
	developmentName = text.Regexp(`^(dev|develop|development|test|tests|testing|lint|linting|typing|types|format|docs|doc|ci)$`)
	poetryVersion   = text.Regexp(`^poetry\s*(?:==|~=|>=|<|\^)\s*(\d+)`)
)

// activate makes the environment before the tool installs, and says that it is the one
// to install into.
func (in *pythonInstall) activate() {
	in.active = true
	if in.first == nil {
		in.first = in.tooled
	}
}
