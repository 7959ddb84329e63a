package yamldoc

import (
	"bytes"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// props returns where a node's anchor and tag end, its Start when it has none.
func (b *builder) props(n *Node) int {
	end, at := n.Start, n.Start
	for at < len(b.src) {
		switch c := b.src[at]; {
		case c == '&' && n.Anchor() != "":
			at += 1 + len(n.Anchor())
		case c == '!':
			n.tagged = true
			at = tagEnd(b.src, at)
		default:
			return end
		}
		at = min(at, len(b.src))
		end = at
		at = b.gap(at)
	}
	return end
}

// tagEnd returns the offset after the tag or anchor that starts at at. The
// reader requires white space after a tag, in every context.
func tagEnd(src []byte, at int) int {
	for at < len(src) && spaceLen(src[at:]) == 0 {
		at++
	}
	return at
}

func isSpaceOrTab(c byte) bool { return c == ' ' || c == '\t' }

// gap skips spaces, line breaks and comments. It is only called where no
// scalar can go on, so that # starts a comment.
func (b *builder) gap(at int) int { return skipGap(b.src, at) }

func skipGap(src []byte, at int) int {
	for at < len(src) {
		if c := src[at]; isSpaceOrTab(c) {
			at++
		} else if c == '#' {
			at = lineEnd(src, at)
		} else if n := breakLen(src, at); n > 0 {
			at += n
		} else if c == bom[0] && bytes.HasPrefix(src[at:], bom) {
			at += len(bom) // a BOM may start any line
		} else {
			break
		}
	}
	return at
}

// lineEnd returns the offset of the line break that ends the line at at.
func lineEnd(src []byte, at int) int {
	for at < len(src) {
		if c := src[at]; (c == '\n' || c == '\r' || c == 0xC2 || c == 0xE2) && breakLen(src, at) > 0 {
			break
		}
		at++
	}
	return at
}

// bracket skips what may stand between the last child of a flow collection and
// its closing bracket.
func (b *builder) bracket(at int) int {
	for {
		at = b.gap(at)
		if at >= len(b.src) || (b.src[at] != ',' && b.src[at] != ':' && b.src[at] != '?') {
			return at
		}
		at++
	}
}

// scalar finds the end of a scalar.
func (b *builder) scalar(y *yaml.Node, n *Node, indent int) error {
	after := b.props(n)
	style := y.Style &^ yaml.TaggedStyle
	if style == 0 && y.Value == "" {
		n.contentAt, n.End = int32(after), after
		n.EndLine = n.Line
		if after > n.Start {
			n.EndLine = b.lineOf(after)
		}
		return nil
	}
	if after > n.Start {
		n.contentAt = int32(b.gap(after))
	}
	c := byte(0)
	if n.content() < len(b.src) {
		c = b.src[n.content()]
	}
	ok := true
	switch style {
	case yaml.SingleQuotedStyle:
		n.Style = SingleQuoted
		n.End, ok = singleQuoted(b.src, n.content())
	case yaml.DoubleQuotedStyle:
		n.Style = DoubleQuoted
		n.End, ok = doubleQuoted(b.src, n.content())
	case yaml.LiteralStyle, yaml.FoldedStyle:
		n.Style = Literal
		if style == yaml.FoldedStyle {
			n.Style = Folded
		}
		if ok = c == '|' || c == '>'; ok {
			n.End = blockScalar(b.src, n.content(), indent)
		}
	default:
		n.End, ok = plain(b.src, n.content(), y.Value)
	}
	if !ok {
		return b.positionError(y, "scalar")
	}
	if n.content() > n.Start || style != 0 || b.unusualBreaks {
		n.EndLine = b.lineOf(max(n.End-1, n.Start))
	} else {
		n.EndLine = n.Line + bytes.Count(b.src[n.content():n.End], []byte{'\n'})
	}
	return nil
}

func singleQuoted(src []byte, at int) (end int, ok bool) {
	if at >= len(src) || src[at] != '\'' {
		return at, false
	}
	for at++; at < len(src); at++ {
		i := bytes.IndexByte(src[at:], '\'')
		if i < 0 {
			break
		}
		at += i
		if at+1 >= len(src) || src[at+1] != '\'' {
			return at + 1, true
		}
		at++
	}
	return at, false
}

func doubleQuoted(src []byte, at int) (end int, ok bool) {
	if at >= len(src) || src[at] != '"' {
		return at, false
	}
	for at++; at < len(src); at++ {
		switch src[at] {
		case '\\':
			at++
		case '"':
			return at + 1, true
		}
	}
	return len(src), false
}

// plain follows a plain scalar's words. Folding changes only the blank space
// between them, so the words of the value are the words of the source.
func plain(src []byte, at int, value string) (end int, ok bool) {
	if bytes.HasPrefix(src[at:], []byte(value)) { // on one line: nearly always
		return at + len(value), true
	}
	end = at
	for i := 0; ; {
		for i < len(value) && spaceLen(value[i:]) > 0 {
			i += spaceLen(value[i:])
		}
		if i >= len(value) {
			return end, true
		}
		for at < len(src) && spaceLen(src[at:]) > 0 {
			at += spaceLen(src[at:])
		}
		if at >= len(src) || src[at] != value[i] {
			return end, false
		}
		at, i = at+1, i+1
		end = at
	}
}

// spaceLen returns the length of the space or line break s starts with.
func spaceLen[T string | []byte](s T) int {
	if len(s) == 0 {
		return 0
	}
	switch c := s[0]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return 1
	case c < utf8.RuneSelf:
		return 0
	case c == 0xC2 && len(s) > 1 && s[1] == 0x85:
		return 2
	case c == 0xE2 && len(s) > 2 && s[1] == 0x80 && s[2]&^1 == 0xA8:
		return 3
	}
	return 0
}

// blockScalar returns the end of a literal or folded scalar whose | or >
// stands at at. parent is the column of the enclosing block collection, -1 at
// the root. The blank lines after the text are part of it only where they are
// part of the value (the keep indicator +).
func blockScalar(src []byte, at, parent int) (end int) {
	keep, indent := false, 0
	at++
	for ; at < len(src) && bytes.IndexByte([]byte("+-0123456789"), src[at]) >= 0; at++ {
		switch c := src[at]; c {
		case '+':
			keep = true
		case '-':
		default:
			indent = max(parent, 0) + int(c-'0')
		}
	}
	end = at
	at = lineEnd(src, at)
	header := end
	if t := bytes.TrimRight(src[header:at], " \t"); len(t) > 0 {
		end = header + len(t) // a comment after the header is inside the scalar's lines
	}
	at += breakLen(src, at)
	deepest := 0
	for at < len(src) {
		// A line starts here.
		col := at
		for col < len(src) && src[col] == ' ' && (indent == 0 || col-at < indent) {
			col++
		}
		deepest = max(deepest, col-at)
		if n := breakLen(src, col); n > 0 { // blank
			if keep {
				end = col
			}
			at = col + n
			continue
		}
		if indent == 0 {
			indent = max(deepest, parent+1, 1)
		}
		if col-at != indent || col >= len(src) {
			if keep && col >= len(src) {
				end = col
			}
			break
		}
		end = lineEnd(src, col)
		at = end + breakLen(src, end)
	}
	return end
}
