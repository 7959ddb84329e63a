package dockerfile

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

//go:embed stop_signal.md
var stopSignalDoc string

// StopSignal reports STOPSIGNAL that a process cannot handle.
var StopSignal = &fixer.Rule{
	Name:     "dockerfile/stop-signal",
	Title:    "STOPSIGNAL prevents a graceful stop",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Tally, ID: "no-ungraceful-stopsignal"},
		{Source: fixer.DockerDocs, ID: "STOPSIGNAL", Link: "https://docs.docker.com/reference/dockerfile/#stopsignal"},
	},
	Doc: stopSignalDoc,
	Check: func(p *fixer.Pass) {
		seen := map[*dockerfile.Instruction]bool{} // several images may share one
		for _, s := range build.Targets(p) {
			v := s.StopSignal()
			if v.At == nil || seen[v.At] || s.Windows || !v.Known {
				continue
			}
			seen[v.At] = true
			what := abrupt[strings.TrimPrefix(strings.ToUpper(v.Text), "SIG")]
			if what == "" {
				continue
			}
			report(p, v.At, fixer.Finding{
				Path:    stagePath(v.Stage) + ": STOPSIGNAL",
				Message: fmt.Sprintf("STOPSIGNAL %s %s", v.Text, what),
				Advice:  "Remove the line, so that SIGTERM or the signal of the base image applies. If the application does not stop, set the signal that it handles, or use an init (docker run --init)",
			})
		}
	},
}

var abrupt = map[string]string{
	"KILL": "kills the application without a graceful stop", "9": "kills the application without a graceful stop",
	"STOP": "suspends the application until it is killed", "19": "suspends the application until it is killed",
}
