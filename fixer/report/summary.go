package report

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Summary writes what a plan does or did: files with their changed lines and fixes,
// the score and the pods, what could not be fixed and why, how to check, and what is
// left, with the command for it. Written says whether the files were written; undo
// is the command that takes that back.
func (f *Fix) Summary(w io.Writer, st Style, written bool, undo string) error {
	p := &printer{w: w, st: st}
	p.changes(f, written)
	p.figures(f)
	p.guessed(f)
	p.recreate(f)
	p.failed(f)
	if len(f.Changes) > 0 {
		p.fromRoot()
	}
	if written && len(f.Changes) > 0 {
		p.checks(f)
	}
	p.left(f, written)
	p.leftAlone(&Scan{Unused: f.After.Unused, Problems: f.After.Problems, known: f.After.known})
	p.notChecked(f.After)
	if written && undo != "" && len(f.Changes) > 0 {
		p.line("Undo: ", st.paint(cyan, undo))
	}
	return p.err
}

// Made counts the fixes of a plan.
func (f *Fix) Made() int { return f.count(engine.Fixed) }

// changes lists the files with what was changed in each.
func (p *printer) changes(f *Fix, written bool) {
	if len(f.Changes) == 0 {
		p.line(p.st.paint(bold, "Nothing to change"))
		p.line()
		return
	}
	verb := "Would change "
	if written {
		verb = "Wrote "
	}
	p.line(p.st.paint(bold, verb+text.Count(len(f.Changes), "file", "files")), ": ", text.Count(f.Made(), "fix", "fixes"), f.perLevel(), f.closed())
	stats, width, most := f.diffstat(), 0, 0
	for i, c := range f.Changes {
		width = max(width, displaywidth.String(text.VisibleLine(p.st.name(c.Path))))
		most = max(most, stats[i].added+stats[i].removed)
	}
	titles := f.titles()
	for i, c := range f.Changes {
		name := text.VisibleLine(p.st.name(c.Path))
		mark := ""
		if c.Before == nil {
			mark = "  (new file)"
		}
		p.line("  ", p.st.place(bold, c.Path, 0), strings.Repeat(" ", width-displaywidth.String(name)), "  ",
			p.st.stat(stats[i], most), mark)
		for _, t := range titles[c.Path] {
			p.line("    ", text.VisibleLine(t))
		}
	}
	p.line()
}

// A stat counts the lines of one changed file.
type stat struct{ added, removed int }

func (f *Fix) diffstat() []stat {
	out := make([]stat, len(f.Changes))
	for i, c := range f.Changes {
		for _, h := range text.DiffLines(text.SplitLines(c.Before), text.SplitLines(c.After)) {
			out[i].added += h.B1 - h.B0
			out[i].removed += h.A1 - h.A0
		}
	}
	return out
}

// mostSigns is how long the bar of the file with the most changes is.
const mostSigns = 24

// stat shows changed lines as git does: "+9 -3 ++++++---".
func (st Style) stat(s stat, most int) string {
	plus, minus := s.added, s.removed
	if most > mostSigns {
		scale := func(n int) int {
			if n == 0 {
				return 0
			}
			return max(1, n*mostSigns/most)
		}
		plus, minus = scale(plus), scale(minus)
	}
	return pad("+"+itoa(s.added), 4) + " " + pad("-"+itoa(s.removed), 4) + " " +
		st.paint(green, strings.Repeat("+", plus)) + st.paint(red, strings.Repeat("-", minus))
}

// titles are the fixes in each file, those of one title counted.
func (f *Fix) titles() map[string][]string {
	out := map[string][]string{}
	made := map[fixer.Key]*engine.Outcome{}
	for i := range f.Outcomes {
		made[f.Outcomes[i].Finding.Key()] = &f.Outcomes[i]
	}
	for _, c := range f.Changes {
		count := map[string]int{}
		var order []string
		for _, k := range c.Fixes {
			o := made[k]
			if o == nil {
				continue
			}
			title := o.Title
			if o.Level > fixer.Safe {
				title += " (" + o.Level.String() + ")"
			}
			if o.Result == engine.NewlySuppressed {
				title = "Suppress " + k.Rule + " with a comment"
			}
			if count[title]++; count[title] == 1 {
				order = append(order, title)
			}
		}
		for _, t := range order {
			if count[t] > 1 {
				t += ", " + itoa(count[t]) + " times"
			}
			out[c.Path] = append(out[c.Path], t)
		}
	}
	return out
}

// figures writes what the plan does to the score, the pods and the findings.
func (p *printer) figures(f *Fix) {
	if len(f.Changes) > 0 {
		p.line(scoreOf(f.After.Arguments), p.st.paint(bold, itoa(f.Before.Score)+" → "+itoa(f.After.Score)), " of 100 (", grades(f), ")", f.After.scoreLimit())
		if before, after := fixer.CountLevels(f.Before.Pods), fixer.CountLevels(f.After.Pods); before != after {
			p.line("Pods by Pod Security level: ", before, " → ", p.st.paint(bold, after))
		}
	}
	if s := f.reckoning(); s != "" {
		p.line("Findings: ", s)
	}
	p.line()
}

