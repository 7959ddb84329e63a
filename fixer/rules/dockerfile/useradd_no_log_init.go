package dockerfile

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed useradd_no_log_init.md
var useraddNoLogInitDoc string

// UseraddNoLogInit reports useradd of a high user id without --no-log-init.
var UseraddNoLogInit = &fixer.Rule{
	Name:     "dockerfile/useradd-no-log-init",
	Title:    "useradd with a high uid",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL3046"},
		{Source: fixer.GitHub, ID: "shadow-maint/shadow#558"},
		{Source: fixer.DockerDocs, ID: "USER: no-log-init", Link: "https://docs.docker.com/build/building/best-practices/#user"},
	},
	Doc: useraddNoLogInitDoc,
	Check: func(p *fixer.Pass) {
		kept := build.InFinalImage(p)
		for _, a := range build.Of(p.File).AccountChanges(nil) {
			if uid := highNumber(a); uid > 0 && kept[a.Step.Stage] && !leavesLogsAlone(p, a.Step.Stage) {
				reportHighNumber(p, a.Step, a.Command, uid)
			}
		}
	},
}

// leavesLogsAlone reports whether the base's useradd is known to be one that
// writes no records beyond the end of the logs.
func leavesLogsAlone(p *fixer.Pass, s *dockerfile.Stage) bool {
	base, ok := build.BaseOf(p, s)
	if !ok {
		return false
	}
	major, _, _ := strings.Cut(base.Release, ".")
	release, err := strconv.Atoi(major)
	switch {
	case err != nil:
		return false
	case base.Distribution == image.Debian:
		return release >= 12
	case base.Distribution == image.Ubuntu:
		return release >= 23
	}
	return false
}

// highNumber returns the user id that a useradd with a log gives, when it is a
// high one, else 0.
func highNumber(a build.AccountChange) int {
	const high = 100_000 // where the holes begin to count: 29 MB
	if a.Command.Program != "useradd" || a.Arguments.Unknown || a.Arguments.Has("-l", "--no-log-init") {
		return 0
	}
	if n, err := strconv.Atoi(a.UID); err == nil && n >= high {
		return n
	}
	return 0
}

func reportHighNumber(p *fixer.Pass, st build.Step, c build.Command, uid int) {
	const record = 292 + 32 // bytes, of lastlog and faillog
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": useradd" + c.Ordinal,
		Message: fmt.Sprintf("useradd with uid %d writes %d MB of log files to the image layer", uid, uid/1000*record/1000),
		Advice:  "Add --no-log-init after useradd" + st.NotEdited(c.Command),
	}
	f.Start, f.End = st.Span(c)
	var edits []text.Edit
	var err error = &dockerfile.Refusal{}
	if st.Edited(c.Command) {
		edits, err = st.Script.InsertWord(c.Command, c.ProgramWord, "--no-log-init")
	}
	if err == nil {
		f.Advice = ""
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "useradd", Text: "The option leaves out the entries of the login records alone"}}
		f.Fixes = []fixer.Fix{{
			ID: "no-log", Title: "Add --no-log-init", Level: fixer.Safe,
			Verify: "docker build -t IMAGE . && docker history IMAGE\nshows a smaller layer for this RUN than before",
			Edit:   edit(edits),
		}}
	}
	report(p, st.At, f)
}
