package stack

import (
	"strings"

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
	for _, name := range []string{"supervisord", "circusd", "s6-svscan", "runsvdir"} {
		started := a.Starts()
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

// interpreterPath matches the directory of the packages of the official image, and what
// is in that of its programs.
var interpreterPath = text.Regexp(`/usr/local/lib/python[\d.]+(?:/[\w./-]*)?|/usr/local/bin/([\w.-]+)`)

// pythonServers are programs of packages that start applications.
var pythonServers = text.WordSet("gunicorn uvicorn celery flask django-admin uwsgi supervisord daphne hypercorn streamlit waitress-serve alembic fastapi jupyter")
