package dockerfile

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/build"
	"oakum/fixer/dockerfile"
)

// StopSignal wants a program asked to end before it is killed.
var StopSignal = &fixer.Rule{
	Name:     "dockerfile/stop-signal",
	Title:    "stop signal that leaves no time",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `STOPSIGNAL SIGKILL and SIGSTOP, by name or number, in stages that become an image. The one cannot be caught, and the other only
halts the program. Other signals are left alone: which one a program takes for "finish what you do and end" (SIGTERM for most,
SIGQUIT for nginx and PHP-FPM, SIGINT for PostgreSQL) its base says by itself. There is no edit: what the program does on
another signal has to be tried.`,
		Why: `docker stop, a new version of a Deployment and a node that is emptied all send this signal. A program that is killed at once
loses what it was doing: requests, writes to files, messages that it had taken and not answered.`,
		Breaks: `A program that does not listen to SIGTERM is killed only after the grace period: ten seconds with Docker, thirty with
Kubernetes.`,
		Verify: `docker stop CONTAINER   ends it in time, and docker inspect --format '{{.State.ExitCode}}' CONTAINER   is not 137`,
		Bad: `FROM debian:13
STOPSIGNAL SIGKILL
CMD ["worker"]
`,
		Good: `FROM debian:13
STOPSIGNAL SIGTERM
CMD ["worker"]
`,
		References: []fixer.Reference{
			{Source: "tally", ID: "no-ungraceful-stopsignal"},
			{Source: "Docker", ID: "STOPSIGNAL", URL: "https://docs.docker.com/reference/dockerfile/#stopsignal"},
		},
	},
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
				Advice:  "leave the line out, so that it is SIGTERM or what the base says; if the program does not end on that, find the signal it ends on, or run it with an init (docker run --init)",
			})
		}
	},
}

var abrupt = map[string]string{
	"KILL": "kills the program in the middle of what it does", "9": "kills the program in the middle of what it does",
	"STOP": "only halts the program, until it is killed", "19": "only halts the program, until it is killed",
}
