package widget

import "strings"

// Scroll moves by lines of the screen, down when n is positive.
func (d *Diff) Scroll(n int) {
	d.at = 0
	d.sub += n
	for d.sub < 0 && d.top > 0 {
		d.top--
		d.sub += d.linesIn(d.top)
	}
	for d.top < len(d.rows) && d.sub >= d.linesIn(d.top) {
		d.sub -= d.linesIn(d.top)
		d.top++
	}
	d.clamp()
}

// Top shows the first line.
func (d *Diff) Top() { d.show(0) }

// Bottom shows the last line.
func (d *Diff) Bottom() { d.show(len(d.rows)) }

// PageDown and the others scroll by a screen, less a line, or by half of one.

func (d *Diff) PageDown() { d.Scroll(max(1, d.height-1)) }
func (d *Diff) PageUp()   { d.Scroll(-max(1, d.height-1)) }
func (d *Diff) HalfDown() { d.Scroll(max(1, d.height/2)) }
func (d *Diff) HalfUp()   { d.Scroll(-max(1, d.height/2)) }

// Change returns which change is the one at hand, from 1, and how many there
// are: the one that was jumped to, else the last that starts above the middle
// of the screen, or the first one when that is seen; 0 when none is.
func (d *Diff) Change() (n, of int) {
	if d.at > 0 {
		return d.at, len(d.changes)
	}
	for n < len(d.changes) && d.changes[n] <= d.top+d.height/2 {
		n++
	}
	if n == 0 && d.top == 0 && len(d.changes) > 0 && d.changes[0] < d.height {
		n = 1 // it cannot come nearer to the middle
	}
	return n, len(d.changes)
}

// NextChange shows the change after the one at hand, with what is around it.
// It reports whether there is one.
func (d *Diff) NextChange() bool {
	n, of := d.Change()
	if n >= of {
		return false
	}
	d.lead(d.changes[n])
	d.at = n + 1
	return true
}

// PrevChange shows the change before the one at hand.
func (d *Diff) PrevChange() bool {
	n, _ := d.Change()
	if n <= 1 {
		return false
	}
	d.lead(d.changes[n-2])
	d.at = n - 1
	return true
}

// File returns the path of the file at the top of the screen, and its number
// from 1.
func (d *Diff) File() (path string, n int) {
	if len(d.rows) == 0 {
		return "", 0
	}
	i := d.rows[min(d.top, len(d.rows)-1)].file
	return d.files[i].Path, int(i) + 1
}

// NextFile shows the start of the following file. It reports whether there is
// one.
func (d *Diff) NextFile() bool {
	_, n := d.File()
	for r := d.top; r < len(d.rows); r++ {
		if int(d.rows[r].file) >= n {
			was := d.top
			d.show(r)
			return d.top != was
		}
	}
	return false
}

// PrevFile shows the start of the file at the top, or when that is shown
// already of the one before.
func (d *Diff) PrevFile() bool {
	for r := d.top - 1; r >= 0; r-- {
		if r == 0 || d.rows[r-1].file != d.rows[r].file {
			d.show(r)
			return true
		}
	}
	return false
}

// Focus shows a line of the new bytes of a file, from 1, or the nearest one
// that is shown at all. It reports whether there is one.
func (d *Diff) Focus(path string, line int) bool {
	best := d.nearest(path, 0, line)
	if best < 0 {
		return false
	}
	d.lead(best)
	return true
}

// FocusBefore is [Diff.Focus] for a line of the old bytes.
func (d *Diff) FocusBefore(path string, line int) bool {
	best := d.nearest(path, line, 0)
	if best < 0 {
		return false
	}
	d.lead(best)
	return true
}

// FirstChange returns the first line of a file's new bytes that changes, from 1; of
// lines that only went it is the one after them. 0 when the file stays.
func (d *Diff) FirstChange(path string) int {
	for _, f := range d.files {
		if f.Path == path && len(f.blocks) > 0 {
			return f.blocks[0].b0 + 1
		}
	}
	return 0
}

