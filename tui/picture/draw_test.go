package picture

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// A Look says what surrounds the lines.
type Look struct {
	Width int    // cells; what is longer is cut
	Dark  bool   // the terminal's background
	Title string // for people who do not see the picture, and for the window's bar
}

// Sizes in pixels. Every run of letters is stretched to its cells, so that the
// picture does not depend on the reader's font.
const (
	cellWidth  = 9
	cellHeight = 20
	baseline   = 15
	margin     = 14
	bar        = 30
)

// SVG draws lines of a terminal, one below the other, as a window.
func SVG(lines []string, look Look) string {
	ground, ink, edge := "#ffffff", "#1b1f24", "#d0d7de"
	if look.Dark {
		ground, ink, edge = "#16181d", "#e6e6e6", "#3a404c"
	}
	w := look.Width*cellWidth + 2*margin
	h := len(lines)*cellHeight + bar + margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n", w, h, w, h, escape(look.Title))
	fmt.Fprintf(&b, "<title>%s</title>\n", escape(look.Title))
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%d" height="%d" rx="8" fill="%s" stroke="%s"/>`+"\n", w-1, h-1, ground, edge)
	for i := range 3 {
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="5" fill="%s"/>`+"\n", margin+6+i*18, bar/2, edge)
	}
	fmt.Fprintf(&b, `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="15" fill="%s" xml:space="preserve">`+"\n", ink)
	p := painter{b: &b, ground: ground, ink: ink}
	for y, line := range lines {
		p.line(line, bar+y*cellHeight, look.Width)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// A painter writes runs of one style.
type painter struct {
	b           *strings.Builder
	ground, ink string

	style style
	text  strings.Builder
	from  int // cell at which the run starts
	to    int
}

func (p *painter) line(s string, y, width int) {
	p.style, p.from, p.to = style{}, 0, 0
	for s != "" {
		if n, params, ok := sequence(s); n > 0 {
			if next := p.style.apply(params); ok && next != p.style {
				p.flush(y)
				p.style = next
			}
			s = s[n:]
			continue
		}
		g := displaywidth.StringGraphemes(s)
		g.Next()
		cluster, cells := g.Value(), g.Width()
		s = s[max(1, len(cluster)):]
		if cells == 0 {
			continue // a control character
		}
		if p.to+cells > width {
			break
		}
		if cells > 1 { // on its own, or its neighbours are stretched along
			p.flush(y)
		}
		p.text.WriteString(cluster)
		p.to += cells
		if cells > 1 {
			p.flush(y)
		}
	}
	p.flush(y)
}

// sequence returns the length of the escape sequence at the start of s, 0 when
// there is none, and the parameters of an SGR sequence.
func sequence(s string) (n int, params string, sgr bool) {
	if s[0] != 0x1b {
		return 0, "", false
	}
	if len(s) < 2 || s[1] != '[' {
		return 1, "", false
	}
	for i := 2; i < len(s); i++ {
		if c := s[i]; c >= 0x40 && c <= 0x7e {
			return i + 1, s[2:i], c == 'm'
		} else if c < 0x20 || c > 0x3f {
			return i, "", false
		}
	}
	return len(s), "", false
}

// flush writes the run that was collected.
func (p *painter) flush(y int) {
	text, from := p.text.String(), p.from
	p.text.Reset()
	p.from = p.to
	if text == "" {
		return
	}
	fg, bg := p.style.fg, p.style.bg
	if p.style.reverse {
		if fg == "" {
			fg = p.ink
		}
		if bg == "" {
			bg = p.ground
		}
		fg, bg = bg, fg
	}
	x, w := margin+from*cellWidth, (p.to-from)*cellWidth
	if bg != "" {
		fmt.Fprintf(p.b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n", x, y, w, cellHeight, bg)
	}
	if strings.TrimSpace(text) == "" && !p.style.underline {
		return
	}
	if !p.style.underline { // blanks at the ends need no letters
		lead := len(text) - len(strings.TrimLeft(text, " "))
		x, w = x+lead*cellWidth, w-lead*cellWidth
		text = text[lead:]
		tail := len(text) - len(strings.TrimRight(text, " "))
		w -= tail * cellWidth
		text = text[:len(text)-tail]
	}
	fmt.Fprintf(p.b, `<text x="%d" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs"`, x, y+baseline, w)
	if fg != "" {
		fmt.Fprintf(p.b, ` fill="%s"`, fg)
	}
	if p.style.bold {
		p.b.WriteString(` font-weight="bold"`)
	}
	if p.style.underline {
		p.b.WriteString(` text-decoration="underline"`)
	}
	fmt.Fprintf(p.b, ">%s</text>\n", escape(text))
}

// escape makes text fit for XML. What XML cannot hold becomes a sign for it.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
