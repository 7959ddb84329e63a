package cross

import (
	_ "embed"
	"fmt"
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed missing_command.md
var missingCommandDoc string

// MissingCommand reports commands in Compose files and manifests that need a program
// which the image does not have. Probes and hooks of pods have a rule of their own.
var MissingCommand = &fixer.Rule{
	Name:     "cross/missing-command",
	Title:    "command that the image does not contain",
	Severity: fixer.Medium,
	Kind:     fixer.Manifests,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.27"},
		{Source: fixer.GitHub, ID: "GoogleContainerTools/distroless#183"},
	},
	Doc: missingCommandDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range p.Topology().Compose().Views(p.File.Path) {
			checkServiceCommands(p, v)
		}
		for _, o := range p.File.Objects {
			w := o.Workload()
			if w == nil || w.Partial || w.Windows() != "" {
				continue
			}
			for _, c := range w.Containers() {
				spec := container.FromContainer(p, c)
				given := givenCommand{
					what: c.Subject() + " of " + w.ID(), path: c.FindingPath() + " command", doc: w.Doc, at: c.Node.Get("command"), set: c.Path.Join("command"),
					start: true, run: container.NewRun(container.Run{Words: slices.Concat(spec.Entrypoint, spec.Command), Start: true}),
					exec: "kubectl describe pod POD\nshows no `executable file not found`",
				}
				if given.at.Null() {
					given.at, given.set = c.Node.Get("args"), c.Path.Join("args")
				}
				given.whole = c.Node.Get("command").Null() || c.Node.Get("args").Null()
				given.check(p, spec)
			}
		}
	},
}

// A givenCommand is a command line that a file has run in a container.
type givenCommand struct {
	what  string // for people, at the beginning of a sentence
	path  string // for the key
	doc   *yamldoc.Doc
	at    *yamldoc.Node
	set   yamldoc.Path
	whole bool // the node holds all of the command line
	start bool // the container starts with it; else it is a health check
	run   container.Run
	exec  string // how to see that it works
}

func checkServiceCommands(p *fixer.Pass, v compose.View) {
	spec := container.FromService(p, v)
	what := fmt.Sprintf("Service %q", v.Name)
	for _, key := range []string{"entrypoint", "command"} {
		s := v.Setting(key)
		if !s.Own || s.File != p.File.Path || s.Node.Null() {
			continue
		}
		other := v.Setting(map[string]string{"entrypoint": "command", "command": "entrypoint"}[key]).Node
		if key == "command" && !other.Null() {
			continue // these are its arguments
		}
		given := givenCommand{
			what: what, path: "services." + v.Name + "." + key, doc: v.Doc, at: s.Node, set: v.Path.Join(key), whole: other.Null(), start: true,
			run:  container.NewRun(container.Run{Words: slices.Concat(spec.Entrypoint, spec.Command), Start: true}),
			exec: v.CLI() + " up -d --wait " + text.ShellWord(v.Name) + "\nends without `executable file not found`",
		}
		given.check(p, spec)
	}
	test := v.Field("healthcheck", "test")
	if !test.Own || test.File != p.File.Path {
		return
	}
	for _, r := range spec.Runs {
		if r.IsHealthCheck() {
			given := givenCommand{
				what: fmt.Sprintf("The health check of service %q", v.Name), path: "services." + v.Name + ".healthcheck", doc: v.Doc, at: test.Node, set: v.Path.Join("healthcheck", "test"), whole: true, run: r,
				exec: v.CLI() + " up -d --wait " + text.ShellWord(v.Name) + "\nends without an error: the service is healthy",
			}
			given.check(p, spec)
		}
	}
}

func (g givenCommand) check(p *fixer.Pass, spec *container.Spec) {
	if g.at.Null() || len(g.run.Words) == 0 && g.run.Text == "" {
		return
	}
	tool, because := spec.Lacks(g.run)
	if tool == "" {
		return
	}
	f := fixer.Finding{
		File: p.File.Path, Path: g.path, Start: g.at.KeyOrSelf().Start, End: g.at.End,
		Message:  fmt.Sprintf("%s runs %s, which its image does not contain", g.what, tool),
		Evidence: []fixer.Evidence{because},
		Advice:   "Use a command that the image includes, or use an image that includes " + tool,
	}
	switch {
	case !g.start:
		f.Message = fmt.Sprintf("%s needs %s, which the image does not contain: the container is always unhealthy", g.what, tool)
		f.Advice = "Use a command that the image includes, or add a health command to the application. Do not install " + tool + " for this"
	case tool == path.Base(g.run.Words[0]):
		f.Severity = fixer.High
		f.Message += ", so the container does not start"
		f.Advice = "Start the application itself, in exec form. Do in the Dockerfile or in the application what the shell does here: variables, redirection and several commands need one"
	}
	if b := spec.Image.Build; b != nil && b.Why != "" {
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: b.Why})
	}
	if words, ok := g.plain(spec); ok {
		program, doc, set := text.VisibleLine(words[0]), g.doc, g.set
		if !g.start {
			words = append([]string{"CMD"}, words...)
		}
		f.Fixes = []fixer.Fix{{
			ID: "exec-form", Title: "Run " + program + " without a shell", Level: fixer.Review,
			Breaks: "The command fails if the image does not have " + program + " at this path",
			Verify: g.exec,
			Edit: func(d *fixer.Draft) error {
				d.YAML(doc, yamldoc.Set(set, words))
				return nil
			},
		}}
	}
	p.Report(f)
}

// plain is the command that text for a shell consists of, where it is one without
// anything that only a shell can do.
func (g givenCommand) plain(spec *container.Spec) (words []string, ok bool) {
	list := slices.DeleteFunc(slices.Clone(g.run.Commands), func(c build.Command) bool { return c.HandsRead })
	if g.run.Unread || !g.whole || len(list) != 1 || len(list[0].Redirects) > 0 || list[0].Place != 0 && len(g.run.Words) == 0 {
		return nil, false
	}
	for _, w := range list[0].Words {
		if w.Dynamic || w.Value == "" {
			return nil, false
		}
		words = append(words, w.Value)
	}
	if len(words) == 0 || list[0].ProgramWord != 0 || words[0] == "exec" || words[0] == "cd" {
		return nil, false
	}
	tool, _ := spec.Lacks(container.NewRun(container.Run{Words: words}))
	return words, tool == ""
}
