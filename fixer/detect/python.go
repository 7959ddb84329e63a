package detect

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

var (
	requiresPython = text.Regexp(`(?m)^\s*requires-python\s*=\s*["']([^"']+)["']`)
	poetryPython   = text.Regexp(`(?m)^\s*python\s*=\s*["']([^"']+)["']`)
	pipfilePython  = text.Regexp(`(?m)^\s*python_(?:full_)?version\s*=\s*["']([^"']+)["']`)
	djangoSettings = text.Regexp(`DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)\.settings`)
	wsgiObject     = text.Regexp(`(?m)^(\w+)\s*=\s*(?:flask\.)?Flask\(`)
	wsgiFactory    = text.Regexp(`(?m)^def (create_app|make_app)\((?:\s*\w+(?:\s*:\s*[\w.\[\]| ]+)?\s*=\s*[^,()]*,?)*\s*\)`) // without words that it needs
	makesWSGI      = text.Regexp(`\bFlask\(`)
	asgiObject     = text.Regexp(`(?m)^(\w+)\s*=\s*(?:fastapi\.)?(?:FastAPI|Starlette|Litestar|Quart)\(`)
)

func pythonCheck(port string) string {
	return fmt.Sprintf(`["python", "-c", "import socket; socket.create_connection(('127.0.0.1', %s), 2).close()"]`, port)
}

func draftPython(d *draft) error {
	d.app.Stack, d.app.Like = "Python", "python-pip"
	if err := d.entrypointScript(); err != nil {
		return err
	}
	install, err := d.pythonInstall()
	if err != nil {
		return err
	}
	start, err := d.pythonStart()
	if err != nil {
		return err
	}
	d.app.Version = d.version("python", "Python", stated{".python-version", d.line(".python-version")}, stated{"runtime.txt", strings.TrimPrefix(d.line("runtime.txt"), "python-")},
		stated{"pyproject.toml", d.found("pyproject.toml", requiresPython)}, stated{"pyproject.toml", d.found("pyproject.toml", poetryPython)}, stated{"Pipfile", d.found("Pipfile", pipfilePython)})
	d.begin("python:" + d.app.Version + d.slim(install != nil))
	d.unbuilt()
	d.add("ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1")
	if list := d.libraries(); len(list) > 0 {
		d.add("RUN apt-get update && apt-get install -y --no-install-recommends " + strings.Join(list, " ") + " && rm -rf /var/lib/apt/lists/*")
	}
	d.add(install...)
	d.add("COPY . .")
	if d.has("mkdocs.yml") && d.needs("mkdocs") && start == nil {
		d.app.Port = d.portOr(8000)
		d.add("RUN mkdocs build --strict")
		d.fact("mkdocs.yml", 0, "MkDocs builds pages")
		d.finish(pythonCheck, "python", "-m", "http.server", strconv.Itoa(d.app.Port), "--directory", "site")
		return nil
	}
	if start == nil {
		return stack.Refuse(stack.UnknownStart, nil, "Name the command with --start, as in --start 'gunicorn --bind 0.0.0.0:8000 app:app'", "no file says how the application is started")
	}
	if d.app.Port == 0 {
		if err := d.port(0, ".py"); err != nil {
			return err
		}
	}
	if d.has("manage.py") && strings.Contains(string(d.settings()), "STATIC_ROOT") {
		if secretNeeded().Match(d.settings()) {
			d.assume("static files are collected elsewhere, because the settings need a secret to be read")
		} else {
			d.add("RUN python manage.py collectstatic --noinput")
		}
	}
	if d.modules != "" {
		d.add("ENV PYTHONPATH=" + d.modules)
	}
	d.finish(pythonCheck, start...)
	return nil
}

// secretNeeded matches settings that cannot be read without a secret.
var secretNeeded = text.Regexp(`(?m)^SECRET_KEY\s*=\s*(?:os\.environ\[|os\.environ\.get\(["']\w+["']\)|env\(["']\w+["']\)|config\(["']\w+["']\))`)

// settings are those of Django.
func (d *draft) settings() []byte {
	if module := d.found("manage.py", djangoSettings); module != "" {
		return d.Read(strings.ReplaceAll(module, ".", "/") + "/settings.py")
	}
	return nil
}

