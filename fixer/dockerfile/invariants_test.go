package dockerfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// checkInvariants asserts what doc.go promises of every accepted file. The
// corpus test and the fuzz targets share it.
func checkInvariants(t *testing.T, f *File) {
	t.Helper()
	ast, err := parser.Parse(bytes.NewReader(f.Source))
	if err != nil {
		t.Fatalf("accepted, but BuildKit says: %v", err)
	}
	if len(ast.AST.Children) != len(f.Instructions) {
		t.Fatalf("%d instructions, BuildKit has %d", len(f.Instructions), len(ast.AST.Children))
	}
	checkGaps(t, f)
	for k, i := range f.Instructions {
		node := ast.AST.Children[k]
		if i.Line != node.StartLine || i.EndLine != node.EndLine {
			t.Fatalf("lines %d-%d, BuildKit has %d-%d", i.Line, i.EndLine, node.StartLine, node.EndLine)
		}
		checkWords(t, f, i)
		checkCoverage(t, f, i)
		if got, want := buildkitWords(i), nodeWords(node); !slices.Equal(got, want) {
			t.Fatalf("line %d: words %q, BuildKit has %q", i.Line, got, want)
		}
	}
	checkStages(t, f, ast)
}

// checkGaps asserts that ranges are ordered and that only blank lines and
// comments lie between them.
func checkGaps(t *testing.T, f *File) {
	t.Helper()
	var back bytes.Buffer
	at := 0
	for _, i := range f.Instructions {
		if i.Start < at || i.End < i.Start || i.End > len(f.Source) {
			t.Fatalf("line %d: range [%d,%d) after %d of %d", i.Line, i.Start, i.End, at, len(f.Source))
		}
		checkGap(t, f.Source[at:i.Start], i.Line)
		back.Write(f.Source[at:i.Start])
		back.Write(f.Source[i.Start:i.End])
		at = i.End
	}
	checkGap(t, f.Source[at:], 0)
	back.Write(f.Source[at:])
	if !bytes.Equal(back.Bytes(), f.Source) {
		t.Fatal("ranges and gaps do not give the file back")
	}
}

func checkGap(t *testing.T, gap []byte, line int) {
	t.Helper()
	for _, l := range bytes.Split(gap, []byte("\n")) {
		l = bytes.TrimFunc(bytes.TrimPrefix(l, []byte("\ufeff")), unicode.IsSpace)
		if len(l) > 0 && l[0] != '#' {
			t.Fatalf("before line %d: %q lies in no instruction", line, l)
		}
	}
}

// checkWords asserts that words are nested, ordered, apart, and say the truth
// about the bytes they cover.
func checkWords(t *testing.T, f *File, i *Instruction) {
	t.Helper()
	all := []Word{i.Name}
	for _, fl := range i.Flags {
		all = append(all, fl.Word)
	}
	all = append(all, i.Words...)
	at := i.Start
	for _, w := range all {
		if w.Start < at || w.End < w.Start || w.End > i.End {
			t.Fatalf("line %d: word %q [%d,%d) out of order or place", i.Line, w.Raw, w.Start, w.End)
		}
		at = w.End
		checkRaw(t, f, w)
	}
	for _, p := range i.Pairs {
		checkRaw(t, f, p.KeyWord)
		checkRaw(t, f, p.Arg)
		if p.KeyWord.Start < p.Word.Start || p.Arg.End > p.Word.End {
			t.Fatalf("line %d: pair %q is not inside its word", i.Line, p.Key)
		}
	}
	for _, h := range i.Heredocs {
		if h.Start < i.Args.End || h.End < h.Start || h.Terminator.Start < h.End || h.Terminator.End > i.End {
			t.Fatalf("line %d: heredoc %q [%d,%d) out of place", i.Line, h.Name, h.Start, h.End)
		}
	}
}

func checkRaw(t *testing.T, f *File, w Word) {
	t.Helper()
	got := string(f.Source[w.Start:w.End])
	if !w.Joined && got != w.Raw {
		t.Fatalf("line %d: word %q covers %q", w.Line, w.Raw, got)
	}
	if w.Joined && len(got) <= len(w.Raw) {
		t.Fatalf("line %d: joined word %q covers %q", w.Line, w.Raw, got)
	}
}

