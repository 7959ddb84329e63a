package dockerfile

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A Word is a piece of an instruction with its place in the file.
type Word struct {
	Start, End int    // bytes in the file, half open
	Line       int    // of Start, from 1
	Raw        string // as BuildKit reads it: quotes kept, continuations and comments inside taken out
	Value      string // Raw without quotes and escapes; variables stay as they are written
	Dynamic    bool   // Value holds variables, or (in shell text) anything else only known at run time
	Joined     bool   // the word goes over a line break: Raw is not the bytes [Start, End)
}

// A Flag is a --name or --name=value before the arguments of an instruction.
type Flag struct {
	Name  string // without dashes
	Value string // without quotes; "" when absent
	Word  Word   // the whole flag
	Arg   Word   // the part after "="; empty range when absent
}

// An Option is one key=value of a flag such as --mount=type=cache,target=/x.
type Option struct {
	Key   string // lower case
	Value string
	Word  Word // the whole option
	Arg   Word // the part after "="; empty range when absent
}

// Options splits the flag's value at commas, as --mount does. It returns nil
// when quotes or escapes make the places uncertain.
func (f Flag) Options() []Option {
	if f.Arg.Joined || strings.ContainsAny(f.Arg.Raw, "\"'\\`") {
		return nil
	}
	var out []Option
	at := f.Arg.Start
	for _, part := range strings.Split(f.Arg.Raw, ",") {
		w := Word{Start: at, End: at + len(part), Line: f.Arg.Line, Raw: part, Value: part, Dynamic: strings.Contains(part, "$")}
		o := Option{Word: w, Arg: Word{Start: w.End, End: w.End, Line: w.Line}}
		key, value, ok := strings.Cut(part, "=")
		o.Key = strings.ToLower(key)
		if ok {
			o.Value = value
			o.Arg = Word{Start: w.End - len(value), End: w.End, Line: w.Line, Raw: value, Value: value, Dynamic: strings.Contains(value, "$")}
		}
		out = append(out, o)
		at = w.End + 1
	}
	return out
}

// A Pair is one name with its value in ENV, LABEL or ARG.
type Pair struct {
	Key      string // without quotes
	Value    string // without quotes; variables stay as written
	HasValue bool   // false for ARG NAME
	Legacy   bool   // ENV NAME some words: no "=", one pair for the whole line
	Word     Word   // the whole pair
	KeyWord  Word
	Arg      Word // the value; empty range when absent
}

// words makes Words out of ranges of one logical line.
type words struct {
	logical
	lines  *text.Lines
	escape byte
}

// word makes a Word of the logical range, its Value by Docker's own quoting
// rules.
func (w *words) word(from, to int) Word {
	out := w.plain(from, to)
	if strings.ContainsAny(out.Raw, "\"'$") || strings.IndexByte(out.Raw, w.escape) >= 0 {
		out.Value = unquote(out.Raw, w.escape)
		out.Dynamic = len(references(out.Raw, w.escape)) > 0
	}
	return out
}

// plain makes a Word whose Value is its Raw text.
func (w *words) plain(from, to int) Word {
	raw := w.text[from:to]
	start, end := w.span(from, to)
	return Word{
		Start: start, End: end, Line: w.lines.At(start),
		Raw: raw, Value: raw, Joined: end-start != len(raw),
	}
}

// unquote takes quotes and escapes off as BuildKit does when it expands a word,
// leaving variables alone. Text it cannot read, such as an unclosed quote, comes
// back as it is.
func unquote(raw string, escape byte) string {
	if isPlain(raw) {
		return raw
	}
	lex := shell.NewLex(rune(escape))
	lex.SkipUnsetEnv = true
	v, _, err := lex.ProcessWord(raw, noEnv{})
	if err != nil {
		return raw
	}
	return v
}

// isPlain reports whether a word has nothing that the reader of words would look at. Nearly
// all are so, and making a reader for each costs more than reading it.
func isPlain(raw string) bool {
	for i := range len(raw) {
		switch c := raw[i]; {
		case c <= ' ' || c > '~':
			return false
		case c == '"' || c == '\'' || c == '\\' || c == '`' || c == '$':
			return false
		}
	}
	return true
}

type noEnv struct{}

func (noEnv) Get(string) (string, bool) { return "", false }
func (noEnv) Keys() []string            { return nil }
