package widget

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/tui/theme"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func plainTheme(ascii bool) theme.Theme { return theme.Pick("none", true, false, ascii) }

// golden compares a frame with a file of testdata. Lines stand between bars so
// that their ends can be seen, and escape characters are written as \e.
func golden(t *testing.T, name string, lines []string) {
	t.Helper()
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "|%s|\n", strings.ReplaceAll(l, "\x1b", `\e`))
	}
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update to write it)", err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("%s differs:\ngot\n%s\nwant\n%s", path, got, want)
	}
}

// frame checks what holds for every frame of every widget.
func frame(t *testing.T, what string, lines []string, width, height int) {
	t.Helper()
	if len(lines) != height {
		t.Fatalf("%s: %d lines, want %d", what, len(lines), height)
	}
	for i, l := range lines {
		if w := Width(l); w != width {
			t.Fatalf("%s: line %d is %d wide, want %d: %q", what, i, w, width, l)
		}
		for p := (pieces{rest: l}); p.next(); {
			if !p.style && strings.ContainsFunc(p.text, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }) {
				t.Fatalf("%s: line %d holds a control character: %q", what, i, l)
			}
		}
		if open := strings.LastIndex(l, "\x1b["); open >= 0 && !strings.HasPrefix(l[open:], resetStyle) {
			t.Fatalf("%s: line %d leaves a style open: %q", what, i, l)
		}
	}
}
