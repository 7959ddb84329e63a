package tui

import (
	"fmt"
	"reflect"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A detail shows one finding: why it matters, what its fix breaks, what is
// known, and what the fix does to the files. The list and the review use it.
type detail struct {
	key    fixer.Key
	fix    string       // id of the alternative looked at, "" for the first
	params fixer.Params // looked at with, nil for the defaults

	was engine.Decision // as it stood when fix and params were taken from it

	pane  diffPane
	shown *preview // whose diff the pane has
}

func newDetail() *detail { return &detail{} }

func (v *detail) clear() { *v = detail{pane: v.pane} }

// point turns the detail to a finding. What was decided about it is what is
// shown; seen says whether a preview is worth the work.
func (v *detail) point(d *model, k fixer.Key, seen bool) tea.Cmd {
	if k != v.key {
		*v = detail{key: k, pane: v.pane}
		v.pane.diff = nil
	}
	// What was accepted is what is looked at, also when it was accepted just
	// now with other values, in the options.
	was, _ := d.decision(k)
	if !reflect.DeepEqual(was, v.was) {
		v.was = was
		if was.Verdict == engine.Accept {
			v.fix, v.params = was.Fix, was.Params
		}
	}
	if !seen || d.current == nil {
		return nil
	}
	return v.ask(d)
}

// ask wants the preview of the alternative that is looked at.
func (v *detail) ask(d *model) tea.Cmd {
	o := d.current.outcome(v.key)
	if o == nil {
		return nil
	}
	if was, ok := d.decision(v.key); ok && was.Verdict == engine.Suppress {
		return d.askPreview(v.key, was)
	}
	fix := v.alternative(d.offer(o))
	if fix == nil {
		return nil
	}
	return d.askPreview(v.key, engine.Decision{Verdict: engine.Accept, Fix: fix.ID, Params: v.params, Level: fix.Level})
}

// alternative is the fix that is looked at, nil without any.
func (v *detail) alternative(f *fixer.Finding) *fixer.Fix {
	if fix := f.Fix(v.fix); fix != nil {
		return fix
	}
	if len(f.Fixes) == 0 {
		return nil
	}
	return &f.Fixes[0]
}

// turn goes to the next alternative, or the one before.
func (v *detail) turn(d *model, f *fixer.Finding, by int) tea.Cmd {
	n := len(f.Fixes)
	if n < 2 {
		return d.say("there is no other fix for this")
	}
	at := 0
	for i := range f.Fixes {
		if f.Fixes[i].ID == v.fix {
			at = i
		}
	}
	v.fix, v.params = f.Fixes[(at+by+n)%n].ID, nil
	return v.ask(d)
}

// title is the rule above a detail.
func (v *detail) title(d *model, o *engine.Outcome) (title, note string) {
	f := o.Finding
	title = f.Rule + " " + d.theme.Marks.Dot + " " + text.VisibleLine(f.File) + fmt.Sprintf(":%d", f.Line)
	return title, f.Severity.String() + " " + d.theme.Marks.Dot + " " + f.Level().String()
}

// view draws the finding into width × height cells; why is how many lines the
// explanation may take at the cost of the diff. It gets those that the diff
// leaves free besides.
func (v *detail) view(d *model, o *engine.Outcome, width, height, why int) []string {
	why = min(why, max(1, height-4))
	out := v.explain(d, o, width, why, 0)
	if len(out) >= height {
		return out[:height]
	}
	p, _ := d.previewOf(o.Finding.Key())
	f := d.offer(o)
	fix := v.alternative(f)
	if fix == nil && !d.ignored(o.Finding.Key()) {
		return append(out, v.advice(d, o, width, height-len(out))...)
	}
	room := height - len(out) - 1
	tail := v.after(d, p, width, room)
	room -= len(tail)
	diff := v.diff(d, o, p, width, room)
	if free := blankEnd(diff) - 1; p != nil && free > 0 {
		more := v.explain(d, o, width, why, free)
		diff = v.diff(d, o, p, width, room-(len(more)-len(out)))
		out = more
	}
	out = append(out, v.fixRule(d, f, fix, p, width))
	return append(append(out, diff...), tail...)
}

// blankEnd counts the blank lines at the end.
func blankEnd(lines []string) int {
	n := 0
	for n < len(lines) && strings.TrimSpace(lines[len(lines)-1-n]) == "" {
		n++
	}
	return n
}

func (d *model) ignored(k fixer.Key) bool {
	v, ok := d.decision(k)
	return ok && v.Verdict == engine.Suppress
}

// fixRule is the line between the explanation and the diff.
func (v *detail) fixRule(d *model, f *fixer.Finding, fix *fixer.Fix, p *preview, width int) string {
	if fix == nil || d.ignored(f.Key()) {
		return widget.Rule(&d.theme, "record why it is left", "", width, false)
	}
	at := 1
	for i := range f.Fixes {
		if &f.Fixes[i] == fix {
			at = i + 1
		}
	}
	left := fmt.Sprintf("fix %d of %d: %s", at, len(f.Fixes), text.VisibleLine(fix.Title))
	right := fix.Level.String()
	if p != nil && p.diff != nil {
		add, del := p.diff.Lines()
		right += fmt.Sprintf(" %s +%d %s%d", d.theme.Marks.Dot, add, d.theme.Marks.Minus, del)
	}
	return widget.Rule(&d.theme, left, right, width, false)
}

// diff draws what the fix does, or why there is nothing to see.
func (v *detail) diff(d *model, o *engine.Outcome, p *preview, width, height int) []string {
	if height <= 0 {
		return nil
	}
	say := func(s string) []string {
		var out []string
		for _, line := range widget.Wrap(s, max(1, width-2)) {
			out = append(out, " "+d.theme.Dim.Paint(line))
		}
		for len(out) < height {
			out = append(out, "")
		}
		return out[:height]
	}
	switch {
	case p == nil:
		return say("working out what this does" + d.theme.Marks.Ellipsis)
	case p.outcome != nil && (p.outcome.Result == engine.Blocked || p.outcome.Result == engine.Refused):
		return say(d.theme.Marks.Blocked + " " + string(p.outcome.Result) + ": " + text.VisibleLine(p.outcome.Reason))
	case p.outcome != nil && p.outcome.Result == engine.Closed:
		return say("nothing left to do: closed by " + text.VisibleLine(keyWords(p.outcome.By)))
	}
	v.take(p)
	return v.pane.view(d, d.diffOptions, width, height)
}

// take gives the pane the diff of a preview; the same finding keeps its place
// on the screen.
func (v *detail) take(p *preview) {
	if v.shown == p {
		return
	}
	keep := v.shown != nil && v.shown.ask.key == p.ask.key
	v.shown = p
	v.pane.show(p.diff, keep)
}

// after lists what the fix does to other findings.
func (v *detail) after(d *model, p *preview, width, room int) []string {
	if p == nil || room < 6 {
		return nil
	}
	t := &d.theme
	var out []string
	line := func(label, s string) {
		out = append(out, " "+t.Label.Paint(widget.Pad(label, 8))+text.VisibleLine(s))
	}
	if p.also != "" {
		line("also", "in the same files: "+p.also)
	}
	if len(p.closes) > 0 {
		line("closes", strings.Join(p.closes, ", "))
	}
	if len(p.opens) > 0 {
		line("opens", strings.Join(p.opens, ", "))
	}
	for i := range out {
		out[i] = widget.Cut(out[i], width, t.Marks.Ellipsis)
	}
	return out
}

func (v *detail) move(a action) { v.pane.move(a) }

func (v *detail) scroll(by int) { v.pane.scroll(by) }

// look changes how the diff is shown.
func (v *detail) look(d *model, a action) tea.Cmd {
	v.pane.look(&d.diffOptions, a)
	return lookSaid(d, d.diffOptions, a, d.layout().detailWidth)
}
