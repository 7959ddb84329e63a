package tui

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A point is something that is said about what a list points at: a word for what it is
// about, what is said, the place that shows it, and the finding that does something about
// it. Its texts are not yet safe to show.
type point struct {
	label string
	text  string
	place string
	fix   string    // what the finding's fix does; "" where that is its message
	key   fixer.Key // of the finding; the zero value for none
}

// opens reports whether enter leads from the point to a finding.
func (p *point) opens() bool { return p.key != fixer.Key{} }

// pointPane shows points, with a cursor on those that lead to a finding.
type pointPane struct {
	all    []point
	cursor int // among all; on one that opens, or anywhere where none does
	scroller
}

// set replaces the points. The cursor stays on its finding.
func (p *pointPane) set(all []point) {
	was := p.current()
	p.all = all
	if was != nil {
		for i := range all {
			if all[i].key == was.key && all[i].label == was.label {
				p.cursor = i
				return
			}
		}
	}
	p.reset()
}

// reset puts the cursor on the first point that opens.
func (p *pointPane) reset() {
	p.cursor, p.top = -1, 0
	p.step(1)
}

// current returns the point with the cursor, nil where none opens.
func (p *pointPane) current() *point {
	if p.cursor < 0 || p.cursor >= len(p.all) || !p.all[p.cursor].opens() {
		return nil
	}
	return &p.all[p.cursor]
}

// step goes to the next point that opens, and reports whether there is one.
func (p *pointPane) step(by int) bool {
	for i := p.cursor + by; i >= 0 && i < len(p.all); i += by {
		if p.all[i].opens() {
			p.cursor = i
			return true
		}
	}
	return false
}

// pointsPage is how far half a page goes.
const pointsPage = 4

// move moves the cursor, and what is seen with it; beyond the last point that opens it
// only scrolls.
func (p *pointPane) move(a action) {
	switch a {
	case actDown:
		if !p.step(1) {
			p.scroller.move(a)
		}
	case actUp:
		if !p.step(-1) {
			p.scroller.move(a)
		}
	case actTop:
		p.reset()
	case actBottom:
		for p.step(1) {
		}
		p.scroller.move(a)
	case actHalfDown, actPageDown, actHalfUp, actPageUp:
		by := 1
		if a == actHalfUp || a == actPageUp {
			by = -1
		}
		for range pointsPage {
			if !p.step(by) {
				p.scroller.move(a)
				break
			}
		}
	}
}

// Cells of the label of a point, and of the mark in front of a fix.
const (
	pointLabel = 12
	pointMark  = 4
)

// lay returns the lines of the points, and which of them the one with the cursor has.
func (p *pointPane) lay(d *model, width int, focus bool) (lines []string, from, to int) {
	t := &d.theme
	room := max(12, width-2-pointLabel-1)
	last := ""
	for i := range p.all {
		at := &p.all[i]
		label := at.label
		if label == last {
			label = ""
		} else {
			last = label
		}
		here := focus && i == p.cursor && at.opens()
		if here {
			from = len(lines)
		}
		put := func(line string) {
			lead := "  "
			if here && len(lines) == from {
				lead = " " + t.Focus.Paint(t.Marks.Cursor)
			}
			lines = append(lines, lead+t.Label.Paint(widget.Fit(visible(label), pointLabel, t.Marks.Ellipsis))+" "+line)
			label = ""
		}
		say := visible(at.text)
		if at.place != "" {
			say = t.Link.Paint(visible(at.place)) + "  " + say
		}
		mark := ""
		if o := d.current.outcome(at.key); at.opens() && o != nil {
			sign, _ := d.mark(o)
			mark = sign + " "
		}
		if at.opens() && at.fix == "" {
			say = mark + say
		}
		for _, line := range widget.Wrap(d.signs(say), room) {
			put(line)
		}
		if at.fix != "" {
			for k, line := range widget.Wrap(d.signs(visible(at.fix)), max(1, room-pointMark)) {
				lead := strings.Repeat(" ", pointMark)
				if k == 0 {
					lead = widget.Pad(mark, pointMark)
				}
				put(lead + t.Emph.Paint(line))
			}
		}
		if here {
			to = len(lines) - 1
		}
	}
	return lines, from, to
}

// signs writes the signs of the engine's texts as the theme has them.
func (d *model) signs(s string) string {
	if !d.theme.ASCII {
		return s
	}
	return strings.NewReplacer("→", "->", "–", "-", "…", "...").Replace(s)
}

// view draws what is seen of the points.
func (p *pointPane) view(d *model, width, height int, focus bool) []string {
	lines, from, to := p.lay(d, width, focus)
	p.window(lines, height)
	if focus && p.current() != nil && !(from == 0 && to == 0) {
		p.show(to)
		p.show(from)
	}
	return p.window(lines, height)
}
