package widget

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Width returns how many cells of a terminal s takes. Letters that combine,
// flags and emoji count as the terminal draws them, styles count nothing.
func Width(s string) int {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c > 0x7e {
			return measure(s)
		}
	}
	return len(s)
}

func measure(s string) int {
	w := 0
	for p := (pieces{rest: s}); p.next(); {
		w += p.width
	}
	return w
}

// pieces walks over text in the smallest parts that can be drawn or left out:
// a grapheme cluster, or a style.
type pieces struct {
	rest string

	text  string // the part
	width int    // its cells
	style bool   // an SGR sequence
}

func (p *pieces) next() bool {
	if p.rest == "" {
		return false
	}
	// Most text is ASCII, and a letter followed by another is a cell alone.
	if c := p.rest[0]; c >= 0x20 && c < 0x7f && (len(p.rest) == 1 || p.rest[1] < 0x80) {
		p.take(1, 1, false)
		return true
	}
	if n := sgr(p.rest); n > 0 {
		p.take(n, 0, true)
		return true
	}
	// Measured as the renderer of the terminal library measures it.
	cluster, w := ansi.FirstGraphemeCluster(p.rest[:runeStart(p.rest, longestCluster)], ansi.GraphemeWidth)
	n := max(1, len(cluster))
	// Some signs take the next character along, even a space. Cut there: text
	// that is padded or put together must be as wide as its parts.
	for i := 1; i < n; i++ {
		if p.rest[i] < utf8.RuneSelf {
			n, w = i, ansi.StringWidth(p.rest[:i])
			break
		}
	}
	p.take(n, w, false)
	return true
}

// longestCluster bounds how far a cluster is followed: hostile text may pile
// any number of marks onto one letter, and must not make drawing slow.
const longestCluster = 256

func (p *pieces) take(n, width int, style bool) {
	p.text, p.rest, p.width, p.style = p.rest[:n], p.rest[n:], width, style
}

// sgr returns the length of the SGR sequence at the start of s, 0 if there is
// none.
func sgr(s string) int {
	if len(s) < 3 || s[0] != 0x1b || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s) && i < 128; i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case (c < '0' || c > '9') && c != ';' && c != ':':
			return 0
		}
	}
	return 0
}

const resetStyle = "\x1b[m"

// isReset reports whether an SGR sequence ends all styles.
func isReset(s string) bool { return s == resetStyle || s == "\x1b[0m" }

// Cut returns s when it fits into width cells, else its beginning and mark at
// the end, together at most width cells. A style that is open where s is cut
// is ended; the mark has the style of the text it replaces.
func Cut(s string, width int, mark string) string {
	if len(s) <= width && isASCII(s) || Width(s) <= width {
		return s
	}
	if width <= 0 {
		return ""
	}
	room := width - Width(mark)
	if room < 0 {
		return Cut(mark, width, "")
	}
	var b strings.Builder
	w, open := 0, false
	for p := (pieces{rest: s}); p.next(); {
		if p.style {
			open = !isReset(p.text)
		} else if w += p.width; w > room {
			break
		}
		b.WriteString(p.text)
	}
	b.WriteString(mark)
	if open {
		b.WriteString(resetStyle)
	}
	return b.String()
}

// CutLeft is [Cut] from the other side: of a path that does not fit, the end
// is what tells. Styles before the kept part stay in force.
func CutLeft(s string, width int, mark string) string {
	total := Width(s)
	if total <= width {
		return s
	}
	if width <= 0 {
		return ""
	}
	room := width - Width(mark)
	if room < 0 {
		return Cut(mark, width, "")
	}
	if total == len(s) && isASCII(s) {
		return mark + s[len(s)-room:]
	}
	var styles, b strings.Builder
	drop, cut := total-room, false
	for p := (pieces{rest: s}); p.next(); {
		switch {
		case p.style && !cut:
			styles.WriteString(p.text)
			if isReset(p.text) {
				styles.Reset()
			}
		case cut || drop <= 0 && p.width > 0:
			if !cut {
				cut = true
				b.WriteString(styles.String())
				b.WriteString(mark)
			}
			b.WriteString(p.text)
		default:
			drop -= p.width
		}
	}
	if !cut {
		return mark
	}
	return b.String()
}

// Pad returns s with spaces up to width cells; longer text stays as it is.
func Pad(s string, width int) string {
	if n := width - Width(s); n > 0 {
		return s + spaces(n)
	}
	return s
}

// PadLeft is [Pad] with the spaces in front.
func PadLeft(s string, width int) string {
	if n := width - Width(s); n > 0 {
		return spaces(n) + s
	}
	return s
}

// Fit returns s in exactly width cells: cut with the mark, or padded.
func Fit(s string, width int, mark string) string {
	return Pad(Cut(s, width, mark), max(0, width))
}

// Spread returns left and right at the two ends of width cells. Where both do
// not fit with a space between them, left is cut; right only when it does not
// fit alone.
func Spread(left, right string, width int, mark string) string {
	rw := Width(right)
	if rw == 0 {
		return Fit(left, width, mark)
	}
	if rw >= width {
		return Fit(right, width, mark)
	}
	return Fit(left, width-rw-1, mark) + " " + right
}

// runeStart returns the start of the character that offset i is in; of an
// offset beyond s its end.
func runeStart(s string, i int) int {
	i = min(i, len(s))
	for k := 0; k < utf8.UTFMax && i > 0 && i < len(s) && !utf8.RuneStart(s[i]); k++ {
		i--
	}
	return i
}

const blanks = "                                                                                "

func spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blanks):
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}
