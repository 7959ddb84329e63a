package widget

import "github.com/oakum-sec/oakum/tui/theme"

// A Window says which part of some lines is on the screen.
type Window struct {
	Top    int // the first line that is seen
	Height int // how many lines are seen
	Lines  int // how many there are
}

// Fits reports whether all lines are seen.
func (w Window) Fits() bool { return w.Lines <= w.Height }

// ScrollBar returns a column of Height cells that shows where the window is. Where
// all lines are seen, every cell is fill: a line, or a space.
func ScrollBar(t *theme.Theme, w Window, fill string) []string {
	out := make([]string, max(0, w.Height))
	for i := range out {
		out[i] = fill
	}
	if w.Fits() || w.Height < 2 {
		return out
	}
	size := max(1, w.Height*w.Height/w.Lines)
	// At the top only at the first line, at the end only at the last.
	room, last := w.Height-size, w.Lines-w.Height
	at := w.Top * room / last
	if w.Top > 0 && at == 0 && room > 1 {
		at = 1
	}
	if w.Top < last && at == room && room > 1 {
		at = room - 1
	}
	for i := range out {
		if i >= at && i < at+size {
			out[i] = t.Focus.Paint(t.Marks.Thumb)
		} else {
			out[i] = t.Rule.Paint(t.Marks.Vertical)
		}
	}
	return out
}

// Beside puts a column of single cells at the right of lines.
func Beside(lines, column []string) []string {
	out := make([]string, len(lines))
	for i := range out {
		out[i] = lines[i]
		if i < len(column) {
			out[i] += column[i]
		}
	}
	return out
}
