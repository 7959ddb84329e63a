package widget

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/theme"
)

// linesOf returns what a row looks like, drawn once for each way of showing.
func (d *Diff) linesOf(r int) []drawnLine {
	if l, ok := d.drawn[r]; ok {
		return l
	}
	if d.drawn == nil || len(d.drawn) > 4*d.height+1024 {
		d.drawn = map[int][]drawnLine{}
	}
	l := d.draw(d.rows[r])
	d.drawn[r] = l
	return l
}

func (d *Diff) draw(r row) []drawnLine {
	f := d.files[r.file]
	switch {
	case r.kind == fileRow:
		return []drawnLine{{text: d.head(r, f)}}
	case r.kind == hunkRow:
		return []drawnLine{{text: d.hunk(r, f)}}
	case d.split:
		return d.drawSplit(r, f)
	}
	return d.drawUnified(r, f)
}

// head names a file: both its sides in split form, else the file, how many
// lines change, and which of how many it is.
func (d *Diff) head(r row, f *diffFile) string {
	name := text.VisibleLine(f.Path)
	m := &d.theme.Marks
	if d.split {
		left, right := name+"  before", name+"  after"
		if f.Before == nil {
			left = "no file before"
		}
		if f.After == nil {
			right = "no file after"
		}
		l, rw := d.halves()
		return Fit(d.theme.Title.Paint(Fit(" "+left, l, m.Ellipsis))+d.theme.Rule.Paint(m.Vertical)+
			d.theme.Title.Paint(Fit(" "+right, rw, m.Ellipsis)), d.width, "")
	}
	right := fmt.Sprintf("+%d %s%d", f.added, m.Minus, f.removed)
	switch {
	case f.Before == nil:
		right = "new file  " + right
	case f.After == nil:
		right = "file goes away  " + right
	}
	return Rule(&d.theme, name, fmt.Sprintf("%s  %d of %d", right, r.file+1, len(d.files)), d.width, false)
}

// hunk names the place of the first change below it.
func (d *Diff) hunk(r row, f *diffFile) string {
	where := ""
	if d.place != nil && r.a > 0 {
		where = d.place(f.Path, int(r.a))
	}
	s := text.VisibleLine(f.Path)
	if where != "" {
		s += " " + d.theme.Marks.Dot + " " + text.VisibleLine(where)
	} else if r.a > 0 {
		s += ":" + strconv.Itoa(int(r.a))
	}
	const frame = len(" @@ ") + len(" @@")
	s = " @@ " + Cut(s, d.width-frame, d.theme.Marks.Ellipsis) + " @@"
	return Fit(d.theme.Hunk.Paint(Cut(s, d.width, "")), d.width, "")
}

// digits returns the cells that line numbers of a file need.
func (f *diffFile) digits() int {
	return len(strconv.Itoa(max(len(f.old.lines), len(f.new.lines))))
}

func number(n int32, width int) string {
	if n == 0 {
		return spaces(width)
	}
	return PadLeft(strconv.Itoa(int(n)), width)
}

// Widths from which the unified form has room for more.
const (
	wideGutter  = 70  // space around the marks
	bothNumbers = 100 // old and new line numbers
)

// drawUnified draws a line with its numbers and its mark:
//
//	12  +  USER 65532:65532
func (d *Diff) drawUnified(r row, f *diffFile) []drawnLine {
	t := &d.theme
	mark, markStyle, base := " ", theme.Style{}, t.Text
	side, n, partner := &f.new, r.b, r.a
	a, b := r.a, r.b
	switch r.kind {
	case delRow:
		mark, markStyle, base = "-", t.Del, t.DelLine
		side, n, partner, b = &f.old, r.a, r.b, 0
	case addRow:
		mark, markStyle, base, a = "+", t.Add, t.AddLine, 0
	}
	w := f.digits()
	numbers := number(n, w)
	if d.width >= bothNumbers {
		numbers = number(a, w) + " " + number(b, w)
	}
	gap := ""
	if d.width >= wideGutter {
		gap = " "
	}
	numbers = " " + gap + numbers + " " + gap
	tail := " " + gap
	room := d.width - Width(numbers) - 1 - len(tail)

	c := content{side: side, line: int(n), mark: mark, base: base}
	if r.kind != sameRow && partner > 0 {
		c.other, c.partner = otherSide(f, side), int(partner)
	}
	lines := d.paint(&c, room)
	for i := range lines {
		gutter := t.LineNo.Paint(numbers) + base.With(markStyle).Paint(mark) + base.Paint(tail)
		if i > 0 {
			gutter = spaces(Width(numbers)) + base.Paint(" "+tail)
		}
		lines[i].text = Fit(gutter+lines[i].text, d.width, "")
	}
	return lines
}

func otherSide(f *diffFile, s *side) *side {
	if s == &f.old {
		return &f.new
	}
	return &f.old
}

// halves returns the cells of the two sides of the split form; one more is
// for the line between them.
func (d *Diff) halves() (left, right int) {
	left = max(0, (d.width-1)/2)
	return left, max(0, d.width-1-left)
}

func (d *Diff) drawSplit(r row, f *diffFile) []drawnLine {
	lw, rw := d.halves()
	left := d.half(r, f, &f.old, r.a, lw)
	right := d.half(r, f, &f.new, r.b, rw)
	out := make([]drawnLine, max(len(left), len(right)))
	for i := range out {
		l, rt := drawnLine{text: spaces(lw)}, drawnLine{text: spaces(rw)}
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			rt = right[i]
		}
		out[i] = drawnLine{Fit(l.text+d.theme.Rule.Paint(d.theme.Marks.Vertical)+rt.text, d.width, ""), l.cut || rt.cut, l.left || rt.left}
	}
	return out
}

// half draws one side of a row: the number, the mark directly after it, and the
// line; or that there is no line here.
func (d *Diff) half(r row, f *diffFile, side *side, n int32, width int) []drawnLine {
	t := &d.theme
	w := f.digits()
	if n == 0 {
		gap := min(w+3, width)
		return []drawnLine{{text: spaces(gap) + t.Gone.Paint(strings.Repeat(t.Marks.Gone, min(16, width-gap))) + spaces(width-gap-16)}}
	}
	mark, markStyle, base := " ", theme.Style{}, t.Text
	c := content{side: side, line: int(n)}
	if r.kind != sameRow {
		base = t.DelLine
		if side == &f.new {
			base = t.AddLine
		}
	}
	switch {
	case r.kind == pairRow:
		mark, markStyle = "~", t.Change
		c.other, c.partner = &f.new, int(r.b)
		if side == &f.new {
			c.other, c.partner = &f.old, int(r.a)
		}
	case r.kind == sideRow && side == &f.old:
		mark, markStyle = "-", t.Del
	case r.kind == sideRow:
		mark, markStyle = "+", t.Add
	}
	c.mark, c.base = mark, base
	if side == &f.old && r.kind != sameRow {
		c.mark = "-"
	} else if r.kind != sameRow {
		c.mark = "+"
	}
	gutter := " " + number(n, w)
	narrow, _ := d.halves() // both sides go equally far
	c.seen = narrow - w - 3
	lines := d.paint(&c, width-w-3)
	for i := range lines {
		g := t.LineNo.Paint(gutter) + base.With(markStyle).Paint(mark) + base.Paint(" ")
		if i > 0 {
			g = spaces(w+1) + base.Paint("  ")
		}
		lines[i].text = Fit(g+lines[i].text, width, "")
	}
	return lines
}