// nearest returns the row of a file that shows a line of the old or the new
// bytes, or the row closest to it, -1 when the file is not shown.
func (d *Diff) nearest(path string, a, b int) int {
	best, least := -1, 0
	for i, r := range d.rows {
		if d.files[r.file].Path != path {
			continue
		}
		far := 1 << 30
		switch {
		case b > 0 && r.b > 0 && r.kind != delRow:
			far = abs(int(r.b) - b)
		case a > 0 && r.a > 0 && r.kind != addRow && r.kind != hunkRow:
			far = abs(int(r.a) - a)
		}
		if best < 0 || far < least {
			best, least = i, far
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }

// Find shows the next line that holds the words, from the top of the screen
// on and then from the start again, or backwards; all places that hold them
// are marked. The line at the top counts when the words are new. Small letters
// find capital ones. "" ends the marking. It reports whether any of the lines
// that can be scrolled to holds the words.
func (d *Diff) Find(words string, backwards bool) bool {
	step, n, first := 1, len(d.rows), 1
	if backwards {
		step = -1
	}
	if d.query != words {
		d.query, d.drawn, first = words, nil, 0
	}
	for k := first; k < n+first && words != ""; k++ {
		if r := ((d.top+step*k)%n + n) % n; d.holds(r, words) {
			d.show(r)
			return true
		}
	}
	return false
}

func (d *Diff) holds(r int, words string) bool {
	row := d.rows[r]
	if row.kind < sameRow {
		return false
	}
	f := d.files[row.file]
	in := func(s *side, n int32) bool { return n > 0 && len(matches(s.line(int(n)), words)) > 0 }
	return row.kind != addRow && in(&f.old, row.a) || row.kind != delRow && in(&f.new, row.b)
}

// matches returns where words are in s, as byte ranges.
func matches(s, words string) []span {
	if words == "" {
		return nil
	}
	if words == lower(words) {
		s = lower(s)
	}
	var out []span
	for at := 0; ; {
		i := strings.Index(s[at:], words)
		if i < 0 {
			return out
		}
		out = append(out, span{at + i, at + i + len(words)})
		at += i + len(words)
	}
}

// lower makes ASCII letters small: unlike strings.ToLower it never changes
// where a byte is.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// show puts a row at the top of the screen.
func (d *Diff) show(row int) {
	d.top, d.sub, d.at = row, 0, 0
	d.clamp()
}

// lead shows a row with some lines above it.
func (d *Diff) lead(row int) {
	d.show(row)
	d.Scroll(-min(4, d.height/4))
}

// clamp keeps the screen full as long as there are lines.
func (d *Diff) clamp() {
	d.top = max(0, min(d.top, len(d.rows)))
	if d.top == len(d.rows) || d.sub < 0 {
		d.sub = 0
	}
	last, sub := len(d.rows), 0
	for room := d.height; last > 0 && room > 0; {
		last--
		n := d.linesIn(last)
		sub = max(0, n-room)
		room -= n
	}
	if d.top > last || d.top == last && d.sub > sub {
		d.top, d.sub = last, sub
	}
}

// Extent returns how many lines of a screen of that width everything takes, at
// most most.
func (d *Diff) Extent(width, most int) int {
	if !d.wrap || len(d.rows) >= most {
		return min(len(d.rows), most)
	}
	if width != d.width {
		d.width, d.drawn, d.sub = width, nil, 0
	}
	n := 0
	for r := range d.rows {
		if n += d.linesIn(r); n >= most {
			return most
		}
	}
	return n
}

// Hidden returns how many rows there are above and below what the last view
// showed.
func (d *Diff) Hidden() (above, below int) {
	r, room := d.top, d.height+d.sub
	for ; r < len(d.rows) && room > 0; r++ {
		room -= d.linesIn(r)
	}
	if room < 0 {
		r-- // its end is not seen
	}
	return min(d.top+min(d.sub, 1), len(d.rows)), len(d.rows) - r
}

// Reveal scrolls to the first change where what the last view showed has hardly
// any of it.
func (d *Diff) Reveal() {
	if len(d.changes) == 0 {
		return
	}
	first, end := d.changes[0], d.changes[0]
	for end < len(d.rows) && d.rows[end].kind > sameRow {
		end++
	}
	if d.top > first || first+min(end-first, (d.height+1)/2) > d.top+d.height {
		d.lead(first)
	}
}

// keepPlace makes a change of what is shown, and shows the same line at the
// top as before, or the nearest.
func (d *Diff) keepPlace(change func()) {
	var path string
	var a, b int
	if len(d.rows) > 0 {
		r := d.rows[min(d.top, len(d.rows)-1)]
		path, a, b = d.files[r.file].Path, int(r.a), int(r.b)
	}
	start := d.top == 0 && d.sub == 0
	change()
	d.arrange()
	d.top, d.sub, d.at = 0, 0, 0
	if !start {
		d.top = max(0, d.nearest(path, a, b))
	}
	d.clamp()
}

func (d *Diff) linesIn(row int) int {
	if !d.wrap {
		return 1
	}
	return len(d.linesOf(row))
}
