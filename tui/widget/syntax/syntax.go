package syntax

// A Language is what a file is written in.
type Language uint8

// The languages. Plain has no words that mean anything.
const (
	Plain Language = iota
	Dockerfile
	YAML
)

// Of returns the language of a kind of file, as the engine names kinds:
// "dockerfile", or one of those that are YAML.
func Of(kind string) Language {
	switch kind {
	case "dockerfile":
		return Dockerfile
	case "compose", "kubernetes", "kustomize", "helm", "workflow", "updates", "yaml", "json":
		return YAML
	}
	return Plain
}

// A Kind is what a word means.
type Kind uint8

// The kinds of words.
const (
	Text     Kind = iota
	Keyword       // an instruction, true, false, null, a document marker
	Property      // a key, a flag's name
	String        // a quoted or block value
	Number        // a number on its own
	Comment       // up to the end of the line
	Variable      // $NAME, ${NAME}, an anchor, an alias, a tag
	Punct         // brackets, dashes, colons, operators
)

// A Token is a stretch of a line, from the end of the one before to End.
type Token struct {
	End  int // byte offset in the line
	Kind Kind
}

// A State is what a line inherits from those before it. The zero State is the
// start of a file. States are comparable.
type State struct {
	mode   mode
	indent int    // YAML: the columns a block value is deeper than; Dockerfile: unused
	word   string // Dockerfile: what ends a heredoc; YAML: the quote that is open
	escape byte   // Dockerfile: the escape character, 0 for the backslash
	begun  bool   // Dockerfile: directives are over
}

type mode uint8

const (
	normal    mode = iota
	continued      // Dockerfile: the instruction goes on
	heredoc        // Dockerfile: until the word
	block          // YAML: a literal or folded value
	quoted         // YAML: a quoted value that goes on
)

// Line returns the tokens of a line, given without its line ending, and the
// state for the next one.
func Line(lang Language, s State, line string) ([]Token, State) {
	sc := scanner{line: line}
	switch lang {
	case Dockerfile:
		s = sc.dockerfile(s)
	case YAML:
		s = sc.yaml(s)
	}
	sc.token(len(line), Text)
	return sc.tokens, s
}

// Next returns the state for the line after this one, as [Line] does, in less
// time: what a jump to the end of a long file needs of the lines before.
func Next(lang Language, s State, line string) State {
	switch {
	case lang == Plain || lang == YAML && s.mode == normal && !goesOn(line):
		return State{}
	case lang == YAML && s.mode == block && indentOf(line) > s.indent:
		return s
	}
	_, s = Line(lang, s, line)
	return s
}

// goesOn reports whether a line of YAML has anything that could make the next
// line a part of a value.
func goesOn(line string) bool {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '"', '\'', '|', '>':
			return true
		}
	}
	return false
}

// A scanner collects the tokens of one line.
type scanner struct {
	line   string
	at     int // the end of the last token
	tokens []Token
}

// token ends a token at end. Neighbours of one kind become one token.
func (s *scanner) token(end int, k Kind) {
	if end <= s.at {
		return
	}
	if n := len(s.tokens); n > 0 && s.tokens[n-1].Kind == k {
		s.tokens[n-1].End = end
	} else {
		s.tokens = append(s.tokens, Token{end, k})
	}
	s.at = end
}

func (s *scanner) rest() string { return s.line[s.at:] }

// blank passes spaces and tabs.
func (s *scanner) blank() {
	i := s.at
	for i < len(s.line) && (s.line[i] == ' ' || s.line[i] == '\t') {
		i++
	}
	s.token(i, Text)
}

func isName(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isNumber(s string) bool {
	digits, dots := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			dots++
		case (c == '-' || c == '+') && i == 0:
		default:
			return false
		}
	}
	return digits > 0 && dots < 2
}
