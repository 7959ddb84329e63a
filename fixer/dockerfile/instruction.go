package dockerfile

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// An Instruction is one instruction with its places in the file.
type Instruction struct {
	Keyword string // upper case
	Name    Word   // the keyword as written

	// [Start, End) goes from the first byte of the instruction to the end of
	// its last line without the line ending. Continuations, comments between
	// them and heredoc bodies with their terminators are inside.
	Start, End    int
	Line, EndLine int // from 1, both inclusive

	Flags []Flag
	// Words are the arguments after the flags, split as the instruction splits
	// them: one word for USER or WORKDIR, strings of the exec form, name=value
	// words of ENV. Shell text is split at spaces outside quotes, which is enough
	// to read it; Script knows better.
	Words []Word
	Pairs []Pair // of ENV, LABEL and ARG
	// Args is the range from the first to the last byte after the flags,
	// without heredoc bodies; empty when there are no arguments.
	Args Word

	JSON     bool // arguments are in exec form
	Heredocs []Heredoc
	Dangling bool // the file ends where this instruction promises another line

	Stage   *Stage       // nil before the first FROM
	Trigger *Instruction // of ONBUILD: the instruction that is kept for later
	OnBuild bool         // this is such a trigger

	// Typed is BuildKit's reading, before any variable is expanded; nil for
	// FROM and for triggers.
	Typed instructions.Command

	logical logical
	args    part // of logical: the range Args covers
	escape  byte
	state   *state // in which it runs
	script  cachedScript
}

// A Heredoc is the body of a <<NAME word.
type Heredoc struct {
	Name       string // without quotes
	Start, End int    // the body without its terminator line; may be empty
	Terminator Word   // the closing name, leading tabs of <<- excluded
	Expand     bool   // variables are expanded: the name was not quoted
	Chomp      bool   // <<-: leading tabs are dropped
}

// Flag returns the last flag of that name.
func (i *Instruction) Flag(name string) (Flag, bool) {
	for k := len(i.Flags) - 1; k >= 0; k-- {
		if i.Flags[k].Name == name {
			return i.Flags[k], true
		}
	}
	return Flag{}, false
}

// Pair returns the last pair of that key.
func (i *Instruction) Pair(key string) (Pair, bool) {
	for k := len(i.Pairs) - 1; k >= 0; k-- {
		if i.Pairs[k].Key == key {
			return i.Pairs[k], true
		}
	}
	return Pair{}, false
}

// Text returns the arguments as BuildKit reads them: one line, continuations
// and comments taken out, quotes kept.
func (i *Instruction) Text() string { return i.Args.Raw }

// fill sets everything that comes from the logical line in [from, to). node is
// BuildKit's reading of the same text.
func (i *Instruction) fill(w *words, from, to int, node *parser.Node) {
	line := w.text[:to]
	keyword, flags, args := splitHead(line[from:], w.escape)
	shift := func(p part) part { return part{p.from + from, p.to + from} }
	keyword, args = shift(keyword), shift(args)

	i.Name = w.plain(keyword.from, keyword.to)
	i.Keyword = strings.ToUpper(i.Name.Raw)
	i.Args = w.plain(args.from, args.to)
	i.args = args
	i.escape = w.escape
	i.JSON = node.Attributes["json"]
	for _, p := range flags {
		i.Flags = append(i.Flags, w.flag(shift(p)))
	}
	switch i.Keyword {
	case "FROM", "EXPOSE":
		i.addWords(splitSpaces(line, args.from, args.to), w.word)
	case "COPY", "ADD", "VOLUME":
		if !i.addJSONWords(w, args) {
			i.addWords(splitSpaces(line, args.from, args.to), w.word)
		}
	case "ENV", "LABEL":
		i.pairs(w, args)
	case "ARG":
		for _, p := range splitQuoted(line, args.from, args.to, w.escape) {
			i.pair(w, p)
		}
	case "USER", "WORKDIR", "STOPSIGNAL":
		i.addWords(wholePart(args), w.word)
	case "MAINTAINER":
		i.addWords(wholePart(args), w.plain)
	case "HEALTHCHECK":
		i.healthcheck(w, args)
	case "ONBUILD":
		i.onbuild(w, args, node)
	default: // RUN, CMD, ENTRYPOINT, SHELL
		if !i.addJSONWords(w, args) {
			i.addWords(splitQuoted(line, args.from, args.to, w.escape), w.shellWord)
		}
	}
}

func (i *Instruction) addWords(parts []part, word func(from, to int) Word) {
	for _, p := range parts {
		i.Words = append(i.Words, word(p.from, p.to))
	}
}