// checkCoverage asserts that every byte that means something belongs to a word.
// It finds comments and continuations on its own, from the physical lines.
func checkCoverage(t *testing.T, f *File, i *Instruction) {
	t.Helper()
	covered := map[int]bool{}
	mark := func(from, to int) {
		for ; from < to; from++ {
			covered[from] = true
		}
	}
	mark(i.Name.Start, i.Name.End)
	for _, fl := range i.Flags {
		mark(fl.Word.Start, fl.Word.End)
	}
	for _, w := range i.Words {
		mark(w.Start, w.End)
	}
	for _, h := range i.Heredocs {
		mark(h.Start, h.Terminator.End)
	}
	json := i.JSON || i.Trigger != nil && i.Trigger.JSON
	at := i.Start
	for n, line := range strings.SplitAfter(string(f.Source[i.Start:i.End]), "\n") {
		trimmed := strings.TrimLeftFunc(line, unicode.IsSpace)
		if n == 0 || !strings.HasPrefix(trimmed, "#") || covered[at+len(line)-len(trimmed)] && len(i.Heredocs) > 0 {
			for k := 0; k < len(line); k++ {
				c := line[k]
				switch {
				case covered[at+k], unicode.IsSpace(rune(c)), c >= 0x80: // Unicode spaces may be cut bytewise
				case c == f.Escape && strings.Trim(line[k+1:], " \t\r\n") == "":
				case json && strings.IndexByte("[],", c) >= 0:
				case c == '-' && (strings.HasPrefix(line[k:], "--") || k > 0 && line[k-1] == '-'):
				case c == '"' || c == '\'' || c == f.Escape: // of --"", which ends the flags too
				default:
					t.Fatalf("line %d: byte %q at %d belongs to no word in %q", i.Line, c, at+k, line)
				}
			}
		}
		at += len(line)
	}
}

// buildkitWords lists the arguments in the form in which BuildKit's tree holds
// them.
func buildkitWords(i *Instruction) []string {
	var out []string
	valid := func(w string) string { return string([]rune(w)) } // as a WriteRune loop leaves it
	switch {
	case i.Trigger != nil && !known(i.Trigger.Keyword):
		return []string{i.Trigger.Name.Raw, ""} // BuildKit looks at it when it is triggered
	case i.Trigger != nil:
		return append([]string{i.Trigger.Name.Raw}, buildkitWords(i.Trigger)...)
	case i.Keyword == "ENV" || i.Keyword == "LABEL":
		for _, p := range i.Pairs {
			if p.Legacy {
				out = append(out, p.KeyWord.Raw, p.Arg.Raw, "")
			} else {
				out = append(out, valid(p.KeyWord.Raw), valid(p.Arg.Raw), "=")
			}
		}
	case i.JSON && i.Keyword == "HEALTHCHECK":
		out = append(out, i.Words[0].Raw)
		for _, w := range i.Words[1:] {
			out = append(out, w.Value)
		}
	case i.JSON:
		for _, w := range i.Words {
			out = append(out, w.Value)
		}
	case i.Keyword == "HEALTHCHECK" && len(i.Words) > 0:
		out = append(out, i.Words[0].Raw)
		if text := i.shellText(); text != "" {
			out = append(out, text)
		}
	case i.Keyword == "RUN" || i.Keyword == "CMD" || i.Keyword == "ENTRYPOINT" || i.Keyword == "SHELL":
		if i.Args.Raw != "" {
			out = append(out, i.Args.Raw)
		}
	case i.Keyword == "ARG":
		for _, w := range i.Words {
			out = append(out, valid(w.Raw))
		}
	default:
		for _, w := range i.Words {
			out = append(out, w.Raw)
		}
	}
	return out
}

func known(keyword string) bool {
	_, ok := command.Commands[strings.ToLower(keyword)]
	return ok
}

func nodeWords(n *parser.Node) []string {
	var out []string
	for a := n.Next; a != nil; a = a.Next {
		if len(a.Children) > 0 {
			out = append(append(out, a.Children[0].Value), nodeWords(a.Children[0])...)
			continue
		}
		out = append(out, a.Value)
	}
	return out
}

func checkStages(t *testing.T, f *File, ast *parser.Result) {
	t.Helper()
	stages, meta, err := instructions.Parse(ast.AST, linter.New(&linter.Config{}))
	if err != nil {
		t.Fatalf("accepted, but BuildKit says: %v", err)
	}
	if len(stages) != len(f.Stages) || len(meta) != len(f.MetaArgs) {
		t.Fatalf("%d stages, %d global ARGs; BuildKit has %d, %d", len(f.Stages), len(f.MetaArgs), len(stages), len(meta))
	}
	for k, want := range stages {
		got := f.Stages[k]
		say := func(s *Stage) string {
			return fmt.Sprintf("%s %s %s %d", s.Base, strings.ToLower(s.Name), s.Platform, len(s.Instructions))
		}
		if w := fmt.Sprintf("%s %s %s %d", want.BaseName, want.Name, want.Platform, len(want.Commands)); say(got) != w {
			t.Fatalf("stage %d is %q, BuildKit has %q", k, say(got), w)
		}
	}
}
