package widget

import "strings"

// Wrap breaks s into lines of at most width cells, at spaces where it can and
// inside a word where the word alone is too long. Newlines in s are kept as
// line ends; spaces at a break are dropped, those at the start of a line of s
// are kept, and what is wrapped goes on at the same indentation while that
// leaves half of the width. Styles go on from line to line, and each line can
// be drawn alone. The result has at least one line.
func Wrap(s string, width int) []string {
	w := wrapper{width: max(1, width)}
	for line := range strings.SplitSeq(s, "\n") {
		w.wrap(line)
	}
	return w.lines
}

// A wrapper collects lines; style holds the sequences in force at the end of
// the last one.
type wrapper struct {
	width int
	lines []string
	style string
}

// piece is a part of a line as [pieces] yields it.
type piece struct {
	text  string
	width int
	style bool
}

func (w *wrapper) wrap(line string) {
	var all []piece
	for p := (pieces{rest: line}); p.next(); {
		if p.width > w.width { // a wide letter where one cell is all there is
			p.text, p.width = "?", 1
		}
		all = append(all, piece{p.text, p.width, p.style})
	}
	indent := len(line) - len(strings.TrimLeft(line, " "))
	if indent > w.width/2 || w.width-indent < 2 {
		indent = 0
	}
	first := true
	for {
		hang := 0
		if !first {
			hang = indent
		}
		n, next := fits(all, w.width-hang)
		w.emit(all[:n], hang)
		all, first = all[next:], false
		if !visible(all) {
			w.skip(all)
			return
		}
	}
}

// fits returns how many pieces make up the first line, and where the second
// one starts. They make progress: either next is all, or it is above 0.
func fits(all []piece, width int) (n, next int) {
	used, gap := 0, -1 // gap is where the last run of spaces starts
	word := false      // a letter was seen
	for i, p := range all {
		space := p.text == " "
		if space && word && (i == 0 || all[i-1].text != " ") {
			gap = i
		}
		word = word || !space && !p.style
		if used += p.width; used <= width || p.width == 0 {
			continue
		}
		n = i
		if gap > 0 {
			n = gap
		}
		for next = n; next < len(all) && all[next].text == " "; next++ {
		}
		return n, max(1, next)
	}
	return len(all), len(all)
}

// visible reports whether there is more than styles.
func visible(all []piece) bool {
	for _, p := range all {
		if !p.style {
			return true
		}
	}
	return false
}

func (w *wrapper) emit(line []piece, hang int) {
	var b strings.Builder
	b.WriteString(spaces(hang))
	b.WriteString(w.style)
	for _, p := range line {
		b.WriteString(p.text)
	}
	w.skip(line)
	if w.style != "" {
		b.WriteString(resetStyle)
	}
	w.lines = append(w.lines, b.String())
}

// skip brings the style in force up to date.
func (w *wrapper) skip(line []piece) {
	for _, p := range line {
		switch {
		case p.style && isReset(p.text):
			w.style = ""
		case p.style && len(w.style) < 256:
			w.style += p.text
		}
	}
}
