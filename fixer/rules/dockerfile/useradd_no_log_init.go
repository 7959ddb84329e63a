package dockerfile

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"oakum/fixer"
	"oakum/fixer/build"
	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
	"oakum/fixer/text"
)

//go:embed useradd_no_log_init.md
var useraddNoLogInitDoc string

// UseraddNoLogInit reports useradd of a high user id without --no-log-init.
var UseraddNoLogInit = &fixer.Rule{
	Name:     "dockerfile/useradd-no-log-init",
	Title:    "useradd with a high number",
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
		for _, st := range build.Steps(p.File.Dockerfile, "RUN") {
			if !kept[st.Stage] || leavesLogsAlone(p, st.Stage) {
				continue
			}
			for _, c := range st.Commands {
				if uid := highNumber(c); uid > 0 {
					reportHighNumber(p, st, c, uid)
				}
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
func highNumber(c build.Command) int {
	const high = 100_000 // where the holes begin to count: 29 MB
	if c.Program != "useradd" {
		return 0
	}
	found := 0
	args := c.Args()
	for k, w := range args {
		value, isLong := strings.CutPrefix(w.Value, "--uid=")
		switch {
		case w.Value == "--no-log-init", shortOption.MatchString(w.Value) && strings.Contains(w.Value, "l"), build.OptionsVariable.MatchString(w.Raw):
			return 0
		case isLong:
		case (w.Value == "--uid" || shortOption.MatchString(w.Value) && strings.HasSuffix(w.Value, "u")) && k+1 < len(args):
			value = args[k+1].Value
		case strings.HasPrefix(w.Value, "-u"):
			value = w.Value[2:]
		default:
			continue
		}
		if n, err := strconv.Atoi(value); err == nil && n >= high {
			found = n
		}
	}
	return found
}

func reportHighNumber(p *fixer.Pass, st build.Step, c build.Command, uid int) {
	const record = 292 + 32 // bytes, of lastlog and faillog
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": useradd" + c.Ordinal,
		Message: fmt.Sprintf("useradd with the number %d makes logs of %d MB in the layer", uid, uid/1000*record/1000),
		Advice:  "write --no-log-init behind useradd" + st.NotEdited(),
	}
	f.Start, f.End = st.Span(c)
	var edits []text.Edit
	var err error = &dockerfile.Refusal{}
	if st.Script != nil {
		edits, err = st.Script.InsertWord(c.Command, c.ProgramWord, "--no-log-init")
	}
	if err == nil {
		f.Advice = ""
		f.Fixes = []fixer.Fix{{
			ID: "no-log", Title: "use --no-log-init", Level: fixer.Safe,
			Verify: "docker build .   then   docker history IMAGE   shows a small layer",
			Edit:   edit(edits),
		}}
	}
	report(p, st.At, f)
}
