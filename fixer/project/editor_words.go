package project

import (
	"errors"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// commandWords splits a command line such as $EDITOR holds the way a shell
// does: "code --wait" and '"/opt/My Editor/ed" -w'. Nothing is expanded and
// nothing run: whatever asks for more than words is an error. (The library
// x/editor splits at spaces, in quotes too, knows half of the editors of
// [atLine] and does not make those with windows wait.)
func commandWords(line string) ([]string, error) {
	beyond := errors.New("only words and quotes are understood, no variables, pipes or other commands")
	f, err := syntax.NewParser().Parse(strings.NewReader(line), "")
	if err != nil || len(f.Stmts) != 1 {
		return nil, beyond
	}
	st := f.Stmts[0]
	call, ok := st.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 || len(call.Assigns) > 0 || len(st.Redirs) > 0 || st.Negated || st.Background || st.Coprocess {
		return nil, beyond
	}
	var words []string
	for _, w := range call.Args {
		s, ok := plainWord(w.Parts, false)
		if !ok {
			return nil, beyond
		}
		words = append(words, s)
	}
	if words[0] == "" {
		return nil, beyond
	}
	return words, nil
}

// plainWord is what the parts of a word say when none of them is expanded.
func plainWord(parts []syntax.WordPart, quoted bool) (string, bool) {
	var b strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			s, ok := unescape(p.Value, quoted)
			if !ok {
				return "", false
			}
			b.WriteString(s)
		case *syntax.SglQuoted:
			if p.Dollar {
				return "", false
			}
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			s, ok := plainWord(p.Parts, true)
			if !ok || p.Dollar {
				return "", false
			}
			b.WriteString(s)
		default:
			return "", false
		}
	}
	return b.String(), true
}

// unescape takes the backslashes away that a shell takes away; in double
// quotes they escape only what has a meaning there. ok is false where a shell
// would look for files.
func unescape(s string, quoted bool) (plain string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (!quoted || strings.IndexByte("\\\"$`\n", s[i+1]) >= 0):
			i++
			if s[i] == '\n' {
				continue
			}
		case !quoted && strings.IndexByte("*?[~{", s[i]) >= 0:
			return "", false
		}
		b.WriteByte(s[i])
	}
	return b.String(), true
}
