package gitignore

import (
	"strings"
	"unicode/utf8"
)

// matchGlob matches one path segment against one pattern segment as git does:
// * and ? never cross a slash (there is none here), [a-z], [!a-z], [^a-z] and
// [[:alpha:]] are sets, a backslash protects the next character. A pattern
// that is malformed matches nothing.
//
// Git compares bytes; here ? takes one whole character where the name is
// UTF-8 and the same as git everywhere else.
//
// Each comparison takes a step from left. Below zero the result means nothing.
func matchGlob(pattern, name string, left *int) bool {
	p, s := 0, 0
	star, mark := -1, 0
	for s < len(name) {
		if *left--; *left < 0 {
			return false
		}
		if p < len(pattern) && pattern[p] == '*' {
			star, mark = p, s
			p++
			continue
		}
		if p < len(pattern) {
			np, ns, ok := matchOne(pattern, p, name, s)
			if pattern[p] == '[' { // a set is read whole
				*left -= len(pattern) - p
			}
			if ok {
				p, s = np, ns
				continue
			}
		}
		if star < 0 {
			return false
		}
		// Only the last * needs to be tried again: whatever an earlier one
		// took more of, the later one can take less of.
		mark++
		p, s = star+1, mark
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// matchOne matches one pattern element at p with one character of name at s.
func matchOne(pattern string, p int, name string, s int) (np, ns int, ok bool) {
	switch pattern[p] {
	case '?':
		_, n := utf8.DecodeRuneInString(name[s:])
		return p + 1, s + n, true
	case '[':
		end, in := matchSet(pattern[p:], name[s])
		return p + end, s + 1, end > 0 && in
	case '\\':
		if p+1 >= len(pattern) {
			return 0, 0, false
		}
		p++
	}
	return p + 1, s + 1, pattern[p] == name[s]
}

// matchSet matches c with the bracket expression at the start of pattern and
// gives its length, or 0 when it is not closed.
func matchSet(pattern string, c byte) (length int, in bool) {
	i := 1
	negated := false
	if i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^') {
		negated = true
		i++
	}
	for first := true; i < len(pattern); first = false {
		if pattern[i] == ']' && !first {
			return i + 1, in != negated
		}
		if strings.HasPrefix(pattern[i:], "[:") {
			if n := strings.Index(pattern[i+2:], ":]"); n >= 0 {
				in = in || inClass(pattern[i+2:i+2+n], c)
				i += n + 4
				continue
			}
		}
		lo, n := setChar(pattern[i:])
		i += n
		hi := lo
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			hi, n = setChar(pattern[i+1:])
			i += n + 1
		}
		if lo <= c && c <= hi {
			in = true
		}
	}
	return 0, false
}

func setChar(s string) (byte, int) {
	if s[0] == '\\' && len(s) > 1 {
		return s[1], 2
	}
	return s[0], 1
}

func inClass(class string, c byte) bool {
	upper := c >= 'A' && c <= 'Z'
	lower := c >= 'a' && c <= 'z'
	digit := c >= '0' && c <= '9'
	switch class {
	case "alpha":
		return upper || lower
	case "digit":
		return digit
	case "alnum":
		return upper || lower || digit
	case "upper":
		return upper
	case "lower":
		return lower
	case "xdigit":
		return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')
	case "space":
		return c == ' ' || (c >= '\t' && c <= '\r')
	case "blank":
		return c == ' ' || c == '\t'
	case "punct":
		return c > ' ' && c < 0x7f && !upper && !lower && !digit
	case "graph":
		return c > ' ' && c < 0x7f
	case "print":
		return c >= ' ' && c < 0x7f
	case "cntrl":
		return c < ' ' || c == 0x7f
	}
	return false
}
