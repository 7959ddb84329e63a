package syntax

import "strings"

// dockerfile reads a line of a Dockerfile: the instruction, flags, strings,
// variables, comments, continuations and heredocs.
func (s *scanner) dockerfile(st State) State {
	escape := st.escape
	if escape == 0 {
		escape = '\\'
	}
	if st.mode == heredoc {
		if strings.TrimLeft(s.line, "\t") == st.word {
			s.token(len(s.line), Punct)
			st.mode, st.word = normal, ""
			return st
		}
		s.token(len(s.line), String)
		return st
	}
	s.blank()
	switch rest := s.rest(); {
	case rest == "":
		return st // an empty line does not end a continued instruction
	case rest[0] == '#':
		if !st.begun && st.mode == normal {
			if c, ok := escapeDirective(rest); ok {
				st.escape = c
			}
		}
		s.token(len(s.line), Comment)
		return st
	}
	st.begun = true
	if st.mode == normal {
		s.instruction()
	}
	st.mode = normal
	docs := s.words(escape)
	if s.continues(escape) {
		st.mode = continued
	}
	if docs != "" {
		st.mode, st.word = heredoc, docs
	}
	return st
}

// escapeDirective reads "# escape=`".
func escapeDirective(comment string) (byte, bool) {
	name, value, ok := strings.Cut(strings.TrimPrefix(comment, "#"), "=")
	value = strings.TrimSpace(value)
	if !ok || !strings.EqualFold(strings.TrimSpace(name), "escape") || len(value) != 1 {
		return 0, false
	}
	return value[0], true
}

// instruction takes the first word; after ONBUILD comes another one, and in
// FROM … AS the AS.
func (s *scanner) instruction() {
	for range 2 {
		word := s.letters()
		s.token(s.at+len(word), Keyword)
		if !strings.EqualFold(word, "ONBUILD") {
			return
		}
		s.blank()
	}
}

func (s *scanner) letters() string {
	i := s.at
	for i < len(s.line) && isName(s.line[i]) {
		i++
	}
	return s.line[s.at:i]
}

// continues reports whether the line ends with the escape character.
func (s *scanner) continues(escape byte) bool {
	t := strings.TrimRight(s.line, " \t")
	return strings.HasSuffix(t, string(escape))
}

// words takes what follows the instruction, and returns the word that ends the
// heredoc that begins on this line. Of several, the last one: the others are
// part of the text until then, which is all that colours need.
func (s *scanner) words(escape byte) (ends string) {
	start := true // at the start of a word
	for s.at < len(s.line) {
		rest := s.rest()
		was := start
		start = false
		switch c := rest[0]; {
		case c == ' ' || c == '\t':
			s.blank()
			start = true
		case c == '"' || c == '\'':
			s.quote(c, escape)
		case c == '$':
			s.variable()
		case c == escape:
			s.token(min(len(s.line), s.at+2-trailing(rest)), Punct)
		case was && strings.HasPrefix(rest, "--"):
			s.flag()
		case strings.HasPrefix(rest, "<<"):
			if w := s.heredocWord(); w != "" {
				ends = w
			}
		case strings.IndexByte("[]{},;|&()=<>", c) >= 0:
			s.token(s.at+1, Punct)
			start = c == '['
		default:
			s.plain(was)
		}
	}
	return ends
}

// trailing is 1 when there is no character after the escape to belong to it,
// or when that is not ASCII: a character is never split.
func trailing(rest string) int {
	if len(rest) < 2 || rest[1] >= 0x80 || rest[1] == ' ' || rest[1] == '\t' {
		return 1
	}
	return 0
}

func (s *scanner) quote(q, escape byte) {
	i := s.at + 1
	for i < len(s.line) && s.line[i] != q {
		if s.line[i] == '$' && q == '"' {
			s.token(i, String)
			s.variable()
			i = s.at
			continue
		}
		if s.line[i] == escape && q == '"' && i+1 < len(s.line) && s.line[i+1] < 0x80 {
			i++
		}
		i++
	}
	s.token(min(len(s.line), i+1), String)
}

// variable takes $NAME, ${NAME…} or a lone dollar sign.
func (s *scanner) variable() {
	i := s.at + 1
	if i < len(s.line) && s.line[i] == '{' {
		if n := strings.IndexByte(s.line[i:], '}'); n > 0 {
			s.token(i+n+1, Variable)
			return
		}
	}
	for i < len(s.line) && isName(s.line[i]) {
		i++
	}
	s.token(i, Variable)
}

// flag takes --name, up to its value.
func (s *scanner) flag() {
	i := s.at + 2
	for i < len(s.line) && (isName(s.line[i]) || s.line[i] == '-') {
		i++
	}
	s.token(i, Property)
}

// heredocWord takes <<EOF, <<-EOF or <<"EOF" and returns the word.
func (s *scanner) heredocWord() string {
	i := s.at + 2
	if i < len(s.line) && s.line[i] == '-' {
		i++
	}
	var q byte
	if i < len(s.line) && (s.line[i] == '"' || s.line[i] == '\'') {
		q = s.line[i]
		i++
	}
	from := i
	for i < len(s.line) && isName(s.line[i]) {
		i++
	}
	word := s.line[from:i]
	if word == "" || word[0] >= '0' && word[0] <= '9' {
		s.token(s.at+2, Punct)
		return ""
	}
	if q != 0 && i < len(s.line) && s.line[i] == q {
		i++
	}
	s.token(i, Punct)
	return word
}

// plain takes a word that is nothing else; was says that it starts one.
func (s *scanner) plain(was bool) {
	i := s.at + 1
	for i < len(s.line) && strings.IndexByte(" \t\"'$\\`[]{},;|&()=<>", s.line[i]) < 0 {
		i++
	}
	word := s.line[s.at:i]
	switch {
	case !was:
		s.token(i, Text)
	case isNumber(word):
		s.token(i, Number)
	case word == "AS" || word == "as":
		s.token(i, Keyword)
	default:
		s.token(i, Text)
	}
}
