package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed missing_pipefail.md
var missingPipefailDoc string

// MissingPipefail reports pipes that hide the failure of a download.
var MissingPipefail = &fixer.Rule{
	Name:     "dockerfile/missing-pipefail",
	Title:    "pipe hides a failed download",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL4006"},
		{Source: fixer.KICSDockerfile, ID: "efbf148a-67e9-42d2-ac47-02fa1c0d0b22", Title: "Shell Running A Pipe Without Pipefail Flag"},
	},
	Doc: missingPipefailDoc,
	Check: func(p *fixer.Pass) {
		for _, st := range build.Of(p.File).Steps("RUN") {
			if pipefail(p, st) {
				continue
			}
			for k, c := range st.Commands {
				if c.PipedInto && c.Place&dockerfile.InSubstitution == 0 && content[c.Program] && !isFed(st.Commands, k+1) {
					if from, ok := feeder(st.Commands, k); ok {
						reportHidden(p, st, from, c)
					}
				}
			}
		}
	},
}

// content are programs that succeed when they read nothing.
var content = text.WordSet("tee cat sed awk gawk sort uniq tr cut head tail wc xargs base64 envsubst dos2unix iconv xxd rev nl fold column")

// feeder returns the download that is piped into a command.
func feeder(list []build.Command, k int) (build.Command, bool) {
	for n := k; n > 0 && list[n].PipedInto; n-- {
		if c := list[n-1]; c.Downloads() {
			return c, !c.OnlyLocalURLs()
		} else if !content[c.Program] {
			break // it fails by itself, or hides more than this rule knows of
		}
	}
	return build.Command{}, false
}

func isFed(list []build.Command, k int) bool { return k < len(list) && list[k].PipedInto }

// pipefail reports whether the shell of a step is told to look at all commands
// of a pipe.
func pipefail(p *fixer.Pass, st build.Step) bool {
	shell, _ := st.Stage.ShellAt(st.Instruction)
	if slices.Contains(shell, "pipefail") {
		return true
	}
	return strings.Contains(string(p.File.Data[st.Instruction.Start:st.Instruction.End]), "pipefail")
}

func reportHidden(p *fixer.Pass, st build.Step, from, to build.Command) {
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": " + from.Program + " into " + to.Program,
		Message: fmt.Sprintf("The pipe returns the exit status of %s and hides a failure of %s: the build continues after a failed download", to.Program, from.Program),
		Advice:  "Download to a file first (curl -f -o FILE URL && …), so that each exit status counts" + pipefailAdvice(p, st.Stage),
	}
	f.Start, f.End = st.Span(from)
	if st.Script != nil && !from.Copied {
		f.Start, f.End = min(from.Start, to.Start), max(from.End, to.End)
	}
	report(p, st.At, f)
}

// pipefailAdvice tells of pipefail where the shell is known to have it.
func pipefailAdvice(p *fixer.Pass, s *dockerfile.Stage) string {
	base, ok := build.BaseOf(p, s)
	switch {
	case ok && base.Has("bash") == image.Present:
		return ". Or write `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]` before the step, which applies to all later steps"
	case ok && base.Shell == image.Dash:
		return ". set -o pipefail does not work here: dash up to 0.5.12 does not support that option"
	}
	return ""
}
