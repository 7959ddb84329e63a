package stack

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
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
	if line := cmp.Or(uvPrune(a), poetryPrune(a)); line != "" {
		r.After = append(r.After, line)
		r.Leaves = append(r.Leaves, "the packages of the groups for development")
		r.Breaks = append(r.Breaks, "An application that imports a package of a group for development")
	}
	r.Programs = append(r.Programs, "python", "python3", "pip", "*") // console scripts of the packages
	r.Packages = a.nativeLibraries(pythonLibraries, pythonNames(a))
	if a.collectsStatic() {
		r.Assumes = append(r.Assumes, "STATIC_ROOT of Django lies below "+text.VisibleLine(a.Workdir)+", or in a directory that the Dockerfile makes")
	}
	r.Breaks = append(r.Breaks, "An application that calls a command, or loads a library, of the larger image")
	slim, ok := slimOf(a)
	if !ok {
		return nil, Refuse(NoRuntime, a.Stage.From, "Use a tag that has a slim variant", "no smaller variant of %s is known", a.Ref.Familiar())
	}
	r.Runtimes = []Runtime{slim}
	return r, nil
}

// collectsStatic reports whether the build lets Django collect its static files, into a
// directory that only the settings of the application name.
func (a *App) collectsStatic() bool {
	found := false
	a.Commands(func(_ build.Step, c build.Command) { found = found || c.Has("collectstatic") })
	return found
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

// PythonLibraries are the development packages that packages of Python are compiled against, by
// the names of these.
func PythonLibraries() map[string]string { return maps.Clone(pythonLibraries) }
