package stack

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

var pythonStack = &Stack{
	Name:      "Python",
	Images:    []string{image.DockerHub + "/library/python"},
	Manifests: []string{"requirements.txt", "pyproject.toml", "Pipfile", "setup.py"},
	Agrees:    func(a *App) bool { return a.copiesFiles(".py") },
	Does:      pythonDoes,
	Plan:      planPython,
}

// venv is where the packages of the application are: a directory of its own, which is
// copied as a whole, at the same path in both stages because scripts name it.
const venv = "/venv"

func pythonDoes(a *App, st build.Step, c build.Command) *Work {
	if in := c.Install; in != nil && in.Language == "Python" {
		switch {
		case in.Name == "poetry", in.Name == "pipenv":
			return &Work{}
		case elsewhere(c):
			return &Work{Elsewhere: true}
		case in.Name == "uv":
			return &Work{}
		}
		return &Work{Writes: []string{venv}}
	}
	switch c.Program {
	case "pip", "pip3":
		return &Work{} // config, cache, list: nothing that is installed
	case "poetry", "uv", "pipenv":
		switch verb, _ := c.Subcommand(); verb {
		case "config", "export", "lock", "check", "cache", "--version", "self", "pip", "venv":
			if verb == "pip" && c.Has("--system", "--target", "--prefix") {
				return &Work{Elsewhere: true}
			}
			return &Work{}
		}
		return nil
	}
	if !strings.HasPrefix(c.Program, "python") {
		return nil
	}
	args := c.Plain()
	if len(args) == 0 {
		return nil
	}
	switch {
	case c.Has("-m") && slices.Contains([]string{"venv", "ensurepip", "compileall", "py_compile", "pip"}, args[0]):
		if args[0] == "venv" && len(args) > 1 {
			return &Work{Writes: []string{a.Absolute(st.Instruction, args[len(args)-1])}}
		}
		return &Work{}
	case path.Base(args[0]) == "manage.py" && len(args) > 1 && slices.Contains([]string{"collectstatic", "compilemessages", "compress"}, args[1]):
		return &Work{}
	case args[0] == "setup.py" && len(args) > 1 && slices.Contains([]string{"install", "develop", "build", "build_ext", "bdist_wheel"}, args[1]):
		return &Work{Writes: []string{venv}}
	}
	return nil
}

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

