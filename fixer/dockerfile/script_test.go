package dockerfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/timetest"
)

// script parses a file whose last instruction holds shell text.
func script(t *testing.T, src string) (*File, *Script) {
	t.Helper()
	f := mustParse(t, src)
	s, err := f.Script(f.Final().Last())
	if err != nil {
		t.Fatal(err)
	}
	checkScript(t, f, s)
	return f, s
}

func dumpScript(f *File, s *Script) string {
	var out []string
	for _, c := range s.Commands {
		var b strings.Builder
		fmt.Fprintf(&b, "%d", c.Chain)
		if c.Last {
			b.WriteByte('!')
		}
		if c.Place != 0 {
			fmt.Fprintf(&b, "(%s)", c.Place)
		}
		for _, w := range c.Assigns {
			fmt.Fprintf(&b, " {%s}", w.Raw)
		}
		for _, w := range c.Words {
			fmt.Fprintf(&b, " %s", w.Value)
			if w.Dynamic {
				b.WriteByte('~')
			}
		}
		out = append(out, b.String())
	}
	return strings.Join(out, "; ")
}

func TestScript(t *testing.T) {
	for _, tt := range []struct{ name, run, want string }{
		{"one", "RUN a b", "1! a b"},
		{"chain", "RUN a && b c && d", "1 a; 1 b c; 1! d"},
		{"lists", "RUN a; b && c; d", "1! a; 2 b; 2! c; 3! d"},
		{"continued with comments", "RUN a \\\n  # it's a comment; && x\n\n  b && \\\n  c", "1 a b; 1! c"},
		{"shell comment swallows the lines", "RUN a # b \\\n  && c", "1! a"},
		{"word over lines", "RUN ab\\\ncd e", "1! abcd e"},
		{"values", `RUN 'a b' "c\"d" e\ f $g "${h}" i* ~j {k,l} m$'n'`, "1! a b c\"d e f $g~ \"${h}\"~ i*~ ~j~ {k,l}~ m$'n'~"},
		{"assignments", "RUN A=1 B=\"$x\" c d=e", "1! {A=1} {B=\"$x\"} c d=e"},
		{"redirections are inside", "RUN a >b 2>&1 c", "1! a c"},
		{"or", "RUN a && b || c", "2(an or-list) a; 2!(an or-list) b; 3!(an or-list) c"},
		{"pipe in a chain", "RUN a && b | c && d", "1 a; 2!(a pipe) b; 3!(a pipe) c; 1! d"},
		{"negation and background", "RUN ! a; b &", "1!(a negation) a; 2!(the background) b"},
		{"compound", "RUN if a; then b; elif c; then d; else e; fi; (f); { g; }",
			"2!(a condition) a; 3!(a branch) b; 4!(a condition) c; 5!(a branch) d; 6!(a branch) e; 8!(a subshell) f; 10!(a block) g"},
		{"loops", "RUN for x in $(a); do b; done; while c; do d; done; case $(e) in f) g;; esac",
			"2!(a substitution) a; 3!(a loop) b; 5!(a condition and a loop) c; 6!(a loop) d; 8!(a substitution) e; 9!(a branch) g"},
		{"functions and substitutions", "RUN f() { a; }; b \"$(c | d)\" `e`",
			"3!(a block and a function) a; 4! b \"$(c | d)\"~ `e`~; 6!(a pipe and a substitution) c; 7!(a pipe and a substitution) d; 8!(a substitution) e"},
		{"declarations", "RUN export A=1 && b", "1 export A=1; 1! b"},
		{"bash tests", "RUN [[ -f a ]] && b", "1! b"},
		{"cmd", "CMD exec a", "1! exec a"},
		{"healthcheck", "HEALTHCHECK --interval=1s CMD a || exit 1", "2!(an or-list) a; 3!(an or-list) exit 1"},
		{"bash by SHELL", "SHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN a", "1! a"},
		{"flags are no words", "RUN --mount=type=cache,target=/x a", "1! a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, eol := range []string{"\n", "\r\n"} {
				f, s := script(t, strings.ReplaceAll("FROM x\n"+tt.run+"\n", "\n", eol))
				if got := dumpScript(f, s); got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			}
		})
	}
}

