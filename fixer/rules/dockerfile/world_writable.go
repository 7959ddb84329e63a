package dockerfile

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed world_writable.md
var worldWritableDoc string

// WorldWritable reports files that every user may write.
var WorldWritable = &fixer.Rule{
	Name:     "dockerfile/world-writable",
	Title:    "world-writable files",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.8"},
		{Source: fixer.CWE, ID: "CWE-732"},
	},
	Doc: worldWritableDoc,
	Check: func(p *fixer.Pass) {
		f, kept := p.File.Dockerfile, build.InFinalImage(p)
		build.Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if flag, ok := i.Flag("chmod"); ok && (kept[s] || build.CopiedLater(f, i)) && !s.Windows && letsAll(flag.Value) {
				report(p, at, fixer.Finding{
					Message: fmt.Sprintf("--chmod=%s makes these files writable for every user of the container", flag.Value),
					Advice:  writableAdvice,
					Start:   flag.Word.Start, End: flag.Word.End,
				})
			}
		})
		for _, st := range build.Of(p.File).Steps("RUN") {
			checkModes(p, st, kept)
		}
	},
}

const writableAdvice = "Make the user the owner of the directory that it writes to (COPY --chown, chown UID:GID), with mode 755 or 750. Keep root as the owner of executables"

// letsAll reports whether a mode gives other users the right to write, without
// the sticky bit.
func letsAll(mode string) bool {
	if strings.Trim(mode, "01234567") == "" && mode != "" {
		others := mode[len(mode)-1]
		sticky := len(mode) > 3 && (mode[len(mode)-4]-'0')&1 == 1
		return len(mode) >= 3 && (others-'0')&2 == 2 && !sticky
	}
	for _, part := range strings.Split(mode, ",") {
		if symbolicMode().MatchString(part) {
			return !strings.Contains(mode, "t")
		}
	}
	return false
}

// symbolicMode matches what gives the right to write to others: o+w, a=rwx,
// ugo+w. Without letters before it the umask counts, which takes it away.
var symbolicMode = text.Regexp(`^[ug]*[oa][ugoa]*[+=][rxXst]*w`)

func checkModes(p *fixer.Pass, st build.Step, kept map[*dockerfile.Stage]bool) {
	for _, c := range st.Commands {
		mode, recursive := c.Mode()
		if !letsAll(mode) || onlyDevices(c) || deletedAgain(st, c) || !kept[st.Stage] && !copiedWithMode(p, st, c, kept) {
			continue
		}
		f := fixer.Finding{
			Path:    place(p.File.Dockerfile, st.At) + ": " + c.Program + " " + mode,
			Message: fmt.Sprintf("%s %s makes these files writable for every user of the container", c.Program, mode),
			Advice:  writableAdvice,
		}
		if recursive || c.Program == "chmod" && makesProgram(c) {
			f.Severity = fixer.Medium
		}
		f.Start, f.End = st.Span(c)
		report(p, st.At, f)
	}
}

// copiedWithMode reports whether a stage of an image takes files that a command of another
// stage gives their mode: COPY keeps it, unless it is told another one.
func copiedWithMode(p *fixer.Pass, st build.Step, c build.Command, kept map[*dockerfile.Stage]bool) bool {
	f, dir := p.File.Dockerfile, st.Stage.WorkdirAt(st.Instruction).Text
	mode, recursive := c.Mode()
	for s := range kept {
		for _, i := range s.Instructions {
			from, ok := i.Flag("from")
			if _, given := i.Flag("chmod"); !ok || given || i.Keyword != "COPY" || len(i.Words) < 2 {
				continue
			}
			source := build.StageNamed(f, from.Value)
			if source == nil || !build.InChain(source, st.Stage) {
				continue
			}
			for _, w := range c.Plain() {
				at := w
				if w == mode {
					continue
				}
				if !path.IsAbs(at) {
					at = path.Join(dir, at)
				}
				if path.IsAbs(at) && slices.ContainsFunc(i.Words[:len(i.Words)-1], func(taken dockerfile.Word) bool {
					what := path.Join("/", taken.Value)
					return !taken.Dynamic && (build.Within(at, what) || recursive && build.Within(what, at))
				}) {
					return true
				}
			}
		}
	}
	return false
}

// onlyDevices reports whether a command is about the files that everybody
// writes to by design.
func onlyDevices(c build.Command) bool {
	some := false
	for _, w := range c.Args() {
		switch {
		case strings.HasPrefix(w.Value, "/dev/"), w.Value == "/tmp", w.Value == "/var/tmp", strings.HasPrefix(w.Value, "/tmp/"):
			some = true
		case strings.HasPrefix(w.Value, "/"):
			return false
		}
	}
	return some
}

// makesProgram reports whether a command is about files that are run.
func makesProgram(c build.Command) bool {
	for _, w := range c.Args() {
		if strings.HasSuffix(w.Value, ".sh") || strings.Contains(w.Value, "/bin/") || strings.Contains(w.Value, "entrypoint") {
			return true
		}
	}
	return false
}
