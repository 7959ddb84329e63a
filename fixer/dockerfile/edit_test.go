package dockerfile

import (
	"errors"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

// The edit tests name the instruction by its place, make one edit and compare
// the whole file: what is not said to change must not change.
func TestEdits(t *testing.T) {
	type edit = func(f *File, i *Instruction) ([]text.Edit, error)
	after := func(lines ...string) edit {
		return func(f *File, i *Instruction) ([]text.Edit, error) { return f.InsertAfter(i, lines...) }
	}
	before := func(lines ...string) edit {
		return func(f *File, i *Instruction) ([]text.Edit, error) { return f.InsertBefore(i, lines...) }
	}
	word := func(k int, raw string) edit {
		return func(f *File, i *Instruction) ([]text.Edit, error) { return f.ReplaceWord(i, i.Words[k], raw) }
	}
	del := func(f *File, i *Instruction) ([]text.Edit, error) { return f.Delete(i) }
	delWord := func(k int) edit {
		return func(f *File, i *Instruction) ([]text.Edit, error) { return f.DeleteWord(i, i.Words[k]) }
	}
	delPair := func(k int) edit {
		return func(f *File, i *Instruction) ([]text.Edit, error) { return f.DeletePair(i, i.Pairs[k]) }
	}
	keyword := func(k string) edit {
		return func(f *File, i *Instruction) ([]text.Edit, error) { return f.ReplaceKeyword(i, k) }
	}
	flag := func(s string) edit {
		return func(f *File, i *Instruction) ([]text.Edit, error) { return f.AddFlag(i, s) }
	}
	args := func(s string) edit {
		return func(f *File, i *Instruction) ([]text.Edit, error) { return f.ReplaceArgs(i, s) }
	}
	add := func(s string) edit {
		return func(f *File, i *Instruction) ([]text.Edit, error) { return f.AppendWord(i, s) }
	}
	for _, tt := range []struct {
		name, src string
		at        int
		edit      edit
		want      string
	}{
		{"after", "FROM a\nRUN b\n", 0, after("USER 1"), "FROM a\nUSER 1\nRUN b\n"},
		{"after the last", "FROM a\nRUN b\n", 1, after("USER 1", "CMD x"), "FROM a\nRUN b\nUSER 1\nCMD x\n"},
		{"after without final newline", "FROM a\nRUN b", 1, after("USER 1"), "FROM a\nRUN b\nUSER 1"},
		{"after in crlf", "FROM a\r\nRUN b\r\n", 0, after("USER 1", "CMD x"), "FROM a\r\nUSER 1\r\nCMD x\r\nRUN b\r\n"},
		{"after in crlf without final newline", "FROM a\r\nRUN b", 1, after("USER 1"), "FROM a\r\nRUN b\r\nUSER 1"},
		{"after in a mixed file", "FROM a\r\nRUN b\nRUN c\r\n", 1, after("USER 1"), "FROM a\r\nRUN b\nUSER 1\nRUN c\r\n"},
		{"after a continuation with comments", "FROM a\nRUN b \\\n# c\n d\nCMD e\n", 1, after("USER 1"), "FROM a\nRUN b \\\n# c\n d\nUSER 1\nCMD e\n"},
		{"after a heredoc", "FROM a\nRUN <<E\nx\nE\nCMD y\n", 1, after("USER 1"), "FROM a\nRUN <<E\nx\nE\nUSER 1\nCMD y\n"},
		{"after a heredoc at the end", "FROM a\nRUN <<E\nx\nE", 1, after("USER 1"), "FROM a\nRUN <<E\nx\nE\nUSER 1"},
		{"after with a comment below", "FROM a\n# c\nRUN b\n", 0, after("USER 1"), "FROM a\nUSER 1\n# c\nRUN b\n"},
		{"after a lone carriage return", "FROM a\r", 0, after("USER 1"), "FROM a\r\nUSER 1"},
		{"before", "FROM a\nRUN b\n", 1, before("USER 1"), "FROM a\nUSER 1\nRUN b\n"},
		{"before keeps comments with their instruction", "FROM a\n\n# c\n# d\nRUN b\n", 1, before("USER 1"), "FROM a\n\nUSER 1\n# c\n# d\nRUN b\n"},
		{"before the first, under its header", "# licence\nFROM a\n", 0, before("ARG x"), "# licence\nARG x\nFROM a\n"},
		{"before the first, under directives", "# syntax=x\n# c\nFROM a\n", 0, before("ARG x"), "# syntax=x\n# c\nARG x\nFROM a\n"},
		{"before the first, behind a bom", "\ufeffFROM a\n", 0, before("ARG x"), "\ufeffARG x\nFROM a\n"},
		{"before the last without newline", "FROM a\nRUN b", 1, before("USER 1"), "FROM a\nUSER 1\nRUN b"},
		{"word", "FROM a:1 AS x\n", 0, word(0, "a:1@sha256:0"), "FROM a:1@sha256:0 AS x\n"},
		{"word behind a flag", "FROM --platform=x \\\n a AS y\n", 0, word(0, "b"), "FROM --platform=x \\\n b AS y\n"},
		{"word over lines", "FROM a\nENV A=b\\\nc D=e\n", 1, word(0, "A=x"), "FROM a\nENV A=x D=e\n"},
		{"json word", "FROM a\nCMD [\"a\", \"b\"]\n", 1, word(1, Quote("<\"\\>")), "FROM a\nCMD [\"a\", \"<\\\"\\\\>\"]\n"},
		{"keyword", "FROM a\nADD  b c\n", 1, keyword("COPY"), "FROM a\nCOPY  b c\n"},
		{"keyword in lower case", "from a\nadd b c\n", 1, keyword("COPY"), "from a\ncopy b c\n"},
		{"flag", "FROM a\nCOPY --from=x \\\n b c\n", 1, flag("--chown=1"), "FROM a\nCOPY --chown=1 --from=x \\\n b c\n"},
		{"flag before an unclosed quote", "FROM a\nRUN --mount=\"type=tmpfs,target=/x", 1, flag("--network=none"), "FROM a\nRUN --network=none --mount=\"type=tmpfs,target=/x"},
		{"arguments", "FROM a\nCMD  a  b \nUSER c\n", 1, args(`["a", "b"]`), "FROM a\nCMD  [\"a\", \"b\"] \nUSER c\n"},
		{"append", "FROM a\nEXPOSE 80 \\\n 81 \nUSER b\n", 1, add("82"), "FROM a\nEXPOSE 80 \\\n 81 82 \nUSER b\n"},
		{"append a pair", "FROM a\nLABEL a=\"b c\"", 1, add("d='e f'"), "FROM a\nLABEL a=\"b c\" d='e f'"},
		{"delete", "FROM a\n# c\nUSER b\nRUN d\n", 1, del, "FROM a\n# c\nRUN d\n"},
		{"delete the last", "FROM a\nUSER b", 1, del, "FROM a"},
		{"delete the last in crlf", "FROM a\r\nUSER b", 1, del, "FROM a\r\n"[:6]},
		{"delete over lines", "FROM a\nRUN b \\\n# c\n d\nUSER e\n", 1, del, "FROM a\n# c\nUSER e\n"},
		{"delete the first behind a bom", "\ufeffARG a\nFROM b\n", 0, del, "\ufeffFROM b\n"},
		{"delete word", "FROM a\nEXPOSE 22  80\n", 1, delWord(1), "FROM a\nEXPOSE 22\n"},
		{"delete first word", "FROM a\nEXPOSE 22  80\n", 1, delWord(0), "FROM a\nEXPOSE  80\n"},
		{"delete word with its line", "FROM a\nRUN b \\\n  c \\\n  d\n", 1, delWord(1), "FROM a\nRUN b \\\n  d\n"},
		{"delete word with its line under a comment", "FROM a\nRUN b \\\n  # x\n  c \\\n  d\n", 1, delWord(1), "FROM a\nRUN b \\\n  # x\n  d\n"},
		{"delete the last word with its line", "FROM a\nRUN b \\\n  c \\\n  d\nCMD e\n", 1, delWord(2), "FROM a\nRUN b \\\n  c\nCMD e\n"},
		{"delete the last word under a comment", "FROM a\nRUN b \\\n  # c\n  d e\n", 1, delWord(1), "FROM a\nRUN b \\\n  # c\n  e\n"},
		{"delete a pair", "FROM a\nENV A=1 \\\r\n    B=2 \\\r\n    C=3\r\n", 1, delPair(1), "FROM a\nENV A=1 \\\r\n    C=3\r\n"},
		{"delete the only pair", "FROM a\nENV A 1\nCMD x\n", 1, delPair(0), "FROM a\nCMD x\n"},
		{"delete with backticks", "# escape=`\nFROM a\nRUN b `\n  c `\n  d\n", 1, delWord(1), "# escape=`\nFROM a\nRUN b `\n  d\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := mustParse(t, tt.src)
			edits, err := tt.edit(f, f.Instructions[tt.at])
			if err != nil {
				t.Fatal(err)
			}
			got := apply(t, f.Source, edits)
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			mustParse(t, got)
		})
	}
}