func TestScriptRefusals(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		want      RefusalCode
	}{
		{"exec form", "FROM a\nRUN [\"b\"]\n", RefusedJSON},
		{"heredoc", "FROM a\nRUN <<E\nb\nE\n", RefusedHeredoc},
		{"pwsh", "FROM a\nSHELL [\"pwsh\", \"-c\"]\nRUN b\n", RefusedShell},
		{"shell without -c", "FROM a\nSHELL [\"/bin/sh\"]\nRUN b\n", RefusedShell},
		{"shell of the parent", "FROM a AS p\nSHELL [\"python\", \"-c\"]\nFROM p\nRUN b\n", RefusedShell},
		{"windows", "FROM a/windows:1\nRUN b\n", RefusedWindows},
		{"syntax", "FROM a\nRUN if b\n", RefusedSyntax},
		{"nul", "FROM a\nRUN b\x00c\n", RefusedSyntax},
		{"healthcheck none", "FROM a\nHEALTHCHECK NONE\n", RefusedKeyword},
		{"no shell text", "FROM a\nUSER b\n", RefusedKeyword},
		{"onbuild", "FROM a\nONBUILD RUN b\n", RefusedKeyword},
		{"brackets", "FROM a\nRUN " + strings.Repeat("(", 501) + "\n", RefusedSize},
		{"size", "FROM a\nRUN " + strings.Repeat("bbbbbbb \\\n", 9000) + " c\n", RefusedSize},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := mustParse(t, tt.src)
			_, err := f.Script(f.Final().Last())
			var refused *Refusal
			if !errors.As(err, &refused) || refused.Code != tt.want {
				t.Fatalf("got %v, want a refusal %q", err, tt.want)
			}
		})
	}
	f := mustParse(t, "FROM a\nONBUILD RUN b\n")
	_, err := f.Script(f.Instructions[1].Trigger)
	var refused *Refusal
	if !errors.As(err, &refused) || refused.Code != RefusedOnbuild {
		t.Errorf("a trigger: got %v, want a refusal", err)
	}
}

