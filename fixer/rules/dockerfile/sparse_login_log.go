package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
	"oakum/fixer/text"
)

// SparseLoginLog wants accounts with high numbers kept out of the log of
// logins, which is as long as the highest number.
var SparseLoginLog = &fixer.Rule{
	Name:     "dockerfile/sparse-login-log",
	Title:    "useradd with a high number",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `useradd with a user id of 100000 or above and without --no-log-init, in stages that end up in an image. Left alone are bases
whose release is known to have useradd 4.13 or newer, which writes no such records (Debian 12, Ubuntu 23.04), numbers that a variable
decides, and adduser, which of Debian and of BusyBox has no such option. The fix adds the option.`,
		Why: `Up to version 4.12, useradd writes an empty record into /var/log/lastlog and /var/log/faillog at the place that the number says, 292 and 32 bytes
for each number below it. On a disk the file has a hole there; in a layer the hole is stored, packed and unpacked: gigabytes for a
number of ten digits, with which builds end for want of space or time.`,
		Breaks: `Nothing: the log of logins has no record of the account before it logs in for the first time.`,
		Verify: `docker build .   then   docker history IMAGE   shows a small layer`,
		Bad: `FROM debian:11
RUN useradd --uid 1000650000 app
`,
		Good: `FROM debian:11
RUN useradd --no-log-init --uid 1000650000 app
`,
		References: []fixer.Reference{
			{Source: "hadolint", ID: "DL3046", URL: "https://github.com/hadolint/hadolint/wiki/DL3046"},
			{Source: "shadow", ID: "pull request 558", URL: "https://github.com/shadow-maint/shadow/pull/558"},
			{Source: "Docker", ID: "USER: no-log-init", URL: "https://docs.docker.com/build/building/best-practices/#user"},
		},
	},
	Check: func(p *fixer.Pass) {
		kept := shipped(p)
		for _, st := range steps(p.File.Dockerfile, "RUN") {
			if !kept[st.stage] || leavesLogsAlone(p, st.stage) {
				continue
			}
			for _, c := range st.commands {
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
	base, ok := baseOf(p, s)
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
func highNumber(c command) int {
	const high = 100_000 // where the holes begin to count: 29 MB
	if c.name != "useradd" {
		return 0
	}
	found := 0
	args := c.args()
	for k, w := range args {
		value, isLong := strings.CutPrefix(w.Value, "--uid=")
		switch {
		case w.Value == "--no-log-init", shortOption.MatchString(w.Value) && strings.Contains(w.Value, "l"), flagVariable.MatchString(w.Raw):
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

func reportHighNumber(p *fixer.Pass, st step, c command, uid int) {
	const record = 292 + 32 // bytes, of lastlog and faillog
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.at) + ": useradd" + c.again,
		Message: fmt.Sprintf("useradd with the number %d makes logs of %d MB in the layer", uid, uid/1000*record/1000),
		Advice:  "write --no-log-init behind useradd" + st.notEdited(),
	}
	f.Start, f.End = st.span(c)
	var edits []text.Edit
	var err error = &dockerfile.Refusal{}
	if st.script != nil {
		edits, err = st.script.InsertWord(c.Command, c.first, "--no-log-init")
	}
	if err == nil {
		f.Advice = ""
		f.Fixes = []fixer.Fix{{
			ID: "no-log", Title: "use --no-log-init", Level: fixer.Safe,
			Verify: "docker build .   then   docker history IMAGE   shows a small layer",
			Edit:   edit(p, edits),
		}}
	}
	report(p, st.at, f)
}
