package stack

import (
	"bytes"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// besideInterpreter refuses a file that names the place beside the interpreter at which
// pip puts packages and their programs: they are in an environment of their own then.
func (a *App) besideInterpreter(first *dockerfile.Instruction) error {
	const what = "Name commands without their directory (gunicorn, python)"
	names := pythonNames(a)
	find := func(s string) string {
		for _, m := range interpreterPath().FindAllStringSubmatch(s, -1) {
			if m[1] == "" || names[m[1]] || strings.HasPrefix(m[1], "python") || strings.HasPrefix(m[1], "pip") || pythonServers[m[1]] {
				return m[0]
			}
		}
		return ""
	}
	for _, i := range a.Stage.Instructions {
		if i.Start < first.Start || i.Keyword != "RUN" && i.Keyword != "COPY" && i.Keyword != "ENV" {
			continue
		}
		if p := find(string(a.File.Source[i.Start:i.End])); p != "" {
			return Refuse(SystemInstall, i, what, "line %d names %s, and a second stage would have the packages in a virtual environment instead", i.Line, text.VisibleLine(p))
		}
	}
	for _, m := range a.settings() {
		if p := find(string(m.Data)); p != "" {
			return Refuse(SystemInstall, nil, "Name commands without their directory in "+text.VisibleLine(m.Path)+" (gunicorn, python)",
				"%s names %s, and a second stage would have the packages in a virtual environment instead", text.VisibleLine(m.Path), text.VisibleLine(p))
		}
	}
	if a.StartsIn != nil && len(a.Start) > 0 && strings.Contains(a.Start[0], "/") {
		if m, ok := a.readAt(a.Absolute(nil, a.Start[0])); ok && bytes.HasPrefix(m.Data, []byte("#!/usr/local/bin/python")) {
			return Refuse(SystemInstall, a.StartsIn, "Begin the file with #!/usr/bin/env python3", "%s names the interpreter /usr/local/bin/python, and a second stage would have the packages in a virtual environment instead", text.VisibleLine(m.Path))
		}
	}
	for _, name := range []string{"supervisord", "circusd", "s6-svscan", "runsvdir"} {
		started := a.Starts()
		if name == "supervisord" && a.supervised() {
			continue
		}
		if callsProgram(started, name) || callsProgram(started, "/usr/bin/"+name) || callsProgram(started, "/usr/local/bin/"+name) {
			return Refuse(SystemInstall, a.StartsIn, "Make a virtual environment in the Dockerfile (python -m venv /venv), and name /venv/bin in the settings of "+name,
				"the settings of %s, which oakum does not read, may name commands beside the interpreter", name)
		}
	}
	if cron := a.Starts(); callsProgram(cron, "cron") || callsProgram(cron, "crond") || callsProgram(cron, "/usr/sbin/cron") {
		return Refuse(SystemInstall, a.StartsIn, "Make a virtual environment in the Dockerfile (python -m venv /venv), and name /venv/bin/python in the crontab",
			"cron starts commands without the PATH of the image, and they would not find packages in a virtual environment")
	}
	if p := find(a.Starts()); p != "" {
		return Refuse(SystemInstall, a.StartsIn, what, "the container starts %s, and a second stage would have the packages in a virtual environment instead", text.VisibleLine(p))
	}
	return nil
}

// settings are the configuration files that the build copies, as far as they were read.
func (a *App) settings() []Manifest {
	var out []Manifest
	add := func(name string) {
		switch path.Ext(name) {
		case ".conf", ".ini", ".service":
		default:
			return
		}
		full := path.Join(a.Context.Dir, name)
		if data := a.read(full); data != nil && a.Context.Sends(name) {
			out = append(out, Manifest{full, name, data})
		}
	}
	for _, i := range a.Stage.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			src := path.Join("/", w.Value)[1:]
			if w.Dynamic || !a.isDir(src) && src != "" {
				add(src)
				continue
			}
			for n := range a.Context.Tree.Below(a.Context.Join(src)) {
				if rel, ok := a.Context.Rel(n.Path); ok && n.Kind == buildcontext.Plain {
					add(rel)
				}
			}
		}
	}
	return out
}

// supervised reports whether all that supervisord starts is known: its settings are in
// files that were read, leave PATH as the image has it, and start nothing that is for
// development.
func (a *App) supervised() bool {
	programs := false
	for _, m := range a.settings() {
		if includesSettings().Match(m.Data) || setsPath().Match(m.Data) {
			return false
		}
		programs = programs || startsPrograms().Match(m.Data)
	}
	for line := range strings.Lines(a.supervisedCommands()) {
		if s := build.ReadStart(strings.Fields(line)); s.Kind == build.StartsDevelopment || s.Kind == build.StartsBuild {
			return false
		}
	}
	return programs
}

var (
	startsPrograms   = text.Regexp(`(?m)^\s*\[program:`)
	setsPath         = text.Regexp(`(?m)^\s*environment\s*=.*\bPATH=`)
	includesSettings = text.Regexp(`(?m)^\s*files\s*=\s*(?:/usr/local|/opt|/srv)`)
)

// supervisedCommands are the commands that supervisord starts, by the settings that the
// build copies.
func (a *App) supervisedCommands() string {
	var b strings.Builder
	for _, m := range a.settings() {
		if !startsPrograms().Match(m.Data) {
			continue
		}
		for line := range strings.Lines(string(m.Data)) {
			if name, command, ok := strings.Cut(line, "="); ok && strings.TrimSpace(name) == "command" {
				b.WriteString(strings.TrimSpace(command) + "\n")
			}
		}
	}
	return b.String()
}

// interpreterPath matches the directory of the packages of the official image, and what
// is in that of its programs.
var interpreterPath = text.Regexp(`/usr/local/lib/python[\d.]+(?:/[\w./-]*)?|/usr/local/bin/([\w.-]+)`)

// pythonServers are programs of packages that start applications.
var pythonServers = text.WordSet("gunicorn uvicorn celery flask django-admin uwsgi supervisord daphne hypercorn streamlit waitress-serve alembic fastapi jupyter")
