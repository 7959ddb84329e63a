package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

const labelWidth = 8 // cells of "Breaks" and the like

// harmless is what a fix breaks that says nothing about it.
const harmless = "Nothing: the fix does not change the behaviour of a working container"

// An entry is one thing an explanation says.
type entry struct {
	label string
	lines []string // each is wrapped by itself
	look  look
	short bool // its first line is seen however little room there is
}

// A look is how an entry is painted.
type look int

const (
	plainLook look = iota
	goodLook
	warnLook
	badLook
)

// essentials is how many lines tell the least there is to know.
func essentials(entries []entry) int {
	n := 0
	for _, e := range entries {
		if e.short {
			n++
		}
	}
	return n
}

// explain says the entries in at most so many lines: of those that are essential
// at least one line each, then more of each as long as there is room. It
// reports whether that was all; what is cut has a sign.
func (v *detail) explain(d *model, entries []entry, width, budget int) (out []string, all bool) {
	t := &d.theme
	room := max(1, width-labelWidth-2)
	wrapped, shown := make([][]string, len(entries)), make([]int, len(entries))
	for i, e := range entries {
		for _, line := range e.lines {
			wrapped[i] = append(wrapped[i], widget.Wrap(text.VisibleLine(line), room)...)
		}
		if e.short && budget > 0 {
			shown[i] = 1
			budget--
		}
	}
	all = true
	for i := range entries {
		more := min(len(wrapped[i])-shown[i], max(0, budget))
		shown[i] += more
		budget -= more
		all = all && shown[i] == len(wrapped[i])
	}
	for i, e := range entries {
		for n, s := range wrapped[i][:shown[i]] {
			label := ""
			if n == 0 {
				label = e.label
			}
			if n+1 == shown[i] && shown[i] < len(wrapped[i]) {
				s = strings.TrimRight(widget.Cut(s, room-1, ""), " ") + t.Marks.Ellipsis
			}
			switch e.look {
			case goodLook:
				s = t.Good.Paint(s)
			case warnLook:
				s = t.Warn.Paint(s)
			case badLook:
				s = t.Error.Paint(s)
			}
			out = append(out, " "+t.Label.Paint(widget.Pad(label, labelWidth))+s)
		}
	}
	return out, all
}

// entries are all there is to say about a finding, the most important first.
func (v *detail) entries(d *model, o *engine.Outcome, p *preview) []entry {
	f := d.offer(o)
	fix := v.alternative(f)
	rule := d.rule(f.Rule)
	var out []entry
	add := func(short bool, label string, look look, lines ...string) {
		if len(lines) > 0 && lines[0] != "" {
			out = append(out, entry{label, lines, look, short})
		}
	}
	if s, look := d.state(o); s != "" {
		add(true, "State", look, s)
	}
	if fix != nil && o.Result != engine.Closed {
		add(true, "Guess", warnLook, guessed(fix, v.params, "p to change it"))
	}
	add(true, "What", plainLook, joined(f.Message))
	if fix == nil {
		add(true, "Do", plainLook, joined(f.Advice))
	} else {
		add(true, "Breaks", plainLook, joined(cmp.Or(fix.Breaks, harmless)))
		add(true, "Verify", plainLook, verifyLines(cmp.Or(fix.Verify, rule.Page().Verify))...)
	}
	if p != nil {
		add(false, "Closes", plainLook, strings.Join(p.closes, ", "))
		add(true, "Opens", warnLook, strings.Join(p.opens, ", "))
	}
	add(false, "Why", plainLook, joined(rule.Page().Why))
	var facts []string
	for _, e := range f.Evidence {
		if s := e.String(); !slices.Contains(facts, s) {
			facts = append(facts, s)
		}
	}
	add(false, "Facts", plainLook, facts...)
	if p != nil && p.also != "" {
		add(false, "Also", plainLook, "other fixes in the same files: "+p.also)
	}
	add(false, "Refs", plainLook, references(rule))
	return out
}

// joined is a text on one line, to be wrapped anew.
func joined(s string) string { return strings.Join(strings.Fields(s), " ") }

// guessed says which values of a fix rest on nothing that is known, and what to do.
func guessed(fix *fixer.Fix, chosen fixer.Params, do string) string {
	all := fix.Guesses(chosen)
	switch len(all) {
	case 0:
		return ""
	case 1:
		return all[0] + " is a guess: " + do
	}
	return strings.Join(all, ", ") + " are guesses: " + do
}

// verifyLines are the lines that say how to see that a fix works: each command on
// one of its own, below it what to expect.
func verifyLines(s string) []string {
	var out []string
	for _, v := range fixer.ParseVerify(s) {
		if v.Command != "" {
			out = append(out, v.Command)
			v.Expect = "  " + v.Expect
		}
		out = append(out, v.Expect)
	}
	return out
}

// state says what became of a finding, when there is something to say.
func (d *model) state(o *engine.Outcome) (string, look) {
	if !d.fresh() {
		return "", plainLook
	}
	switch o.Result {
	case engine.Fixed:
		return "accepted: " + o.Title, goodLook
	case engine.Closed:
		return "closed by " + keyWords(o.By), goodLook
	case engine.NewlySuppressed:
		return "suppressed: a comment in the file will say: " + o.Reason, goodLook
	case engine.Skipped:
		return "skipped", plainLook
	case engine.Blocked:
		return "blocked: " + o.Reason, badLook
	case engine.Refused:
		return "refused: " + o.Reason, badLook
	case engine.AlreadySuppressed:
		return "suppressed by a comment in the file: " + cmp.Or(o.Reason, "no reason given"), plainLook
	}
	if o.New {
		return "new: appeared after other fixes were accepted", plainLook
	}
	return "", plainLook
}

func references(r *fixer.Rule) string {
	var out []string
	for _, c := range fixer.Cite(r.References) {
		out = append(out, c.Text)
	}
	return strings.Join(out, ", ")
}

// rule returns the rule of that name. A finding always has one; an empty rule
// stands in should it not.
func (d *model) rule(name string) *fixer.Rule {
	for _, r := range d.opts.Rules {
		if r.Name == name {
			return r
		}
	}
	return &fixer.Rule{Name: name, Title: ruleWord(name)}
}

// excerpt shows the lines a finding is about, with a few around them.
func excerpt(d *model, f *fixer.Finding, width, height int) []string {
	t := &d.theme
	file := d.current.plan.Before.File(f.File)
	if after := d.current.plan.Final.Finding(f.Key()); after != nil {
		file, f = d.current.plan.After.File(f.File), after
	}
	if file == nil || f.Line <= 0 {
		return nil
	}
	lines := file.Lines()
	from := max(1, f.Line-height/3)
	digits := len(fmt.Sprint(min(lines.Count(), from+height)))
	var out []string
	for n := from; n <= lines.Count() && len(out) < height; n++ {
		lead := "   "
		if n >= f.Line && n <= f.EndLine {
			lead = " " + t.Marks.Cursor + " "
		}
		number := t.LineNo.Paint(fmt.Sprintf("%*d", digits, n))
		s := text.Visible(clip(strings.TrimRight(report.LineOf(file, n, f), "\r\n"), 4*width))
		out = append(out, widget.Cut(lead+number+"  "+strings.ReplaceAll(s, "\t", "    "), width, t.Marks.CutRight))
	}
	return out
}

// clip bounds what is looked at of a line: more than fits is never shown.
func clip(s string, bytes int) string {
	if len(s) > bytes {
		return s[:bytes]
	}
	return s
}
