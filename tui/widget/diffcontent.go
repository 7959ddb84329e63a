package widget

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/theme"
	"github.com/oakum-sec/oakum/tui/widget/syntax"
)

// content is a line of a file, as it is about to be drawn.
type content struct {
	side *side
	line int
	mark string      // "-" or "+" for a line that changes, else " "
	base theme.Style // under everything

	other   *side // the line it became, or came from
	partner int   // 0 for none
	seen    int   // cells in which both it and its partner are seen; 0 for all there are

	// changed is where the line and its partner differ, in cells: from the
	// first one that does to the end of the longer part; changedHere is the end
	// in this line. They are known once the line was made into fragments.
	changed     span
	changedHere int
}

// A fragment is text of one style, safe to show and without tabs.
type fragment struct {
	text  string
	width int
	style theme.Style
}

const (
	longestLine = 64 << 10 // bytes of a line that are looked at
	tabStop     = 8
)

// fragments makes a line visible: what is in it, what the words mean, which of
// them differ from the other line, where the searched words are, and what its
// end has that a reader would not see.
func (d *Diff) fragments(c *content) []fragment {
	t := &d.theme
	line := c.side.line(c.line)
	other := ""
	if c.partner > 0 {
		other = c.other.line(c.partner)
	}
	from, to := clip(line, other, c.partner > 0)
	b := builder{theme: t, base: c.base}
	if from > 0 {
		b.note(fmt.Sprintf("%s(%d bytes) ", t.Marks.Ellipsis, from))
	}
	shown := line[from:to]

	var tokens []syntax.Token
	if from == 0 {
		tokens, _ = syntax.Line(c.side.lang, c.side.states[c.line-1], shown)
	} else {
		tokens = []syntax.Token{{End: len(shown), Kind: syntax.Text}}
	}
	var words []span
	word := t.AddWord
	if c.partner > 0 && from == 0 {
		if c.mark == "-" {
			words, _ = differing(line, other)
			word = t.DelWord
		} else {
			_, words = differing(other, line)
		}
		if indent(line) != indent(other) {
			b.tabs = len(indent(line))
		}
	}
	first, last := 0, 0
	if c.partner > 0 {
		first, last = hull(line, other)
		b.watch = first - from
	}
	b.line(shown, tokens, words, word, matches(shown, d.query))
	if to < len(line) {
		b.note(fmt.Sprintf(" %s(%d bytes)", t.Marks.Ellipsis, len(line)-to))
	}
	switch end := c.side.ending(c.line); {
	case end == "\r\n" && c.partner > 0 && c.other.ending(c.partner) != end:
		b.add(t.Marks.CR, c.base.With(t.Change))
	case end == "" && c.mark != " " && (c.partner == 0 || c.other.ending(c.partner) != ""):
		b.note(" (no newline at the end)")
	}
	if c.partner > 0 {
		here, there := mostCells(line[first:last]), mostCells(other[first:len(other)-len(line)+last])
		c.changed, c.changedHere = span{b.watched, b.watched + max(here, there)}, b.watched+here
		if line == other { // what is said about their ends begins there
			c.changed.to += afterChange
		}
	}
	return b.out
}

// mostCells returns how many cells text takes at most, wherever it stands.
func mostCells(s string) int {
	return Width(text.Visible(strings.ReplaceAll(s, "\t", blanks[:tabStop])))
}

// hull returns where a line differs from another: the bytes of line between
// what both start with and what both end with.
func hull(line, other string) (from, to int) {
	short := min(len(line), len(other))
	for from < short && line[from] == other[from] {
		from++
	}
	from = runeStart(line, from)
	for to = len(line); to > from && len(line)-to < short-from && line[to-1] == other[len(other)-(len(line)-to)-1]; to-- {
	}
	for to < len(line) && !utf8.RuneStart(line[to]) {
		to++
	}
	return from, to
}

// clip returns which part of a line is shown: all of one that a person could
// have written. Of a line beyond that it is the part where it starts to differ
// from the other.
func clip(line, other string, paired bool) (from, to int) {
	if len(line) <= longestLine {
		return 0, len(line)
	}
	if paired {
		p := 0
		for p < min(len(line), len(other)) && line[p] == other[p] {
			p++
		}
		if p > longestLine/2 {
			from = runeStart(line, p-1024)
		}
	}
	return from, runeStart(line, from+longestLine)
}

func indent(s string) string { return s[:len(s)-len(strings.TrimLeft(s, " \t"))] }

// A builder collects the fragments of a line.
type builder struct {
	theme *theme.Theme
	base  theme.Style
	tabs  int // tabs in so many first bytes are made visible
	cells int
	out   []fragment

	watch, watched int // a byte of the line, and the cell it is in
}

func (b *builder) add(s string, style theme.Style) {
	if s == "" {
		return
	}
	w := Width(s)
	b.cells += w
	b.out = append(b.out, fragment{s, w, style})
}

func (b *builder) note(s string) { b.add(s, b.base.With(b.theme.Dim)) }

// line adds a line whose parts have meanings, differ, or are searched for.
func (b *builder) line(s string, tokens []syntax.Token, words []span, word theme.Style, found []span) {
	for at := 0; at < len(s); {
		for tokens[0].End <= at {
			tokens = tokens[1:]
		}
		end := tokens[0].End
		style := b.base.With(syntaxStyle(b.theme, tokens[0].Kind))
		for _, over := range []struct {
			spans *[]span
			style theme.Style
		}{{&words, word}, {&found, b.theme.Match}} {
			for len(*over.spans) > 0 && (*over.spans)[0].to <= at {
				*over.spans = (*over.spans)[1:]
			}
			if len(*over.spans) == 0 {
				continue
			}
			if sp := (*over.spans)[0]; sp.from <= at {
				style, end = style.With(over.style), min(end, sp.to)
			} else {
				end = min(end, sp.from)
			}
		}
		if at <= b.watch && b.watch < end {
			upTo := builder{theme: b.theme, cells: b.cells}
			upTo.expand(s, at, b.watch, style)
			b.watched = upTo.cells
		}
		b.expand(s, at, end, style)
		at = end
	}
	if b.watch >= len(s) {
		b.watched = b.cells
	}
}

// expand adds bytes of a line, safe to show and with tabs as spaces.
func (b *builder) expand(s string, at, end int, style theme.Style) {
	for at < end {
		i := strings.IndexByte(s[at:end], '\t')
		if i < 0 {
			b.add(text.Visible(s[at:end]), style)
			return
		}
		b.add(text.Visible(s[at:at+i]), style)
		at += i
		n := tabStop - b.cells%tabStop
		if at < b.tabs {
			b.add(b.theme.Marks.Tab, style.With(b.theme.Change))
			n -= Width(b.theme.Marks.Tab)
		}
		b.add(spaces(n), style)
		at++
	}
}

func syntaxStyle(t *theme.Theme, k syntax.Kind) theme.Style {
	switch k {
	case syntax.Keyword:
		return t.Keyword
	case syntax.Property:
		return t.Property
	case syntax.String:
		return t.String
	case syntax.Number:
		return t.Number
	case syntax.Comment:
		return t.Comment
	case syntax.Variable:
		return t.Variable
	case syntax.Punct:
		return t.Punct
	}
	return theme.Style{}
}