func grades(f *Fix) string {
	before, after := engine.Grade(f.Before.Score), engine.Grade(f.After.Score)
	if before == after {
		return after
	}
	return before + " → " + after
}

// reckoning says what became of all findings, so that the counts add up. Their number is
// that of a scan: what a comment suppresses already is said beside it.
func (f *Fix) reckoning() string {
	came := 0
	for i := range f.Outcomes {
		if f.Outcomes[i].New {
			came++
		}
	}
	suppressed := f.count(engine.AlreadySuppressed) // no findings, as in a scan
	all := itoa(len(f.Outcomes) - came - suppressed)
	if came > 0 {
		all += " and " + itoa(came) + " that appeared with the fixes"
	}
	var parts []string
	for _, r := range []struct {
		result engine.Result
		words  string
	}{
		{engine.Fixed, "fixed"}, {engine.Closed, "closed by other fixes"}, {engine.NewlySuppressed, "newly suppressed"}, {engine.Blocked, "blocked"},
		{engine.Refused, "refused"}, {engine.Skipped, "skipped"}, {engine.Open, "not fixed"}, {engine.ManualWork, "left to you"},
	} {
		n := f.count(r.result)
		if r.result == engine.ManualWork {
			by := f.byHand()
			n = by[fixer.NoFix]
			if unasked := by[fixer.MissingDigest]; unasked > 0 {
				parts = append(parts, text.Count(unasked, "needs", "need")+" a digest from a registry")
			}
			if choice := by[fixer.ChosenFix]; choice > 0 {
				parts = append(parts, itoa(choice)+" to decide on")
			}
		}
		if n > 0 {
			parts = append(parts, itoa(n)+" "+r.words)
		}
	}
	if len(parts)+suppressed == 0 {
		return ""
	}
	if len(parts) > 0 {
		all += ": " + strings.Join(parts, ", ")
	}
	if suppressed > 0 {
		all += "; " + itoa(suppressed) + " suppressed before"
	}
	return all
}

// byHand counts what no safe or review fix mends by what can be done about it.
func (f *Fix) byHand() map[fixer.Remedy]int {
	n := map[fixer.Remedy]int{}
	for i := range f.Outcomes {
		if o := &f.Outcomes[i]; o.Result == engine.ManualWork {
			n[o.Remedy()]++
		}
	}
	return n
}

// guessed says once which values were written for want of anything known, and in
// how many places.
func (p *printer) guessed(f *Fix) {
	list := f.guesses()
	if len(list) == 0 {
		return
	}
	p.line("Default values that nothing here confirms: ", text.VisibleLine(strings.Join(list, ", ")), " (choose others with --set)")
	p.line()
}

func (f *Fix) guesses() []string {
	count := map[string]int{}
	for i := range f.Outcomes {
		for _, g := range unconfirmed(&f.Outcomes[i]) {
			count[g]++
		}
	}
	var list []string
	for _, g := range slices.Sorted(maps.Keys(count)) {
		shown := g
		if strings.HasSuffix(g, "=") {
			shown += "(none)"
		}
		list = append(list, shown+" in "+text.Count(count[g], "place", "places"))
	}
	return list
}

// unconfirmed are the values of a fix that rest on nothing known, as NAME=VALUE.
func unconfirmed(o *engine.Outcome) []string { return slices.Concat(o.Guesses, o.Assumed) }

// failed names every fix that was accepted and is not in the plan.
func (p *printer) failed(f *Fix) {
	any := false
	for i := range f.Outcomes {
		o := &f.Outcomes[i]
		if o.Result != engine.Refused && o.Result != engine.Blocked {
			continue
		}
		any = true
		p.line(p.st.result(o.Result, 0), ": ", p.st.place("0", o.Finding.File, o.Finding.Line), " ", p.st.paint(cyan, o.Finding.Rule), ": ", text.VisibleLine(reason(o)))
	}
	if any {
		p.line()
	}
}

// Bounds of the ways to check: how many are listed, and for how many other names each.
const (
	mostChecks = 8
	mostNames  = 4
)

// checks says how to see that everything still works.
func (p *printer) checks(f *Fix) {
	list := f.Checks()
	if len(list) == 0 {
		return
	}
	p.line(p.st.paint(bold, "Check that it still works"))
	for _, c := range list[:min(len(list), mostChecks)] {
		if c.Command != "" {
			p.line("  ", p.st.paint(cyan, c.Command))
		}
		for _, l := range wrap(c.Expect, textWidth-6) {
			p.line("      ", l)
		}
		for _, l := range wrap(c.Others(mostNames), textWidth-6) {
			p.line("      ", l)
		}
	}
	if more := len(list) - mostChecks; more > 0 {
		p.line("  and ", itoa(more), " more: oakum explain RULE has them for each rule")
	}
	p.line()
}

func (f *Fix) closed() string {
	n := f.count(engine.Closed)
	if n == 0 {
		return ""
	}
	return ", " + text.Count(n, "finding", "findings") + " closed by them"
}

func (f *Fix) perLevel() string {
	n := map[fixer.Level]int{}
	for i := range f.Outcomes {
		if o := &f.Outcomes[i]; o.Result == engine.Fixed {
			n[o.Level]++
		}
	}
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
