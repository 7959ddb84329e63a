package dockerfile

import (
	"bytes"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// FuzzParse: no input makes the room panic, and what it accepts keeps all
// promises; so do the readings and edits built on top.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"FROM alpine\nRUN a && b \\\n # c\n\n c\nCMD [\"x\"]\n",
		"# escape=`\r\nFROM a AS b\r\nFROM b\r\nRUN x `  \r\n y\r\n",
		"\ufeffARG A=1\nFROM ${A:-b} AS c\nENV A=$A$A B=\"x y\"\nUSER $B\nEXPOSE 80/tcp $A\n",
		"FROM a\nRUN <<-E cat\n\tx\n\tE\nCOPY --from=b <<X <<'Y' /z/\nX\nY\n",
		"FROM a\nONBUILD RUN <<E\nE\nHEALTHCHECK --interval=1s CMD [\"a\"]\nVOLUME [\"/a\", \"$b\"]\n",
		"FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nRUN for i in $(a); do ! b | c; done; { d & } || (e)\n",
		"FROM a\nLABEL a=b\\\n\\\n c='d\nLABEL x y\nMAINTAINER me\nSTOPSIGNAL 9\nWORKDIR \\\n",
		"FROM a\nRUN --mount=type=cache,target=/x --\"\" a\nRUN --security=insecure \xa0 \x85b\n",
		"FROM a\nENV A=$A$A\nENV A=${A//?/xx}\nENV A=${A#*x}${B?no}\n# check=skip=all\nUSER ${A+x}\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file, err := Parse(src)
		if err != nil {
			if _, ok := err.(*SyntaxError); !ok {
				t.Fatalf("%T is no SyntaxError", err)
			}
			if buildkitAccepts(src) && len(src) < maxBytes && bytes.Count(src, []byte("${")) < maxReferences && bytes.Count(src, []byte("FROM")) < maxStages {
				t.Fatalf("BuildKit accepts what was refused: %v", err)
			}
			return
		}
		checkInvariants(t, file)
		if d := Diff(file, file); len(d) > 0 {
			t.Fatalf("a file differs from itself: %v", d)
		}
		file.MaxExpandedSize()
		for k, i := range file.Instructions {
			checkEdits(t, file, k, i)
			if s, err := file.Script(i); err == nil {
				checkScript(t, file, s)
			}
		}
	})
}

func buildkitAccepts(src []byte) (ok bool) {
	defer func() { _ = recover() }()
	ast, err := parser.Parse(bytes.NewReader(src))
	if err != nil {
		return false
	}
	stages, _, err := instructions.Parse(ast.AST, linter.New(&linter.Config{}))
	return err == nil && len(stages) > 0
}

// checkEdits makes the edits that must work wherever they are not refused.
func checkEdits(t *testing.T, f *File, k int, i *Instruction) {
	t.Helper()
	if edits, err := f.InsertAfter(i, "ARG oakum"); err == nil {
		checkOneMore(t, f, mustParse(t, apply(t, f.Source, edits)), k+1)
	}
	if edits, err := f.InsertBefore(i, "ARG oakum"); err == nil {
		checkOneMore(t, f, mustParse(t, apply(t, f.Source, edits)), k)
	}
	if edits, err := f.Delete(i); err == nil {
		if after, err := Parse([]byte(apply(t, f.Source, edits))); err == nil {
			checkOneMore(t, after, f, k)
		}
	}
	if edits, err := f.AddFlag(i, "--oakum"); err == nil {
		// BuildKit refuses the flag, but must see it as one.
		if ast, err := parser.Parse(bytes.NewReader([]byte(apply(t, f.Source, edits)))); err == nil {
			if got := len(ast.AST.Children[k].Flags); got != len(i.Flags)+1 {
				t.Fatalf("line %d: %d flags became %d", i.Line, len(i.Flags), got)
			}
		}
	}
}

// FuzzWords: within one instruction, words are exactly BuildKit's.
func FuzzWords(f *testing.F) {
	for _, s := range []string{
		`ENV a=b c="d e" f='g\' h\ i=j`, `ENV a b "c" `, `LABEL "a b"=c d=`, `ARG a b=c "d"=e`,
		`COPY --from=a --chown="b c" d e`, `COPY ["a", "b"]`, `RUN --mount=type=bind -- a`, `CMD [ "a\"b" , "\u0041" ]`,
		`HEALTHCHECK --retries=3 CMD a b`, `ONBUILD ENV a=b`, `EXPOSE 1  2/udp`, "VOLUME /a\v/b", "ENV a=\u00a0b", `SHELL ["a","-c"]`,
	} {
		f.Add(s, byte('\\'))
		f.Add(s, byte('`'))
	}
	f.Fuzz(func(t *testing.T, line string, escape byte) {
		head := "FROM a\n"
		if escape == '`' {
			head = "# escape=`\n" + head
		}
		file, err := Parse([]byte(head + line))
		if err != nil {
			return
		}
		checkInvariants(t, file)
	})
}
