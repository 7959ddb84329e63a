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

// A detail shows one finding: what its fix does to the files, and below that why
// it matters, what the fix may break, how to verify it and what is known. The
// list and the review use it.
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
		return d.say("There is no other fix for this")
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

// title is the line above a detail, for a width. Of a path that does not fit the end is
// kept; severity and level are those after what is accepted.
func (v *detail) title(d *model, o *engine.Outcome, width int) (title, note string) {
	const (
		lines = 13 // cells of line and space around the words
		least = 16 // of a path
	)
	f, dot := d.offer(o), " "+d.theme.Marks.Dot+" "
	note = f.Severity.String() + dot + f.Level().String()
	place := text.VisibleLine(f.File) + fmt.Sprintf(":%d", o.Finding.Line)
	room := width - lines - widget.Width(f.Rule+dot+note)
	if room < least { // both are in the row, too
		note, room = "", width-lines-widget.Width(f.Rule+dot)
	}
	return f.Rule + dot + widget.CutLeft(place, max(least, room), d.theme.Marks.Ellipsis), note
}

// Lines of a detail. One of fewer than stackedHeight lines has no rule between
// the diff and the reasons.
const (
	stackedHeight = 11
	leastDiff     = 4 // lines the diff keeps, whatever there is to say
)

// view draws the finding into width × height cells: the change first, below it
// why it is made. The diff gets what it needs as long as least lines are left for
// the reasons; these get all that the diff does not need.
func (v *detail) view(d *model, o *engine.Outcome, width, height, least int) []string {
	f := d.offer(o)
	fix := v.alternative(f)
	p, _ := d.previewOf(o.Finding.Key())
	entries := v.entries(d, o, p)
	stacked := height < stackedHeight
	out := []string{v.fixRule(d, f, fix, p, width)}
	room := height - len(out)
	if !stacked {
		room-- // the rule in between
	}
	least = max(least, essentials(entries))
	if stacked {
		least = min(least, 2)
	}
	most := max(room-least, min(leastDiff, room))
	change := v.change(d, o, f, fix, p, width, most)
	reasons, all := v.explain(d, entries, width, room-len(change))
	out = append(out, change...)
	if !stacked {
		out = append(out, widget.Rule(&d.theme, "why", v.more(all), width, false))
	}
	return append(out, reasons...)
}

// change draws what the fix does in at most so many lines; without a fix the
// lines that the finding is about.
func (v *detail) change(d *model, o *engine.Outcome, f *fixer.Finding, fix *fixer.Fix, p *preview, width, most int) []string {
	if fix == nil && !d.ignored(f.Key()) {
		const lines = 7
		return excerpt(d, o.Finding, width, min(most, lines))
	}
	return v.diff(d, p, width, most)
}

// more says what there is beyond what is seen; all says that no reason was cut.
func (v *detail) more(all bool) string {
	var out []string
	if v.shown != nil && v.pane.diff != nil {
		if above, below := v.pane.diff.Hidden(); below > 0 {
			out = append(out, fmt.Sprintf("j: %s of the change below", count(below, "line")))
		} else if above > 0 && v.pane.scrolled {
			out = append(out, fmt.Sprintf("k: %s above", count(above, "line")))
		}
	}
	if !all {
		out = append(out, "x: all of it")
	}
	return strings.Join(out, ", ")
}

func (d *model) ignored(k fixer.Key) bool {
	v, ok := d.decision(k)
	return ok && v.Verdict == engine.Suppress
}

// fixRule is the line above what changes.
func (v *detail) fixRule(d *model, f *fixer.Finding, fix *fixer.Fix, p *preview, width int) string {
	switch {
	case d.ignored(f.Key()):
		return widget.Rule(&d.theme, "suppressed with a comment", "", width, false)
	case fix == nil && f.Remedy() == fixer.MissingDigest:
		return widget.Rule(&d.theme, "needs a digest from a registry", fixer.Manual.String(), width, false)
	case fix == nil:
		return widget.Rule(&d.theme, "no automatic fix", fixer.Manual.String(), width, false)
	}
	at := 1
	for i := range f.Fixes {
		if &f.Fixes[i] == fix {
			at = i + 1
		}
	}
	left := text.VisibleLine(fix.TitleWith(v.params))
	if n := len(f.Fixes); n > 1 {
		left = fmt.Sprintf("fix %d of %d: %s", at, n, left)
	}
	right := fix.Level.String()
	if p != nil && p.diff != nil {
		add, del := p.diff.Lines()
		right += fmt.Sprintf(" %s +%d %s%d", d.theme.Marks.Dot, add, d.theme.Marks.Minus, del)
	}
	return widget.Rule(&d.theme, left, right, width, false)
}

// diff draws what the fix does, or why there is nothing to see, in at most so many
// lines.
func (v *detail) diff(d *model, p *preview, width, most int) []string {
	if most <= 0 {
		return nil
	}
	say := func(s string) []string {
		var out []string
		for _, line := range widget.Wrap(s, max(1, width-2)) {
			out = append(out, " "+d.theme.Dim.Paint(line))
		}
		return out[:min(len(out), most)]
	}
	switch {
	case p == nil:
		return say("working out what this does" + d.theme.Marks.Ellipsis)
	case p.outcome != nil && (p.outcome.Result == engine.Blocked || p.outcome.Result == engine.Refused):
		return say(d.theme.Marks.Blocked + " " + string(p.outcome.Result) + ": " + text.VisibleLine(p.outcome.Reason))
	case p.outcome != nil && p.outcome.Result == engine.Closed:
		return say("Nothing left to do: closed by " + text.VisibleLine(keyWords(p.outcome.By)))
	}
	v.take(p)
	return v.pane.viewMost(d, d.diffOptions, width, most)
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

func (v *detail) move(a action) { v.pane.move(a) }

func (v *detail) scroll(by int) { v.pane.scroll(by) }

// look changes how the diff is shown.
func (v *detail) look(d *model, a action) tea.Cmd {
	v.pane.look(&d.diffOptions, a)
	return lookSaid(d, d.diffOptions, a, d.layout().detailWidth)
}
