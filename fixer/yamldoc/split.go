package yamldoc

import "bytes"

// part is the range of one document.
type part struct {
	start, end int
	marker     int // offset after its "---", or -1
}

// split cuts a file into documents at the lines that start with --- and after
// those that start with "...". No scalar can hold such a line, so no parse is
// needed to know them. Comments and directives before the first --- are part of
// the document it starts. There is always at least one part.
func split(src []byte) []part {
	var parts []part
	cur := part{marker: -1}
	content := false // something other than comments and directives since cur.start
	close := func(at int) {
		cur.end = at
		parts = append(parts, cur)
		cur, content = part{start: at, marker: -1}, false
	}
	for at := 0; at < len(src); {
		next := nextLine(src, at)
		line := src[at:next]
		if at == 0 {
			line = bytes.TrimPrefix(line, bom)
		}
		switch {
		case isMarker(line, "---"):
			if content || cur.marker >= 0 {
				close(at)
			}
			cur.marker = next - len(line) + 3
		case isMarker(line, "..."):
			if content || cur.marker >= 0 {
				close(next)
			}
		case !content:
			t := bytes.TrimSpace(line)
			content = len(t) > 0 && t[0] != '#' && t[0] != '%'
		}
		at = next
	}
	if len(parts) > 0 && !content && cur.marker < 0 {
		// What is left after "..." is only comments: no document of its own.
		parts[len(parts)-1].end = len(src)
		return parts
	}
	close(len(src))
	return parts
}

// isMarker reports whether a line is a document marker, alone or followed by
// blank space and anything.
func isMarker(line []byte, mark string) bool {
	if len(line) < 3 || string(line[:3]) != mark {
		return false
	}
	return len(line) == 3 || line[3] == ' ' || line[3] == '\t' || breakLen(line, 3) > 0
}

// nextLine returns the offset after the line break that ends the line at
// offset at, or len(src).
func nextLine(src []byte, at int) int {
	at = lineEnd(src, at)
	return at + breakLen(src, at)
}

// breakLen returns the length of the line break at an offset, 0 when there is
// none. YAML 1.1 knows more of them than editors do: a lone CR, NEL, LS and PS.
func breakLen(src []byte, at int) int {
	if at >= len(src) {
		return 0
	}
	switch src[at] {
	case '\n':
		return 1
	case '\r':
		if at+1 < len(src) && src[at+1] == '\n' {
			return 2
		}
		return 1
	case 0xC2:
		if at+1 < len(src) && src[at+1] == 0x85 {
			return 2
		}
	case 0xE2:
		if at+2 < len(src) && src[at+1] == 0x80 && src[at+2]&^1 == 0xA8 {
			return 3
		}
	}
	return 0
}
