package widget

import (
	"cmp"
	"strings"

	"github.com/oakum-sec/oakum/tui/theme"
)

// paint draws a line into room cells: on one line of the screen, shifted and
// cut, or on as many as it takes.
func (d *Diff) paint(c *content, room int) []drawnLine {
	room = max(0, room)
	all := d.fragments(c)
	if d.wrap && room > 0 {
		return wrapFragments(all, room, c.base)
	}
	total := 0
	for _, f := range all {
		total += f.width
	}
	w := window{room: room, base: c.base}
	m := &d.theme.Marks
	shift := max(0, d.indent+c.toChange(total, min(room, cmp.Or(c.seen, room))))
	skip := shift
	if skip > 0 && total > 0 {
		w.put(m.CutLeft, Width(m.CutLeft), c.base.With(d.theme.Dim))
		skip += Width(m.CutLeft)
	}
	cut := total > shift+room
	if cut {
		w.room -= Width(m.CutRight)
	}
	w.all(all, skip)
	if cut {
		w.fill()
		w.room = room
		w.put(m.CutRight, Width(m.CutRight), c.base.With(d.theme.Dim))
	}
	w.fill()
	return []drawnLine{{w.b.String(), cut, shift > 0}}
}

// Cells around the changed part of a line that is too long for the screen:
// what is before it says where it is.
const (
	beforeChange = 8
	afterChange  = 4
)

// toChange returns by how many cells a line of total cells has to go to the
// left for its changed part to be seen. Both lines of a pair go equally far, so
// that they can be compared. A line that became no other is all new, and of a
// change that is longer than the screen the start is enough: these stay.
func (c *content) toChange(total, room int) int {
	if c.partner == 0 {
		return 0
	}
	from, to := c.changed.from, c.changed.to
	longer := to + max(0, total-c.changedHere) // of the two lines
	fits := to-from+beforeChange <= room
	if longer <= room || to < room || !fits && room-from >= max(2*beforeChange, room/3) {
		return 0
	}
	return max(0, min(to+afterChange-room, from-beforeChange, longer+1-room))
}

// A window is one line of the screen being filled.
type window struct {
	room int
	base theme.Style
	used int
	b    strings.Builder
}

// put adds text where there is room for all of it.
func (w *window) put(s string, width int, style theme.Style) bool {
	if w.used+width > w.room {
		return false
	}
	w.b.WriteString(style.Paint(s))
	w.used += width
	return true
}

// all adds fragments, less the first skip cells, up to the room there is. A
// wide letter that is only half inside leaves a space.
func (w *window) all(all []fragment, skip int) {
	for _, f := range all {
		if f.width <= skip {
			skip -= f.width
			continue
		}
		if len(f.text) == f.width { // a byte is a cell
			s := f.text[skip:]
			skip = 0
			if len(s) <= w.room-w.used {
				w.put(s, len(s), f.style)
				continue
			}
			w.put(s[:max(0, w.room-w.used)], max(0, w.room-w.used), f.style)
			return
		}
		var part strings.Builder
		cells, full := 0, false
		for p := (pieces{rest: f.text}); p.next(); {
			if skip > 0 {
				if skip -= p.width; skip < 0 {
					part.WriteString(spaces(-skip))
					cells -= skip
					skip = 0
				}
				continue
			}
			if w.used+cells+p.width > w.room {
				full = true
				break
			}
			part.WriteString(p.text)
			cells += p.width
		}
		w.put(part.String(), cells, f.style)
		if full {
			return
		}
	}
}

// fill takes the rest of the room.
func (w *window) fill() {
	if n := w.room - w.used; n > 0 {
		w.b.WriteString(w.base.Paint(spaces(n)))
		w.used = w.room
	}
}

// wrapFragments breaks a line after every room cells: bytes, not words, are
// what a diff is about.
func wrapFragments(all []fragment, room int, base theme.Style) []drawnLine {
	var out []drawnLine
	w := &window{room: room, base: base}
	next := func() {
		w.fill()
		out = append(out, drawnLine{text: w.b.String()})
		w = &window{room: room, base: base}
	}
	for _, f := range all {
		var part strings.Builder
		cells := 0
		for p := (pieces{rest: f.text}); p.next(); {
			if p.width > room {
				p.text, p.width = "?", 1
			}
			if w.used+cells+p.width > room {
				w.put(part.String(), cells, f.style)
				part.Reset()
				cells = 0
				next()
			}
			part.WriteString(p.text)
			cells += p.width
		}
		w.put(part.String(), cells, f.style)
	}
	next()
	return out
}