// pythonInstall are the lines that install what the lock file says, with the tool that wrote
// that.
func (d *draft) pythonInstall() ([]string, error) {
	const why = "# The packages change less often than the code: this layer is built again only when they do."
	switch {
	case d.has("uv.lock"):
		d.app.Like = "python-uv"
		d.fact("uv.lock", 0, "uv installs the packages")
		return []string{"RUN pip install --no-cache-dir " + d.tool("uv"), why, "COPY pyproject.toml uv.lock ./", "RUN uv sync --locked --no-dev --no-install-project", `ENV PATH="/app/.venv/bin:$PATH"`}, nil
	case d.has("poetry.lock"):
		d.fact("poetry.lock", 0, "Poetry installs the packages")
		return []string{"ENV POETRY_VIRTUALENVS_IN_PROJECT=1 POETRY_NO_INTERACTION=1", `RUN pip install --no-cache-dir "poetry>=2,<3"`, why, "COPY pyproject.toml poetry.lock ./",
			"RUN poetry install --only main --no-root", `ENV PATH="/app/.venv/bin:$PATH"`}, nil
	case d.has("Pipfile.lock"):
		d.fact("Pipfile.lock", 0, "Pipenv installs the packages")
		return []string{"ENV PIPENV_VENV_IN_PROJECT=1", "RUN pip install --no-cache-dir pipenv", why, "COPY Pipfile Pipfile.lock ./", "RUN pipenv sync", `ENV PATH="/app/.venv/bin:$PATH"`}, nil
	case d.has("requirements.txt"):
		d.fact("requirements.txt", 0, "pip installs the packages")
		return []string{why, "COPY requirements.txt ./", "RUN pip install --no-cache-dir -r requirements.txt"}, nil
	case d.has("Pipfile"), d.has("pyproject.toml") && strings.Contains(string(d.Read("pyproject.toml")), "dependencies"), d.has("setup.py"):
		return nil, stack.Refuse(stack.UnknownOutput, nil, "Lock the packages, with uv lock, poetry lock, pipenv lock or pip-compile", "there is no lock file and no requirements.txt, so that every build installs something else")
	}
	return nil, nil
}

// tool is a tool as pip takes it, with its version where that is known.
func (d *draft) tool(name string) string {
	if v := d.choice.Tools[name]; v != "" {
		return name + "==" + v
	}
	return name
}

// libraries are development packages of the distribution that packages are compiled against and
// that the base image does not have.
func (d *draft) libraries() []string {
	var out []string
	for name, library := range stack.PythonLibraries() {
		if d.needs(name) && !inBase[library] && !slices.Contains(out, library) {
			out = append(out, library)
		}
	}
	slices.Sort(out)
	return out
}

// inBase are packages that images of languages have which are not slim.
var inBase = text.WordSet("libpq-dev default-libmysqlclient-dev libcurl4-openssl-dev libxml2-dev libglib2.0-dev libgmp-dev libmagickwand-dev git libgomp1")

// needs reports whether a file lists a package.
func (d *draft) needs(name string) bool {
	for _, file := range []string{"requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "uv.lock", "poetry.lock"} {
		for line := range strings.Lines(strings.ToLower(string(d.Read(file)))) {
			line = strings.TrimLeft(line, " \t\"'")
			rest, ok := strings.CutPrefix(line, name)
			if ok && strings.TrimLeft(rest, "=<>~![ \t(;\"',\r\n") != rest || strings.Contains(line, `name = "`+name+`"`) {
				return true
			}
		}
	}
	return false
}

