package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
)

//go:embed missing_pipefail.md
var missingPipefailDoc string

// MissingPipefail reports pipes that hide the failure of a download.
var MissingPipefail = &fixer.Rule{
	Name:     "dockerfile/missing-pipefail",
	Title:    "failed download hidden by a pipe",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL4006"},
		{Source: fixer.KICSDockerfile, ID: "efbf148a-67e9-42d2-ac47-02fa1c0d0b22", Title: "Shell Running A Pipe Without Pipefail Flag"},
	},
	Doc: missingPipefailDoc,
	Check: func(p *fixer.Pass) {
		for _, st := range steps(p.File.Dockerfile, "RUN") {
			if pipefail(p, st) {
				continue
			}
			for k, c := range st.commands {
				if c.fed && c.Place&dockerfile.InSubstitution == 0 && content[c.name] && !isFed(st.commands, k+1) {
					if from, ok := feeder(st.commands, k); ok {
						reportHidden(p, st, from, c)
					}
				}
			}
		}
	},
}

// content are programs that succeed when they read nothing.
var content = set("tee cat sed awk gawk sort uniq tr cut head tail wc xargs base64 envsubst dos2unix iconv xxd rev nl fold column")

// feeder returns the download that is piped into a command.
func feeder(list []command, k int) (command, bool) {
	for n := k; n > 0 && list[n].fed; n-- {
		if c := list[n-1]; fetchers[c.name] {
			return c, !c.onlyLocal()
		} else if !content[c.name] {
			break // it fails by itself, or hides more than this rule knows of
		}
	}
	return command{}, false
}

func isFed(list []command, k int) bool { return k < len(list) && list[k].fed }

// pipefail reports whether the shell of a step is told to look at all commands
// of a pipe.
func pipefail(p *fixer.Pass, st step) bool {
	shell, _ := st.stage.ShellAt(st.i)
	if slices.Contains(shell, "pipefail") {
		return true
	}
	return strings.Contains(string(p.File.Data[st.i.Start:st.i.End]), "pipefail")
}

func reportHidden(p *fixer.Pass, st step, from, to command) {
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.at) + ": " + from.name + " into " + to.name,
		Message: fmt.Sprintf("%s succeeds whether or not %s does: a failed download leaves nothing, and the build goes on", to.name, from.name),
		Advice:  "download to a file first (curl -f -o FILE URL && …), so that each command is looked at" + pipefailAdvice(p, st.stage),
	}
	f.Start, f.End = st.span(from)
	if st.script != nil {
		f.Start, f.End = min(from.Start, to.Start), max(from.End, to.End)
	}
	report(p, st.at, f)
}

// pipefailAdvice tells of pipefail where the shell is known to have it.
func pipefailAdvice(p *fixer.Pass, s *dockerfile.Stage) string {
	base, ok := baseOf(p, s)
	switch {
	case ok && base.Has("bash") == image.Present:
		return `; or write SHELL ["/bin/bash", "-o", "pipefail", "-c"] before it, which holds for every later step`
	case ok && base.Shell == image.Dash:
		return "; set -o pipefail is no way out, because dash up to 0.5.12 does not know it"
	}
	return ""
}
