package stack

import (
	"bytes"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// nextStandalone reports whether the application is one of Next that is built to run
// without its packages: output: 'standalone' in the configuration.
func (a *App) nextStandalone(pkg PackageJSON) bool {
	if _, ok := pkg.Dependencies["next"]; !ok || !a.startsNext(pkg) {
		return false
	}
	m, ok := a.Manifest("next.config.js", "next.config.mjs", "next.config.ts", "next.config.cjs")
	// With a root of its own for tracing, the server lies deeper.
	return ok && standaloneOutput().Match(m.Data) && !bytes.Contains(m.Data, []byte("outputFileTracingRoot"))
}

// standaloneOutput matches the setting at the start of a line, which leaves comments out.
var standaloneOutput = text.Regexp("(?m)^[^/\n]*\\boutput\\s*:\\s*[\"'`]standalone[\"'`]")

// startsNext reports whether the container starts next, or what its build made.
func (a *App) startsNext(pkg PackageJSON) bool {
	if len(a.Start) == 0 {
		return false
	}
	line := strings.Join(a.Start, " ")
	if name, _ := scriptOf(a.Start); name != "" {
		line = pkg.Scripts[name]
	}
	return strings.Contains(line, "next start") || strings.HasSuffix(line, ".next/standalone/server.js")
}

// planNext takes what next build made: a server with the packages that it needs, the
// files that browsers get, and public.
func planNext(a *App) (*Recipe, error) {
	r := &Recipe{Whole: true, Leaves: []string{"the sources, and all packages but those that the server needs"}}
	r.Copies = []Copy{
		{Path: a.Workdir, From: path.Join(a.Workdir, ".next/standalone"), Why: "next build with output: 'standalone'"},
		{Path: path.Join(a.Workdir, ".next/static"), Why: "next build", Apart: true},
	}
	for _, dir := range a.Sources() {
		if a.isDir(path.Join(dir, "public")) {
			r.Copies = append(r.Copies, Copy{Path: path.Join(a.Workdir, "public"), Why: "files that browsers get", Apart: true})
			break
		}
	}
	r.Env = []string{"HOSTNAME=0.0.0.0"} // the server listens on the name of the container otherwise
	r.Breaks = []string{"An application that reads a file of its sources which next build did not trace"}
	slim, ok := slimOf(a)
	if !ok {
		return nil, Refuse(NoRuntime, a.Stage.From, "Use a tag that has a slim variant", "no smaller variant of %s is known", a.Ref.Familiar())
	}
	slim.Start = []string{"node", "server.js"}
	r.Programs = []string{"node"}
	r.Runtimes = []Runtime{slim}
	return r, nil
}
