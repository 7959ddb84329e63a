package report

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Summary writes, for standard error, what a plan does or did in a few lines:
// files, fixes by level, what remains, what was refused or blocked and why.
// Written says whether the files were written; undo is the command that takes
// that back.
func (f *Fix) Summary(w io.Writer, st Style, written bool, undo string) error {
	p := &printer{w: w, st: st, tight: true}
	verb := "would change "
	if written {
		verb = "wrote "
	}
	made := 0
	byLevel := map[fixer.Level]int{}
	for i := range f.Outcomes {
		if o := &f.Outcomes[i]; o.Result == engine.Fixed {
			made++
			byLevel[o.Level]++
		}
	}
	switch {
	case len(f.Changes) == 0:
		p.line("nothing to change")
	default:
		p.line(verb, text.Count(len(f.Changes), "file", "files"), ": ", text.Count(made, "fix", "fixes"), perLevel(byLevel), f.closed())
		for _, c := range f.Changes {
			mark := "  "
			if c.Before == nil {
				mark = "  new: "
			}
			p.line(mark, text.VisibleLine(c.Path))
		}
		p.line("score ", itoa(f.Before.Score), " → ", itoa(f.After.Score), " of 100")
		if before, after := fixer.CountLevels(f.Before.Pods), fixer.CountLevels(f.After.Pods); before != after {
			p.line("pods by the Pod Security Standards: ", before, " → ", after)
		}
	}
	p.guessed(f)
	p.failed(f)
	if n := len(f.After.Findings); n > 0 {
		p.line(text.Count(n, "finding remains", "findings remain"), ": ", severities(f.After.Findings), "; ", levels(f.After.Findings))
	}
	p.nonFindings(&Scan{Unused: f.After.Unused, Problems: f.After.Problems, Files: f.After.Skipped(), known: f.After.known})
	if written && undo != "" && len(f.Changes) > 0 {
		p.line("undo with: ", text.VisibleLine(undo))
	}
	return p.err
}

// guessed says once which values were written for want of anything known, and in
// how many places.
func (p *printer) guessed(f *Fix) {
	count := map[string]int{}
	for i := range f.Outcomes {
		for _, g := range f.Outcomes[i].Guesses {
			count[g]++
		}
	}
	if len(count) == 0 {
		return
	}
	var list []string
	for _, g := range slices.Sorted(maps.Keys(count)) {
		list = append(list, g+" in "+text.Count(count[g], "place", "places"))
	}
	p.line("values for which nothing is known here: ", text.VisibleLine(strings.Join(list, ", ")), "; give others with --set")
}

// failed names every fix that was accepted and is not in the plan.
func (p *printer) failed(f *Fix) {
	for i := range f.Outcomes {
		o := &f.Outcomes[i]
		if o.Result != engine.Refused && o.Result != engine.Blocked {
			continue
		}
		p.line(p.st.result(o.Result, 0), ": ", text.VisibleLine(place(o.Finding.File, o.Finding.Line)), " ", p.st.paint(cyan, o.Finding.Rule), ": ", text.VisibleLine(reason(o)))
	}
}

func (f *Fix) closed() string {
	n := 0
	for i := range f.Outcomes {
		if f.Outcomes[i].Result == engine.Closed {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return ", " + text.Count(n, "finding", "findings") + " closed by them"
}

func perLevel(n map[fixer.Level]int) string {
	var out []string
	for _, l := range []fixer.Level{fixer.Safe, fixer.Review} {
		if n[l] > 0 {
			out = append(out, itoa(n[l])+" "+l.String())
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, ", ") + ")"
}