func (i *Instruction) addJSONWords(w *words, args part) bool {
	if i.JSON {
		for _, p := range jsonStrings(w.text, args.from, args.to) {
			i.Words = append(i.Words, w.jsonWord(p))
		}
	}
	return i.JSON
}

func wholePart(p part) []part {
	if p.from == p.to {
		return nil
	}
	return []part{p}
}

// healthcheck cuts the type word off; the rest is a command in either form.
func (i *Instruction) healthcheck(w *words, args part) {
	sep := args.from
	for sep < args.to && !isSpaceByte(w.text[sep]) {
		sep++
	}
	next := sep
	for next < args.to && isSpaceByte(w.text[next]) {
		next++
	}
	i.addWords(wholePart(part{args.from, sep}), w.word)
	if rest := (part{next, args.to}); !i.addJSONWords(w, rest) {
		i.addWords(splitQuoted(w.text, rest.from, rest.to, w.escape), w.shellWord)
	}
}

// onbuild reads the trigger as an instruction of its own. The words of both
// are listed in Words, the trigger's keyword first.
func (i *Instruction) onbuild(w *words, args part, node *parser.Node) {
	if node.Next == nil || len(node.Next.Children) == 0 || args.from == args.to {
		return
	}
	start, end := w.span(args.from, args.to)
	t := &Instruction{
		Start: start, End: end, Line: i.Args.Line, EndLine: w.lines.At(end - 1),
		OnBuild: true, logical: w.logical,
	}
	t.fill(w, args.from, args.to, node.Next.Children[0])
	i.Trigger = t
	i.Words = append(i.Words, t.Name)
	for _, f := range t.Flags {
		i.Words = append(i.Words, f.Word)
	}
	i.Words = append(i.Words, t.Words...)
}

func (w *words) flag(p part) Flag {
	f := Flag{Word: w.plain(p.from, p.to), Arg: w.plain(p.to, p.to)}
	f.Word.Value = unquoteFlag(f.Word.Raw, w.escape)
	f.Word.Dynamic = len(references(f.Word.Raw, w.escape)) > 0
	f.Name, f.Value, _ = strings.Cut(strings.TrimPrefix(f.Word.Value, "--"), "=")
	if eq := strings.IndexByte(f.Word.Raw, '='); eq >= 0 {
		f.Arg = w.plain(p.from+eq+1, p.to)
		f.Arg.Value, f.Arg.Dynamic = f.Value, f.Word.Dynamic
	}
	return f
}

// pairs cuts ENV and LABEL. Whether the old form is meant is decided by the
// first word having no "=", as BuildKit does.
func (i *Instruction) pairs(w *words, args part) {
	parts := splitQuoted(w.text, args.from, args.to, w.escape)
	if len(parts) == 0 {
		return
	}
	first := parts[0]
	if strings.Contains(w.text[first.from:first.to], "=") {
		for _, p := range parts {
			i.pair(w, p)
		}
		return
	}
	end := args.from
	for end < args.to && strings.IndexByte(asciiSpace, w.text[end]) < 0 {
		end++
	}
	key, value := w.word(args.from, end), w.word(skipSpaces(w.text, end, args.to), args.to)
	i.Words = append(i.Words, key)
	if value.Raw != "" {
		i.Words = append(i.Words, value)
	}
	i.Pairs = append(i.Pairs, Pair{
		Key: key.Value, Value: value.Value, HasValue: true, Legacy: true,
		Word: w.word(args.from, args.to), KeyWord: key, Arg: value,
	})
}

func (i *Instruction) pair(w *words, p part) {
	whole := w.word(p.from, p.to)
	out := Pair{Word: whole, KeyWord: whole, Arg: w.plain(p.to, p.to)}
	if eq := strings.IndexByte(whole.Raw, '='); eq >= 0 {
		out.HasValue = true
		out.KeyWord = w.word(p.from, p.from+eq)
		out.Arg = w.word(p.from+eq+1, p.to)
	}
	out.Key, out.Value = out.KeyWord.Value, out.Arg.Value
	i.Words = append(i.Words, whole)
	i.Pairs = append(i.Pairs, out)
}

// shellWord gives a word of shell text the value a shell would give it, as far
// as quotes alone decide; everything else makes it Dynamic. The shell's escape
// is the backslash whatever the file's directive says.
func (w *words) shellWord(from, to int) Word {
	out := w.plain(from, to)
	if strings.ContainsAny(out.Raw, "\"'$\\`*?[{~<>|&;()") {
		out.Value = unquote(out.Raw, '\\')
		out.Dynamic = strings.ContainsAny(out.Raw, "$`*?[{~<>|&;()")
	}
	return out
}
