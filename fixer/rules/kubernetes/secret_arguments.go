package kubernetes

import (
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A commandLine is a command that a container has in its manifest.
type commandLine struct {
	what  string // for people: "command", "liveness probe"
	words []*yamldoc.Node
}

// commandLines returns the commands of a container: what it starts with, its probes and its
// hooks.
func commandLines(c kube.Container) []commandLine {
	out := []commandLine{{"command", append(c.Node.Get("command").List(), c.Node.Get("args").List()...)}}
	for _, probe := range []string{"liveness", "readiness", "startup"} {
		out = append(out, commandLine{probe + " probe", c.Node.Get(probe + "Probe").Get("exec").Get("command").List()})
	}
	for _, hook := range []string{"postStart", "preStop"} {
		out = append(out, commandLine{hook + " hook", c.Node.Get("lifecycle").Get(hook).Get("exec").Get("command").List()})
	}
	return out
}

// checkArguments reports the secrets in the commands of a container, each option once.
func checkArguments(p *fixer.Pass, c kube.Container) {
	seen := map[string]bool{}
	for _, line := range commandLines(c) {
		var texts []string
		for _, w := range line.words {
			texts = append(texts, w.Text())
		}
		for _, a := range secret.Arguments(secret.Command{Texts: texts}) {
			s := secret.Find(a.Name, texts[a.Text][a.Start:a.End])
			where := "The " + line.what
			if a.Option != "" {
				where = a.Option + " in the " + line.what
			}
			if s.What == "" || seen[where] {
				continue
			}
			seen[where] = true
			at := line.words[a.Text]
			f := fixer.Finding{
				Path: c.FindingPath() + " " + line.what + " " + a.Option, Start: at.Start, End: at.End,
				Message:  fmt.Sprintf("%s of %s contains %s", where, c, s.What),
				Evidence: []fixer.Evidence{{Kind: fixer.FromManifest, Text: s.Evidence}},
				Advice: "Rotate this secret: it can be read from this file, and from the list of processes. Store the new value in a Secret outside this repository (ExternalSecret, SealedSecret, SOPS). " +
					"Set a variable from it with valueFrom, and write $(VARIABLE) in the command",
			}
			if s.WellKnown {
				f.Severity = fixer.Medium
			}
			p.Report(f)
		}
	}
}