func planPython(a *App) (*Recipe, error) {
	if a.Workdir == "" || a.Workdir == "/" {
		return nil, Refuse(UnknownWorkdir, nil, "Give the application a directory of its own (WORKDIR /app)", "the application has no directory of its own in the image")
	}
	if s := build.ReadStart(a.Start); s.Kind == build.StartsDevelopment && s.What != "" {
		return nil, Refuse(DevelopmentStart, a.StartsIn, "Start a production server, such as gunicorn or uvicorn without --reload", "the container starts a development server (%s)", s.What)
	}
	if slices.Contains(a.Start, "--reload") || slices.Contains(a.Start, "flask") && slices.Contains(a.Start, "run") {
		return nil, Refuse(DevelopmentStart, a.StartsIn, "Start a production server, such as gunicorn or uvicorn without --reload", "the container starts a development server (%s)", strings.Join(a.Start, " "))
	}
	in, err := pythonInstalls(a)
	if err != nil {
		return nil, err
	}
	r := &Recipe{Whole: true, Leaves: []string{"compilers and development packages that only installing needs"}}
	switch {
	case in.env != "":
		r.Copies = append(r.Copies, Copy{Path: in.env, Why: "the virtual environment"})
	case in.first != nil:
		env := `ENV PATH="` + venv + `/bin:$PATH"`
		if in.active {
			env = `ENV VIRTUAL_ENV=` + venv + ` PATH="` + venv + `/bin:$PATH"`
		}
		r.Before, r.BeforeAt = []string{"RUN python -m venv " + venv, env}, in.first
		r.Copies = append(r.Copies, Copy{Path: venv, Why: "the virtual environment with the packages that pip installs"})
		r.Env = append(r.Env, `PATH="`+venv+`/bin:$PATH"`)
		r.Assumes = append(r.Assumes, "the application finds its packages through the interpreter first in PATH, "+venv+"/bin/python")
	}
	if in.first != nil && in.env == "" {
		if u := a.Stage.UserAt(in.first); u.At != nil && !slices.Contains([]string{"root", "0", "0:0", "root:root", "root:0"}, u.Text) {
			return nil, Refuse(SystemInstall, in.first, "Install the packages before USER", "line %d installs packages as the user %s, who cannot make a directory for them", in.first.Line, text.VisibleLine(u.Text))
		}
		if err := a.besideInterpreter(in.first); err != nil {
			return nil, err
		}
	}
	r.Copies = append(r.Copies, Copy{Path: a.Workdir, Why: "the application"})
	if line := uvPrune(a); line != "" {
		r.After = append(r.After, line)
		r.Leaves = append(r.Leaves, "the packages of the groups for development")
		r.Breaks = append(r.Breaks, "An application that imports a package of a group for development")
	}
	r.Programs = append(r.Programs, "python", "python3", "pip", "*") // console scripts of the packages
	r.Packages = a.nativeLibraries(pythonLibraries, pythonNames(a))
	r.Breaks = append(r.Breaks, "An application that calls a command, or loads a library, of the larger image")
	slim, ok := slimOf(a)
	if !ok {
		return nil, Refuse(NoRuntime, a.Stage.From, "Use a tag that has a slim variant", "no smaller variant of %s is known", a.Ref.Familiar())
	}
	r.Runtimes = []Runtime{slim}
	return r, nil
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

// activate makes the environment before the tool installs, and says that it is the one
// to install into.
func (in *pythonInstall) activate() {
	in.active = true
	if in.first == nil {
		in.first = in.tooled
	}
}

// pythonNames are the names of packages that the files of the project and the RUNs
// list, in lower case and with hyphens.
func pythonNames(a *App) map[string]bool {
	out := map[string]bool{}
	for _, name := range append(a.find("requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "setup.cfg"), a.requirementFiles()...) {
		data := a.read(path.Join(a.Context.Dir, name))
		for _, m := range requirement().FindAllStringSubmatch(string(data), -1) {
			out[strings.ToLower(strings.ReplaceAll(m[1], "_", "-"))] = true
		}
	}
	a.Commands(func(_ build.Step, c build.Command) {
		if c.Install != nil && c.Install.Name == "pip" {
			for _, w := range c.Plain() {
				if m := requirement().FindStringSubmatch(w); m != nil {
					out[strings.ToLower(strings.ReplaceAll(m[1], "_", "-"))] = true
				}
			}
		}
	})
	return out
}

// requirement matches a package with its version or extras at the start of a line, in
// quotes or alone.
var requirement = text.Regexp(`(?m)^\s*["']?([A-Za-z0-9][A-Za-z0-9._-]*)`)

// requirementFiles are the files that pip is given with -r.
func (a *App) requirementFiles() []string {
	var out []string
	a.Commands(func(_ build.Step, c build.Command) {
		if c.Install == nil || c.Install.Name != "pip" {
			return
		}
		for k, w := range c.Words {
			if (w.Value == "-r" || w.Value == "--requirement") && k+1 < len(c.Words) {
				out = append(out, a.find(path.Base(c.Words[k+1].Value), strings.TrimPrefix(c.Words[k+1].Value, "./"))...)
			}
		}
	})
	return out
}

// pythonLibraries are packages that are linked against libraries of the distribution
// when pip compiles them, with the development package that has these.
var pythonLibraries = map[string]string{
	"psycopg2": "libpq-dev", "gitpython": "git", "psycopg": "libpq-dev", "mysqlclient": "default-libmysqlclient-dev", "python-ldap": "libldap-dev", "pycurl": "libcurl4-openssl-dev",
	"pygraphviz": "libgraphviz-dev", "cairocffi": "libcairo2-dev", "pycairo": "libcairo2-dev", "xmlsec": "libxmlsec1-dev", "python-magic": "libmagic-dev", "pyodbc": "unixodbc-dev",
	"pymssql": "freetds-dev", "uwsgi": "libxml2-dev", "gmpy2": "libgmp-dev", "pygobject": "libgirepository1.0-dev", "weasyprint": "libpango1.0-dev", "pyzbar": "libzbar-dev", "dlib": "libopenblas-dev",
	"lightgbm": "libgomp1", "opencv-python": "libglib2.0-dev", "opencv-contrib-python": "libglib2.0-dev", "wand": "libmagickwand-dev", "cairosvg": "libcairo2-dev",
}