func TestEditRefusals(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		at        int
		edit      func(f *File, i *Instruction) ([]text.Edit, error)
		want      RefusalCode
	}{
		{"after a dangling continuation", "FROM a\nRUN b \\\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.InsertAfter(i, "USER 1") }, RefusedDangling},
		{"after a dangling comment", "FROM a\nRUN b \\\n# c", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.InsertAfter(i, "USER 1") }, RefusedDangling},
		{"windows by image", "FROM mcr.microsoft.com/windows/nanoserver:1809 AS w\nFROM w\nRUN b\n", 2, func(f *File, i *Instruction) ([]text.Edit, error) { return f.InsertAfter(i, "USER 1") }, RefusedWindows},
		{"windows by shell", "FROM x\nSHELL [\"powershell\", \"-Command\"]\n", 0, func(f *File, i *Instruction) ([]text.Edit, error) { return f.Delete(i) }, RefusedWindows},
		{"windows by platform", "FROM --platform=windows/amd64 x\nUSER y\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.ReplaceWord(i, i.Words[0], "z") }, RefusedWindows},
		{"windows by path", "FROM x\nWORKDIR C:\\app\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.ReplaceWord(i, i.Words[0], "z") }, RefusedWindows},
		{"onbuild word", "FROM a\nONBUILD USER b\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.ReplaceWord(i, i.Words[1], "z") }, RefusedOnbuild},
		{"onbuild trigger", "FROM a\nONBUILD USER b\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.InsertAfter(i.Trigger, "CMD x") }, RefusedOnbuild},
		{"heredoc body", "FROM a\nRUN <<E\nx\nE\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) {
			return f.ReplaceWord(i, Word{Start: i.Heredocs[0].Start, End: i.Heredocs[0].End}, "z")
		}, RefusedHeredoc},
		{"heredoc word", "FROM a\nCOPY <<E /x\nE\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.ReplaceWord(i, i.Words[0], "z") }, RefusedHeredoc},
		{"heredoc arguments", "FROM a\nRUN <<E\nE\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.ReplaceArgs(i, "z") }, RefusedHeredoc},
		{"comment inside", "FROM a\nRUN b \\\n# c\n d\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.ReplaceArgs(i, "z") }, RefusedComment},
		{"line ending in a line", "FROM a\n", 0, func(f *File, i *Instruction) ([]text.Edit, error) { return f.InsertAfter(i, "USER\n1") }, RefusedText},
		{"continued insertion", "FROM a\n", 0, func(f *File, i *Instruction) ([]text.Edit, error) { return f.InsertAfter(i, "USER 1 \\") }, RefusedText},
		{"no insertion", "FROM a\n", 0, func(f *File, i *Instruction) ([]text.Edit, error) { return f.InsertAfter(i) }, RefusedText},
		{"empty word", "FROM a\n", 0, func(f *File, i *Instruction) ([]text.Edit, error) { return f.ReplaceWord(i, i.Words[0], "") }, RefusedText},
		{"foreign word", "FROM a\nUSER b\n", 0, func(f *File, i *Instruction) ([]text.Edit, error) {
			return f.ReplaceWord(i, f.Instructions[1].Words[0], "x")
		}, RefusedText},
		{"exec form word", "FROM a\nCMD [\"a\", \"b\"]\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.DeleteWord(i, i.Words[0]) }, RefusedJSON},
		{"append to the old form", "FROM a\nENV A b\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.AppendWord(i, "C=d") }, RefusedText},
		{"append behind an unclosed quote", "FROM a\nENV A='b\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.AppendWord(i, "C=d") }, RefusedText},
		{"append two words", "FROM a\nEXPOSE 1\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.AppendWord(i, "2 3") }, RefusedText},
		{"append to shell text", "FROM a\nRUN b\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.AppendWord(i, "c") }, RefusedKeyword},
		{"keyword", "FROM a\nUSER b\n", 1, func(f *File, i *Instruction) ([]text.Edit, error) { return f.DeleteWord(i, i.Name) }, RefusedKeyword},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := mustParse(t, tt.src)
			edits, err := tt.edit(f, f.Instructions[tt.at])
			var refused *Refusal
			if !errors.As(err, &refused) || refused.Code != tt.want {
				t.Fatalf("got %v, %v; want a refusal %q", edits, err, tt.want)
			}
			if refused.Line == 0 && tt.name != "heredoc body" || len(refused.Reason) < 20 || strings.HasSuffix(refused.Reason, ".") {
				t.Errorf("%q on line %d is no sentence for a person", refused.Reason, refused.Line)
			}
		})
	}
}

func TestQuote(t *testing.T) {
	for value, want := range map[string]string{
		"a b":        `"a b"`,
		"<&>":        `"<&>"`,
		`\u003c`:     `"\\u003c"`,
		"\"\\\n\x01": `"\"\\\n\u0001"`,
		"é":          `"é"`,
	} {
		if got := Quote(value); got != want {
			t.Errorf("Quote(%q) = %s, want %s", value, got, want)
		}
	}
}
