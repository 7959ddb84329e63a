package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// frame draws the whole terminal: exactly height lines, none wider than width.
func (d *model) frame() string { return strings.Join(d.linked(d.frameLines()), "\n") }

func (d *model) frameLines() []string {
	l := d.layout()
	if !l.fits {
		return d.tooSmall()
	}
	t := &d.theme
	s := d.screen()
	p := s.draw(d, l)
	out := make([]string, 0, l.height)
	out = append(out,
		widget.Spread(" "+t.Title.Paint(p.title), p.right+" ", l.width, t.Marks.Ellipsis),
		widget.Rule(t, p.rule, p.note, l.width, p.heavy && len(d.overlays) == 0))
	body := make([]string, l.body)
	for i := range body {
		line := ""
		if i < len(p.body) {
			line = p.body[i]
		}
		body[i] = widget.Cut(line, l.width, t.Marks.Ellipsis)
	}
	if n := len(d.overlays); n > 0 {
		d.lay(d.overlays[n-1], body, l.width)
	}
	out = append(out, body...)
	out = append(out, widget.Rule(t, "", p.foot, l.width, false))
	out = append(out, d.footer(d.footerItems(p, l), l)...)
	return append(out, d.status(l.width))
}

// lay draws an overlay over the lower part of the body.
func (d *model) lay(o overlay, body []string, width int) {
	room := len(body) - 1
	title, lines := o.panel(d, width, room)
	if len(lines) > room {
		lines = lines[:room]
	}
	at := len(body) - len(lines) - 1
	body[at] = widget.Rule(&d.theme, title, "", width, true)
	for i, s := range lines {
		body[at+1+i] = widget.Cut(s, width, d.theme.Marks.Ellipsis)
	}
}

// tooSmall fills a terminal that is too small to work in.
func (d *model) tooSmall() []string {
	say := fmt.Sprintf("oakum needs %dx%d here; this is %dx%d. Make it larger, or leave with ctrl+c and use: oakum --accessible", minWidth, minHeight, d.width, d.height)
	lines := widget.Wrap(say, max(1, d.width))
	out := make([]string, max(0, d.height))
	for i := range out {
		if i < len(lines) {
			out[i] = widget.Cut(lines[i], max(0, d.width), "")
		}
	}
	return out
}

// usable are the keys that do something now.
func (d *model) usable() []binding {
	l := d.layout()
	if !l.fits {
		return nil
	}
	return d.usableBut(d.screen().draw(d, l).idle)
}

// usableBut is [model.usable] where it is known which of the screen's keys do
// nothing now.
func (d *model) usableBut(idle []action) []binding {
	top := d.top()
	if len(d.overlays) > 0 {
		idle = nil
		if o, ok := top.(idler); ok {
			idle = o.idle(d)
		}
	}
	idle = append(d.notHistory(), idle...)
	t, ok := top.(typist)
	typing := ok && t.typing() != nil
	if d.layout().detailWidth < splitWidth {
		idle = append(idle, actSplit)
	}
	return slices.DeleteFunc(slices.Clone(keymap[top.place()]), func(b binding) bool {
		return slices.Contains(idle, b.act) || typing && b.isTyped()
	})
}

// footerKeys are the keys that the footer may name: those with a label that do
// something now.
func (d *model) footerKeys(idle []action) []binding {
	return slices.DeleteFunc(d.usableBut(idle), func(b binding) bool { return b.label == "" })
}

// status is the last line: what just happened or is going on, and how far the
// work is.
func (d *model) status(width int) string {
	t := &d.theme
	left := ""
	switch {
	case d.toast.text != "" && d.toast.bad:
		left = t.Error.Paint(d.toast.text)
	case d.toast.text != "":
		left = t.Toast.Paint(d.toast.text)
	case d.busyWith != "":
		left = t.Dim.Paint(d.busyWith + t.Marks.Ellipsis)
	case d.current != nil && !d.fresh():
		left = t.Dim.Paint("working out what this does" + t.Marks.Ellipsis)
	}
	right := ""
	for _, words := range d.tallyLines(width) {
		if right = words; d.toast.text == "" || widget.Width(left)+widget.Width(right)+3 <= width {
			break // what just happened is worth more than what all findings are divided into
		}
	}
	if d.toast.text != "" {
		left = cutWords(left, max(0, width-widget.Width(right)-2), t.Marks.Ellipsis)
	}
	return widget.Spread(" "+left, right, width, t.Marks.Ellipsis)
}

// tallyLines are the ways to say what became of all findings, the longest first. The
// parts of the first add up to their number.
func (d *model) tallyLines(width int) []string {
	now := d.current
	done, written := d.screen().(*doneScreen)
	if written {
		now = done.written
	}
	if plan, ok := d.screen().(*planScreen); ok && plan.view != nil {
		now = plan.view.index // without the files that are left out
	}
	if now == nil {
		return nil
	}
	n := now.sum
	line := tallyWords(n)
	if written {
		line = writtenWords(n)
	}
	short := strings.Replace(line, " appeared after fixes)", " new)", 1)
	if line += " "; widget.Width(line) > width {
		line = short + " "
	}
	const bar = 12
	if width >= wideWidth && n.All > 0 {
		line = widget.Bar(&d.theme, n.All-n.Left, n.All, bar) + " " + line
	}
	return []string{line, leftOf(n) + " ", ""}
}

// title is what is being worked on.
func (d *model) title() string { return text.VisibleLine(d.opts.Title) }

// score writes the score as it was, as it is with what is accepted and, where
// a preview of these decisions says, with one more fix.
func (d *model) score(p *preview) string {
	if d.current == nil {
		return ""
	}
	plan := d.current.plan
	steps, note := []int{plan.ScoreBefore, plan.ScoreAfter}, ""
	if p != nil && p.ask.gen == d.generation && p.with.ScoreAfter != p.without.ScoreAfter {
		steps, note = []int{plan.ScoreBefore, p.without.ScoreAfter, p.with.ScoreAfter}, " if accepted"
		if _, accepted := d.decision(p.ask.key); accepted {
			note = " with this fix"
		}
	}
	var words []string
	for i, n := range steps {
		if i == 0 || n != steps[i-1] {
			words = append(words, fmt.Sprint(n))
		}
	}
	return "score " + strings.Join(words, " "+d.theme.Marks.Arrow+" ") + note
}
