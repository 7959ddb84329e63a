package dockerfile

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/text"
)

// corpusFiles returns every Dockerfile of the shared corpus of real
// repositories by name, and skips the test where it is not there.
func corpusFiles(t testing.TB) map[string][]byte {
	t.Helper()
	root := corpustest.Root(t)
	out := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !isDockerfile(d.Name()) {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		out[name] = src
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 100 {
		t.Fatalf("the corpus has only %d Dockerfiles: the test would see too little", len(out))
	}
	return out
}

// corpus calls f with every Dockerfile of the corpus.
func corpus(t *testing.T, f func(t *testing.T, src []byte)) {
	t.Helper()
	files := corpusFiles(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		t.Run(name, func(t *testing.T) { f(t, files[name]) })
	}
}

func isDockerfile(name string) bool {
	return name == "Dockerfile" || strings.HasPrefix(name, "Dockerfile.") ||
		strings.HasSuffix(name, ".Dockerfile") || strings.HasPrefix(name, "Containerfile")
}

func TestCorpusInvariants(t *testing.T) {
	corpus(t, func(t *testing.T, src []byte) {
		f, err := Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		checkInvariants(t, f)
	})
}

// The three line endings and a BOM change nothing but places.
func TestCorpusLineEndings(t *testing.T) {
	corpus(t, func(t *testing.T, src []byte) {
		want := mustParse(t, string(src))
		unix := strings.ReplaceAll(string(src), "\r\n", "\n")
		for _, variant := range []string{
			strings.ReplaceAll(unix, "\n", "\r\n"), "\ufeff" + unix, strings.TrimRight(unix, "\n"),
		} {
			got := mustParse(t, variant)
			checkInvariants(t, got)
			if d := Diff(want, got); len(d) > 0 {
				t.Errorf("the contract differs: %v", d)
			}
		}
	})
}

func TestCorpusInsertAfter(t *testing.T) {
	corpus(t, func(t *testing.T, src []byte) {
		f := mustParse(t, string(src))
		last := f.Final().Last()
		edits, err := f.InsertAfter(last, "USER 65532:65532")
		var refused *Refusal
		if errors.As(err, &refused) {
			if !last.Dangling && !f.Final().Windows {
				t.Errorf("refused without cause: %v", refused)
			}
			return
		}
		got := mustParse(t, apply(t, src, edits))
		if strings.HasSuffix(string(src), "\n") != strings.HasSuffix(string(got.Source), "\n") {
			t.Error("the final newline changed")
		}
		checkOneMore(t, f, got, len(f.Instructions))
		if user := got.Final().User(); user.Text != "65532:65532" || !user.Known {
			t.Errorf("USER is %+v", user)
		}
	})
}

func TestCorpusInsertBefore(t *testing.T) {
	corpus(t, func(t *testing.T, src []byte) {
		f := mustParse(t, string(src))
		for _, k := range some(len(f.Instructions)) {
			i := f.Instructions[k]
			if i.Stage == nil || i.Stage.Windows || i.Keyword == "FROM" {
				continue
			}
			edits, err := f.InsertBefore(i, "LABEL a=b")
			if err != nil {
				t.Fatal(err)
			}
			checkOneMore(t, f, mustParse(t, apply(t, src, edits)), k)
		}
	})
}

// Every deletion takes one instruction away and leaves the others as they are.
func TestCorpusDelete(t *testing.T) {
	corpus(t, func(t *testing.T, src []byte) {
		f := mustParse(t, string(src))
		for _, k := range some(len(f.Instructions)) {
			i := f.Instructions[k]
			if i.Keyword == "FROM" || i.Stage == nil {
				continue
			}
			edits, err := f.Delete(i)
			if err != nil {
				continue
			}
			got, err := Parse([]byte(apply(t, src, edits)))
			if err != nil {
				t.Fatalf("line %d: %v", i.Line, err)
			}
			checkOneMore(t, got, f, k)
		}
	})
}

// Deleting a word of shell text leaves the same commands with one word less.
func TestCorpusDeleteShellWord(t *testing.T) {
	corpus(t, func(t *testing.T, src []byte) {
		f := mustParse(t, string(src))
		for k, i := range f.Instructions {
			s, err := f.Script(i)
			if err != nil {
				continue
			}
			checkScript(t, f, s)
			for _, c := range some(len(s.Commands)) {
				cmd := s.Commands[c]
				if len(cmd.Words) < 3 || cmd.Place&InSubstitution != 0 {
					continue
				}
				w := len(cmd.Words) - 1
				edits, err := s.DeleteWord(cmd, w)
				if err != nil {
					continue
				}
				after := mustParse(t, apply(t, src, edits))
				got, err := after.Script(after.Instructions[k])
				if err != nil {
					t.Fatalf("line %d: after deleting %q: %v", cmd.Line, cmd.Words[w].Raw, err)
				}
				want := slices.Delete(raws(cmd.Words), w, w+1)
				if c >= len(got.Commands) || !slices.Equal(raws(got.Commands[c].Words), want) {
					t.Fatalf("line %d: after deleting %q the script is %q", cmd.Line, cmd.Words[w].Raw, got.Text)
				}
			}
		}
	})
}

// Appending to a command leaves all commands and adds one after it.
func TestCorpusAppend(t *testing.T) {
	corpus(t, func(t *testing.T, src []byte) {
		f := mustParse(t, string(src))
		for k, i := range f.Instructions {
			s, err := f.Script(i)
			if err != nil {
				continue
			}
			for _, c := range some(len(s.Commands)) {
				cmd := s.Commands[c]
				edits, err := s.Append(cmd, "true --marker")
				if err != nil {
					continue
				}
				after := mustParse(t, apply(t, src, edits))
				got, err := after.Script(after.Instructions[k])
				if err != nil {
					t.Fatalf("line %d: after appending to %q: %v", cmd.Line, cmd.Name, err)
				}
				at := slices.IndexFunc(got.Commands, func(c Command) bool { return c.Name == "true" && len(c.Words) == 2 && c.Words[1].Raw == "--marker" })
				if at < 0 || len(got.Commands) != len(s.Commands)+1 {
					t.Fatalf("line %d: after appending to %q the script is %q", cmd.Line, cmd.Name, got.Text)
				}
				if c := got.Commands[at]; c.Place != cmd.Place || c.Last != cmd.Last {
					t.Fatalf("line %d: appended to %q as %+v", cmd.Line, cmd.Name, c)
				}
			}
		}
	})
}

// some returns the first, a middle and the last index of n, which is enough of
// each of 500 files.
func some(n int) []int {
	if n == 0 {
		return nil
	}
	return slices.Compact([]int{0, n / 2, n - 1})
}

// checkOneMore asserts that the files agree but for one more instruction at
// place k of after.
func checkOneMore(t *testing.T, before, after *File, k int) {
	t.Helper()
	texts := func(f *File) []string {
		var out []string
		for _, i := range f.Instructions {
			// A carriage return at the very end of a file becomes part of a line
			// ending when a line follows.
			out = append(out, strings.TrimRight(string(f.Source[i.Start:i.End]), "\r"))
		}
		return out
	}
	got := texts(after)
	if len(got) != len(before.Instructions)+1 {
		t.Fatalf("%d instructions became %d", len(before.Instructions), len(got))
	}
	if want := texts(before); !slices.Equal(slices.Delete(got, k, k+1), want) {
		t.Fatalf("other instructions changed: %q, were %q", got, want)
	}
}

func checkScript(t *testing.T, f *File, s *Script) {
	t.Helper()
	for _, c := range s.Commands {
		if c.Start < s.Instruction.Args.Start || c.End > s.Instruction.Args.End || c.End < c.Start {
			t.Fatalf("line %d: command [%d,%d) is not in its instruction", c.Line, c.Start, c.End)
		}
		at := c.Start
		for _, w := range c.Words {
			if w.Start < at || w.End > c.End {
				t.Fatalf("line %d: word %q is not in its command", c.Line, w.Raw)
			}
			at = w.End
			checkRaw(t, f, w)
		}
	}
}

func raws(words []Word) []string {
	var out []string
	for _, w := range words {
		out = append(out, w.Raw)
	}
	return out
}

func mustParse(t *testing.T, src string) *File {
	t.Helper()
	f, err := Parse([]byte(src))
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return f
}

func apply(t *testing.T, src []byte, edits []text.Edit) string {
	t.Helper()
	out, err := text.Apply(src, edits)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