func TestScriptEdits(t *testing.T) {
	app := func(name string) func(*Script) ([]text.Edit, error) {
		return func(s *Script) ([]text.Edit, error) { return s.Append(named(s, name), "rm -rf x") }
	}
	for _, tt := range []struct {
		name, run string
		edit      func(*Script) ([]text.Edit, error)
		want      string
	}{
		{"append", "RUN a && b c\n", app("b"), "RUN a && b c && rm -rf x\n"},
		{"append in between", "RUN a && b\n", app("a"), "RUN a && rm -rf x && b\n"},
		{"append before a shell comment", "RUN a # c\n", app("a"), "RUN a && rm -rf x # c\n"},
		{"append before a semicolon", "RUN a; b\n", app("a"), "RUN a && rm -rf x; b\n"},
		{"append behind a redirection", "RUN a >b\n", app("a"), "RUN a >b && rm -rf x\n"},
		{"append in a subshell", "RUN (a)\n", app("a"), "RUN (a && rm -rf x)\n"},
		{"append in the style of the chain", "RUN a \\\n && b \\\n    c\nUSER d\n", app("b"), "RUN a \\\n && b \\\n    c \\\n && rm -rf x\nUSER d\n"},
		{"append in the other style", "RUN a && \\\r\n\tb\r\n", app("b"), "RUN a && \\\r\n\tb && \\\r\n\trm -rf x\r\n"},
		{"append to the first in style", "RUN a \\\n && b\n", app("a"), "RUN a \\\n && rm -rf x \\\n && b\n"},
		{"append over a comment line", "RUN a && \\\n # c\n b\n", app("b"), "RUN a && \\\n # c\n b && rm -rf x\n"},
		{"append over a blank line", "RUN a && \\\n\n b\n", app("b"), "RUN a && \\\n\n b && rm -rf x\n"},
		{"append without final newline", "RUN a", app("a"), "RUN a && rm -rf x"},
		{"insert word", "RUN apt-get install \\\n  b\n", func(s *Script) ([]text.Edit, error) { return s.InsertWord(s.Commands[0], 1, "-y") }, "RUN apt-get install -y \\\n  b\n"},
		{"replace word", "RUN curl -k \"$x\"\n", func(s *Script) ([]text.Edit, error) { return s.ReplaceWord(s.Commands[0], 1, "-f") }, "RUN curl -f \"$x\"\n"},
		{"delete word", "RUN curl -k \\\n x\n", func(s *Script) ([]text.Edit, error) { return s.DeleteWord(s.Commands[0], 1) }, "RUN curl \\\n x\n"},
		{"delete word with its line", "RUN a \\\n  b \\\n  # c\n  d\n", func(s *Script) ([]text.Edit, error) { return s.DeleteWord(s.Commands[0], 1) }, "RUN a \\\n  # c\n  d\n"},
		{"delete last word before an operator", "RUN a b&& c\n", func(s *Script) ([]text.Edit, error) { return s.DeleteWord(s.Commands[0], 1) }, "RUN a&& c\n"},
		{"delete the name", "RUN sudo  apt-get install b\n", func(s *Script) ([]text.Edit, error) { return s.DeleteWord(s.Commands[0], 0) }, "RUN apt-get install b\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, s := script(t, "FROM x\n"+strings.TrimSuffix(tt.run, "USER d\n"))
			tail := strings.TrimPrefix(tt.run, strings.TrimSuffix(tt.run, "USER d\n"))
			edits, err := tt.edit(s)
			if err != nil {
				t.Fatal(err)
			}
			if got := apply(t, f.Source, edits) + tail; got != "FROM x\n"+tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestScriptEditRefusals(t *testing.T) {
	for _, run := range []string{
		"a | b", "b | a", "a || b", "b || a", "! a", "a &", "if a; then b; fi", "while b; do a; done",
		"f() { a; }", "b $(a)", "x && a || b",
	} {
		_, s := script(t, "FROM x\nRUN "+run+"\n")
		if edits, err := s.Append(named(s, "a"), "c"); err == nil {
			t.Errorf("%s: appended %v", run, edits)
		}
	}
	_, s := script(t, "FROM x\nRUN a \\\n b && c\n")
	for _, text := range []string{"", " ", "x # y", "x\ny"} {
		if _, err := s.Append(s.Commands[0], text); err == nil {
			t.Errorf("appended %q", text)
		}
	}
	if _, err := s.DeleteWord(s.Commands[0], 0); err == nil {
		t.Error("deleted a name whose argument is on another line")
	}
	if _, err := s.DeleteWord(s.Commands[1], 0); err == nil {
		t.Error("deleted the only word")
	}
	if _, err := s.ReplaceWord(s.Commands[0], 7, "x"); err == nil {
		t.Error("replaced a word that is not there")
	}
}

// Hostile nesting must end, in whatever way, and soon.
func TestScriptNesting(t *testing.T) {
	for _, unit := range []string{
		"(", "$(", "$((", "((", "{ ", "\"$(", "`", "if ", "! ", "${a:-", "[[ ( ", "case x in x) ", "f() ", "<(", "a[", "$[",
		"a && ", "a | ", "a=(", "((1?", "f(){ ", "while ", "time ", "coproc ",
	} {
		lines := maxScript / 2 / (300 * len(unit))
		src := "FROM x\nRUN " + strings.Repeat(strings.Repeat(unit, 300)+"\\\n", lines) + "a\n"
		t.Run(unit, func(t *testing.T) {
			timetest.Within(t, 5*time.Second, func() {
				if f, err := Parse([]byte(src)); err == nil {
					if s, err := f.Script(f.Final().Last()); err == nil {
						checkScript(t, f, s)
					}
				}
			})
		})
	}
}

func named(s *Script, name string) Command {
	for _, c := range s.Commands {
		if c.Name == name {
			return c
		}
	}
	return Command{}
}
