package report_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
)

// TestGitTakesThePatch holds the patch to its purpose: git applies it, and the
// files become byte for byte what the plan says.
func TestGitTakesThePatch(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed, so nothing can judge the patch")
	}
	for _, c := range []struct {
		name    string
		changes []engine.Change
	}{
		{"plain", []engine.Change{{Path: "f", Before: []byte("a\nb\nc\n"), After: []byte("a\nB\nc\n")}}},
		{"CRLF", []engine.Change{{Path: "f", Before: []byte("a\r\nb\r\n"), After: []byte("a\r\nx\r\nb\r\n")}}},
		{"mixed line endings", []engine.Change{{Path: "f", Before: []byte("a\r\nb\nc\rd\n"), After: []byte("a\r\nb\nx\nc\rd\n")}}},
		{"no final newline", []engine.Change{{Path: "f", Before: []byte("a\nb"), After: []byte("a\nb\nc")}}},
		{"final newline comes", []engine.Change{{Path: "f", Before: []byte("a\nb"), After: []byte("a\nb\n")}}},
		{"final newline goes", []engine.Change{{Path: "f", Before: []byte("a\nb\n"), After: []byte("a\nb")}}},
		{"byte order mark", []engine.Change{{Path: "f", Before: []byte("\ufeffa\n"), After: []byte("\ufeffa\nb\n")}}},
		{"lines like a patch", []engine.Change{{Path: "f", Before: []byte("--- a\n+++ b\n@@ -1 +1 @@\n"), After: []byte("--- a\n-- \n@@ -1 +1 @@\n")}}},
		{"empty before", []engine.Change{{Path: "f", Before: []byte{}, After: []byte("a\n")}}},
		{"new file", []engine.Change{{Path: "new", After: []byte("a\nb\n")}}},
		{"new file in a new folder", []engine.Change{{Path: "x/y/new", After: []byte("a")}}},
		{"several", []engine.Change{
			{Path: "a/f", Before: []byte("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n"), After: []byte("0\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n")},
			{Path: "b/f", Before: []byte("x\n"), After: []byte("y\n")}, {Path: "c", After: []byte("n\n")}}},
		{"blanks in the name", []engine.Change{{Path: "my folder/my file.yaml", Before: []byte("a\n"), After: []byte("b\n")}}},
		{"a new name with blanks", []engine.Change{{Path: "my new file", After: []byte("b\n")}}},
		{"a tab and a quote in the name", []engine.Change{{Path: "a\tb\"c", Before: []byte("a\n"), After: []byte("b\n")}}},
		{"a backslash in the name", []engine.Change{{Path: `a\b`, Before: []byte("a\n"), After: []byte("b\n")}}},
		{"a newline in the name", []engine.Change{{Path: "a\nb", Before: []byte("a\n"), After: []byte("b\n")}}},
		{"an escape in the name", []engine.Change{{Path: "a\x1b[31mb", Before: []byte("a\n"), After: []byte("b\n")}}},
		{"other letters in the name", []engine.Change{{Path: "日本/é.yaml", Before: []byte("a\n"), After: []byte("é\n")}}},
		{"bytes that are no text", []engine.Change{{Path: "f", Before: []byte("a\xff\n"), After: []byte("a\xff\x01\n")}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, ch := range c.changes {
				if ch.Before == nil {
					continue
				}
				name := filepath.Join(dir, filepath.FromSlash(ch.Path))
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, ch.Before, 0o644); err != nil {
					t.Skipf("this file system has no such name: %v", err)
				}
			}
			var patch bytes.Buffer
			if err := (&report.Fix{Changes: c.changes}).Patch(&patch, report.Style{}); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"init", "-q"}, {"apply", "--check"}, {"apply", "--whitespace=nowarn"}} {
				cmd := exec.Command(git, args...)
				cmd.Dir, cmd.Stdin = dir, bytes.NewReader(patch.Bytes())
				cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("git %s: %v\n%s\n%s", strings.Join(args, " "), err, out, patch.String())
				}
			}
			for _, ch := range c.changes {
				got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(ch.Path)))
				if err != nil || !bytes.Equal(got, ch.After) {
					t.Errorf("%q became %q (%v), want %q", ch.Path, got, err, ch.After)
				}
			}
		})
	}
}

// TestPatchOnATerminal is for looking: nothing in it may be obeyed.
func TestPatchOnATerminal(t *testing.T) {
	f := &report.Fix{Changes: []engine.Change{{Path: "f", Before: []byte("a\r\n\tb\x1b]0;x\x07\n"), After: []byte("a\r\n\tb\u202e\n")}}}
	var b bytes.Buffer
	if err := f.Patch(&b, report.Style{Terminal: true}); err != nil {
		t.Fatal(err)
	}
	want := "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-    b^[]0;x^G\n+    bU+202E\n"
	if b.String() != want {
		t.Errorf("got %q\nwant %q", b.String(), want)
	}
}
