package syntax

import "strings"

// yaml reads a line of YAML: keys, quoted and block values, numbers, comments,
// anchors, aliases, tags and flow style.
func (s *scanner) yaml(st State) State {
	switch st.mode {
	case block:
		if strings.TrimLeft(s.line, " \t") == "" || indentOf(s.line) > st.indent {
			s.token(len(s.line), String)
			return st
		}
		st = State{}
	case quoted:
		return s.yamlQuoted(st.word[0], false)
	}
	if s.line == "---" || s.line == "..." || strings.HasPrefix(s.line, "--- ") {
		s.token(len("---"), Keyword)
	} else if strings.HasPrefix(s.line, "%YAML") || strings.HasPrefix(s.line, "%TAG") {
		s.token(len(s.line), Keyword)
	}
	// What a block value has to be deeper than: the key that holds it.
	indent := indentOf(s.line)
	keyed := false
	for s.at < len(s.line) {
		s.blank()
		rest := s.rest()
		if rest == "" {
			break
		}
		switch c := rest[0]; {
		case c == '#' && (s.at == 0 || isBlank(s.line[s.at-1])):
			s.token(len(s.line), Comment)
		case (c == '-' || c == '?') && (len(rest) == 1 || isBlank(rest[1])):
			s.token(s.at+1, Punct)
		case c == '"' || c == '\'':
			key, at := isKey(rest), s.at
			if next := s.yamlQuoted(c, true); next.mode == quoted {
				return next
			}
			if key {
				s.tokens[len(s.tokens)-1].Kind = Property
				indent, keyed = keyColumn(indent, at, keyed), true
			}
		case c == '&' || c == '*' || c == '!':
			s.token(s.at+wordLen(rest), Variable)
		case (c == '|' || c == '>') && isBlockHeader(rest):
			i := 1
			for i < len(rest) && strings.IndexByte("+-123456789", rest[i]) >= 0 {
				i++
			}
			s.token(s.at+i, Punct)
			st = State{mode: block, indent: indent}
		case strings.IndexByte("[]{},:", c) >= 0:
			s.token(s.at+1, Punct)
		default:
			at := s.at
			if s.yamlPlain(rest) {
				indent, keyed = keyColumn(indent, at, keyed), true
			}
		}
	}
	return st
}

// keyColumn returns the column of the first key of a line, the one whose block
// value is deeper than it: in "- name: |" that of name.
func keyColumn(indent, at int, keyed bool) int {
	if keyed {
		return indent
	}
	return at
}

// yamlQuoted takes a quoted value. It starts here with its quote, or on a line
// before; then what follows its end is read as well.
func (s *scanner) yamlQuoted(q byte, here bool) State {
	i := s.at
	if here {
		i++
	}
	for i < len(s.line) {
		c := s.line[i]
		switch {
		case c == '\\' && q == '"' && i+1 < len(s.line) && s.line[i+1] < 0x80:
			i++
		case c == q && q == '\'' && i+1 < len(s.line) && s.line[i+1] == q:
			i++
		case c == q:
			s.token(i+1, String)
			if here {
				return State{}
			}
			return s.yaml(State{mode: normal})
		}
		i++
	}
	s.token(len(s.line), String)
	return State{mode: quoted, word: string(q)}
}

// yamlPlain takes a plain key or value and reports whether it was a key.
func (s *scanner) yamlPlain(rest string) (key bool) {
	n := wordLen(rest)
	if isKey(rest) {
		s.token(s.at+keyLen(rest), Property)
		return true
	}
	// A plain value may hold spaces: it ends at a comment, and at flow marks.
	for n < len(rest) && isBlank(rest[n]) {
		m := n
		for m < len(rest) && isBlank(rest[m]) {
			m++
		}
		if m == len(rest) || rest[m] == '#' || strings.IndexByte("[]{},", rest[m]) >= 0 {
			break
		}
		n = m + max(1, wordLen(rest[m:]))
	}
	switch word := rest[:n]; {
	case isNumber(word):
		s.token(s.at+n, Number)
	case word == "true" || word == "false" || word == "null" || word == "~":
		s.token(s.at+n, Keyword)
	default:
		s.token(s.at+n, Text)
	}
	return false
}

// wordLen returns the length of a plain word: up to a blank, a flow mark, or a
// colon that ends a key. It is at least 1.
func wordLen(s string) int {
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case isBlank(c), c == ',' || c == ']' || c == '}' || c == '[' || c == '{':
			return i
		case c == ':' && (i+1 == len(s) || isBlank(s[i+1])):
			return i
		}
	}
	return len(s)
}

// keyLen returns the length of the key at the start of s, 0 if there is none:
// a plain or quoted text before a colon that a blank or the end follows.
func keyLen(s string) int {
	if s == "" {
		return 0
	}
	if q := s[0]; q == '"' || q == '\'' {
		if i := strings.IndexByte(s[1:min(len(s), longestKey)], q); i >= 0 {
			t := strings.TrimLeft(s[i+2:], " ")
			if strings.HasPrefix(t, ":") {
				return i + 2
			}
		}
		return 0
	}
	for i := 0; i < min(len(s), longestKey); i++ {
		switch c := s[i]; {
		case c == ':' && (i+1 == len(s) || isBlank(s[i+1])):
			return i
		case c == ',' || c == ']' || c == '}' || c == '[' || c == '{' || c == '"' || c == '\'':
			return 0
		case c == '#' && i > 0 && isBlank(s[i-1]):
			return 0
		}
	}
	return 0
}

// longestKey is how far YAML allows a key on one line to go.
const longestKey = 1024

func isKey(s string) bool { return keyLen(s) > 0 }

// isBlockHeader reports whether s is "|", ">-", "|2+", perhaps with a comment.
func isBlockHeader(s string) bool {
	t := strings.TrimLeft(s[1:], "+-123456789")
	t = strings.TrimLeft(t, " \t")
	return t == "" || t[0] == '#'
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func indentOf(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }
