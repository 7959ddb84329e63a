package tui

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

const labelWidth = 8 // cells of "Breaks" and the like

// harmless is what a fix breaks that says nothing about it.
const harmless = "nothing: a working container cannot notice"

// An entry is one thing an explanation says.
type entry struct {
	label, text string
	style       int // 0 plain, 1 good, 2 bad
}

// mostOfOne bounds the lines of one thing in an explanation, unless there are
// lines to spare.
const mostOfOne = 3

// explain says in at most budget lines why a finding matters. Where there is
// little room, each thing gets one line, the most informative first. The
// lines to spare go to what is cut, one after the other.
func (v *detail) explain(d *model, o *engine.Outcome, width, budget, spare int) []string {
	entries := v.entries(d, o, budget < 6)
	t := &d.theme
	room := max(1, width-labelWidth-2)
	all, shown := make([][]string, len(entries)), make([]int, len(entries))
	for i, e := range entries {
		all[i] = widget.Wrap(text.VisibleLine(strings.Join(strings.Fields(e.text), " ")), room)
		shown[i] = min(len(all[i]), mostOfOne, max(1, budget-(len(entries)-i-1)), budget)
		budget -= shown[i]
	}
	for cut := true; cut && spare > 0; {
		cut = false
		for i := range entries {
			if shown[i] < len(all[i]) && spare > 0 {
				shown[i]++
				spare--
				cut = true
			}
		}
	}
	var out []string
	for i, e := range entries {
		lines := all[i][:shown[i]]
		if most := shown[i]; most > 0 && most < len(all[i]) {
			lines[most-1] = widget.Cut(lines[most-1]+strings.Repeat(" ", room), room-1, "") + t.Marks.Ellipsis
			lines[most-1] = trimCut(lines[most-1], t.Marks.Ellipsis)
		}
		for n, s := range lines {
			label := ""
			if n == 0 {
				label = e.label
			}
			switch e.style {
			case 1:
				s = t.Good.Paint(s)
			case 2:
				s = t.Error.Paint(s)
			}
			out = append(out, " "+t.Label.Paint(widget.Pad(label, labelWidth))+s)
		}
	}
	return out
}

// trimCut moves the sign of a cut to the last word.
func trimCut(s, mark string) string {
	return strings.TrimRight(strings.TrimSuffix(s, mark), " ") + mark
}

func (v *detail) entries(d *model, o *engine.Outcome, short bool) []entry {
	f := d.offer(o)
	fix := v.alternative(f)
	var out []entry
	if s, style := d.state(o); s != "" {
		out = append(out, entry{"State", s, style})
	}
	rule := d.rule(f.Rule)
	what := entry{"What", f.Message, 0}
	why := entry{"Why", rule.Page().Why, 0}
	var breaks, verify, known entry
	if fix != nil {
		breaks = entry{"Breaks", cmp.Or(fix.Breaks, harmless), 0}
		verify = entry{"Verify", cmp.Or(fix.Verify, rule.Page().Verify), 0}
	}
	var facts []string
	for _, e := range f.Evidence {
		facts = append(facts, e.String())
	}
	known = entry{"Known", strings.Join(facts, "; "), 0}
	order := []entry{what, why, breaks, verify, known, {"Refs", references(rule), 0}}
	if short {
		order = []entry{what, breaks, known, why, verify}
	}
	for _, e := range order {
		if e.text != "" {
			out = append(out, e)
		}
	}
	return out
}

// state says what became of a finding, when there is something to say.
func (d *model) state(o *engine.Outcome) (string, int) {
	if !d.fresh() {
		return "", 0
	}
	switch o.Result {
	case engine.Fixed:
		return "accepted: " + o.Title + d.values(o.Finding.Key()), 1
	case engine.Closed:
		return "closed by " + keyWords(o.By), 1
	case engine.NewlySuppressed:
		return "a comment will record why it is left: " + o.Reason, 1
	case engine.Skipped:
		return "skipped by you", 0
	case engine.Blocked:
		return "blocked: " + o.Reason, 2
	case engine.Refused:
		return "refused: " + o.Reason, 2
	case engine.AlreadySuppressed:
		return "a comment in the file asks to leave this: " + cmp.Or(o.Reason, "no reason given"), 0
	}
	if o.New {
		return "new: it came up after other fixes", 0
	}
	return "", 0
}

// values says which values were accepted where they are not the defaults, which
// a fix's title refers to.
func (d *model) values(k fixer.Key) string {
	v, _ := d.decision(k)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(v.Params)) {
		out = append(out, name+"="+v.Params[name])
	}
	if len(out) == 0 {
		return ""
	}
	return ", with " + strings.Join(out, " ")
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

// advice is what a person can do where no sound edit is known, and the lines
// of the file in question.
func (v *detail) advice(d *model, o *engine.Outcome, width, height int) []string {
	t := &d.theme
	f := d.offer(o)
	out := []string{widget.Rule(t, "no automatic fix", "", width, false)}
	for n, s := range widget.Wrap(text.VisibleLine(f.Advice), max(1, width-labelWidth-2)) {
		label := ""
		if n == 0 {
			label = "Do"
		}
		if n < 3 && s != "" {
			out = append(out, " "+t.Label.Paint(widget.Pad(label, labelWidth))+s)
		}
	}
	out = append(out, "")
	if room := height - len(out); room > 0 {
		out = append(out, excerpt(d, o.Finding, width, room)...)
	}
	return out[:min(len(out), height)]
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
		s := text.Visible(clip(lines.Text(n), 4*width))
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