// pythonStart finds how the application starts; nil where nothing says it. Where a server is
// named here, the port is, too.
func (d *draft) pythonStart() ([]string, error) {
	if start, err := d.chosen(); err != nil || start != nil {
		return start, err
	}
	serve := func(words ...string) []string {
		d.app.Port = d.portOr(8000)
		for k := range words {
			words[k] = strings.ReplaceAll(words[k], "PORT", strconv.Itoa(d.app.Port))
		}
		return words
	}
	if d.has("Procfile") {
		if words := d.procfile(); words != nil {
			return words, nil
		}
	}
	if d.has("manage.py") {
		project := d.found("manage.py", djangoSettings)
		switch {
		case project == "":
			return nil, stack.Refuse(stack.UnknownStart, nil, "Name the command with --start", "manage.py does not name the settings of the project")
		case d.needs("gunicorn"):
			d.fact("manage.py", 0, "Django, which gunicorn serves")
			return serve("gunicorn", "--bind", "0.0.0.0:PORT", project+".wsgi:application"), nil
		case d.needs("uvicorn"):
			d.fact("manage.py", 0, "Django, which uvicorn serves")
			return serve("uvicorn", "--host", "0.0.0.0", "--port", "PORT", project+".asgi:application"), nil
		}
		return nil, stack.Refuse(stack.DevelopmentStart, nil, "Add a server such as gunicorn to the packages", "Django's runserver is for development, and no other server is among the packages")
	}
	sources := d.all(func(n string) bool { return path.Ext(n) == ".py" && !isTest(n) && strings.Count(n, "/") <= 3 })
	for _, name := range sources[:min(len(sources), most)] {
		data := d.Read(name)
		from, module := moduleOf(name)
		if m := asgiObject().FindSubmatch(data); m != nil && d.needs("uvicorn") {
			d.fact(name, 0, "%s, which uvicorn serves", m[1])
			if from != "" {
				d.pythonPath(from)
			}
			return serve("uvicorn", "--host", "0.0.0.0", "--port", "PORT", module+":"+string(m[1])), nil
		}
		if m := wsgiObject().FindSubmatch(data); m != nil && d.needs("gunicorn") {
			d.fact(name, 0, "%s, which gunicorn serves", m[1])
			if from != "" {
				d.pythonPath(from)
			}
			return serve("gunicorn", "--bind", "0.0.0.0:PORT", module+":"+string(m[1])), nil
		} else if m != nil && d.needs("flask") && !d.needs("waitress") {
			return nil, stack.Refuse(stack.DevelopmentStart, nil, "Add a server such as gunicorn to the packages", "the server of Flask is for development, and no other server is among the packages")
		}
	}
	if words := d.factory(sources); words != nil {
		return serve(words...), nil
	}
	if file := d.first("app.py", "main.py", "server.py", "serve.py"); file != "" {
		d.fact(file, 0, "python runs it")
		return []string{"python", file}, nil
	}
	var modules []string
	for _, name := range sources {
		if path.Base(name) == "__main__.py" && strings.Count(name, "/") == 1 {
			modules = append(modules, path.Dir(name))
		}
	}
	if len(modules) == 1 {
		d.fact(modules[0]+"/__main__.py", 0, "python runs the module")
		return []string{"python", "-m", modules[0]}, nil
	}
	return nil, nil
}

// factory has gunicorn call the one function of the sources that makes an application of Flask; nil
// where there is none, or another server is meant.
func (d *draft) factory(sources []string) []string {
	var words []string
	for _, name := range sources[:min(len(sources), most)] {
		data := d.Read(name)
		m := wsgiFactory().FindSubmatch(data)
		if m == nil || !makesWSGI().Match(data) {
			continue
		}
		if words != nil || !d.needs("gunicorn") {
			return nil
		}
		from, module := moduleOf(name)
		if from != "" {
			d.pythonPath(from)
		}
		d.fact(name, 0, "%s makes the application, which gunicorn serves", m[1])
		words = []string{"gunicorn", "--bind", "0.0.0.0:PORT", module + ":" + string(m[1]) + "()"}
	}
	return words
}

// moduleOf is the module of a source file, and the directory that it is looked for in.
func moduleOf(name string) (from, module string) {
	parts := strings.Split(strings.TrimSuffix(name, ".py"), "/")
	if parts[0] == "src" && len(parts) > 1 {
		from, parts = "src", parts[1:]
	}
	if parts[len(parts)-1] == "__init__" && len(parts) > 1 {
		parts = parts[:len(parts)-1]
	}
	return from, strings.Join(parts, ".")
}

// pythonPath has modules looked for in a directory of the project.
func (d *draft) pythonPath(dir string) { d.modules = "/app/" + dir }
