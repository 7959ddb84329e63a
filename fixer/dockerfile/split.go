package dockerfile

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The functions here cut a logical line where BuildKit cuts it. They work on
// offsets into the line instead of copies, and mirror the parser's rules,
// including those that look accidental; each is named where it applies. The
// corpus test and the fuzz targets compare them with the parser's answers.

// part is a half-open range of a logical line.
type part struct{ from, to int }

// asciiSpace are the characters at which FROM, COPY, EXPOSE and the keyword
// end. Unlike elsewhere in the parser, other Unicode spaces are part of the word.
const asciiSpace = "\t\v\f\r "

// splitHead cuts a line into its keyword, its --flags and the range of the
// arguments. A bare "--" ends the flags and is part of neither.
func splitHead(line string, escape byte) (keyword part, flags []part, args part) {
	lo, hi := trimSpace(line, 0, len(line))
	k := strings.IndexAny(line[lo:hi], asciiSpace)
	if k < 0 {
		return part{lo, hi}, nil, part{hi, hi}
	}
	keyword = part{lo, lo + k}
	flags, at := splitFlags(line, skipSpaces(line, lo+k, hi), hi, escape)
	from, to := trimSpace(line, at, hi)
	return keyword, flags, part{from, to}
}

// splitFlags collects words that begin with "--" and returns the offset of the
// rest. BuildKit goes byte by byte here and classifies each byte as Unicode, so
// the bytes 0x85 and 0xA0 end a flag even inside a longer character.
func splitFlags(line string, at, end int, escape byte) (flags []part, rest int) {
	for at < end {
		for at < end && isSpaceByte(line[at]) {
			at++
		}
		if at+1 >= end || line[at] != '-' || line[at+1] != '-' {
			return flags, at
		}
		from := at
		var quote byte
		for ; at < end; at++ {
			c := line[at]
			switch {
			case quote == 0 && isSpaceByte(c):
			case c == escape:
				at++ // the next byte is literal, in quotes of either kind
				continue
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
				continue
			case c == quote:
				quote = 0
				continue
			default:
				continue
			}
			break
		}
		at = min(at, end)
		if unquoteFlag(line[from:at], escape) == "--" { // also when written --""
			return flags, at
		}
		flags = append(flags, part{from, at})
	}
	return flags, end
}

// unquoteFlag removes quotes and escapes from a flag. Unlike elsewhere, the escape
// character also counts inside single quotes.
func unquoteFlag(raw string, escape byte) string {
	if !strings.ContainsAny(raw, "\"'") && strings.IndexByte(raw, escape) < 0 {
		return raw
	}
	var b strings.Builder
	var quote byte
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == escape:
			if i++; i < len(raw) {
				b.WriteByte(raw[i])
			}
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// splitSpaces splits at runs of ASCII spaces; quotes mean nothing here.
func splitSpaces(line string, at, end int) []part {
	var out []part
	for at < end {
		at = skipSpaces(line, at, end)
		from := at
		for at < end && strings.IndexByte(asciiSpace, line[at]) < 0 {
			at++
		}
		if at > from {
			out = append(out, part{from, at})
		}
	}
	return out
}

// splitQuoted cuts at Unicode spaces outside quotes, as ENV, LABEL and ARG do.
// An unclosed quote reaches to the end. The escape character protects the next
// character everywhere but in single quotes.
func splitQuoted(line string, at, end int, escape byte) []part {
	var out []part
	from := -1
	var quote rune
	for at < end {
		c, n := utf8.DecodeRuneInString(line[at:end])
		if from < 0 {
			if unicode.IsSpace(c) {
				at += n
				continue
			}
			from = at
		}
		switch {
		case quote == 0 && unicode.IsSpace(c):
			out = append(out, part{from, at})
			from = -1
		case c == rune(escape) && quote != '\'':
			at += n
			if at < end {
				_, n = utf8.DecodeRuneInString(line[at:end])
			} else {
				n = 0
			}
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
		at += n
	}
	if from >= 0 {
		out = append(out, part{from, end})
	}
	return out
}

func trimSpace(s string, from, to int) (int, int) {
	t := strings.TrimLeftFunc(s[from:to], unicode.IsSpace)
	from = to - len(t)
	return from, from + len(strings.TrimRightFunc(t, unicode.IsSpace))
}

func skipSpaces(s string, at, end int) int {
	for at < end && strings.IndexByte(asciiSpace, s[at]) >= 0 {
		at++
	}
	return at
}

func isSpaceByte(c byte) bool { return unicode.IsSpace(rune(c)) }
