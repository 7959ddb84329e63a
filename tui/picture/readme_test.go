// Package picture turns lines of a terminal into an SVG, for documents.
//
// The same lines give the same bytes: the pictures of the README are made from
// frames that tests check, so they cannot drift from what the program shows.
//
//	svg := picture.SVG(app.View(), picture.Look{Width: 80, Dark: true, Title: "oakum: review"})
//
// It knows what the interface writes: text and SGR sequences for weight,
// underline, reverse and colours of 4, 8 and 24 bits. Other sequences and
// control characters are left out.
package picture

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
)

var update = flag.Bool("update", false, "rewrite the pictures of the README")

// frames are where the tests of the interface keep what it shows.
const frames = "../testdata/frames"

// readme are the pictures of the README: the frame each is made from, how wide
// that is, and what it shows, for people who do not see it.
var readme = []struct {
	picture, frame string
	width          int
	title          string
}{
	{"list", "list-80x24-light", 80, "oakum: the findings of a repository, grouped by file, with the fix of the one under the cursor"},
	{"review", "review-80x24-light", 80, "oakum: one finding, why it matters, what the fix can break, and the lines it changes"},
	{"options", "options-80x24-light", 80, "oakum: the alternatives of a fix and the values it takes"},
	{"plan", "plan-80x24-light", 80, "oakum: what would be written, file by file, before anything is"},
}

// TestReadme fails when a picture is not the one of its frame.
func TestReadme(t *testing.T) {
	for _, r := range readme {
		lines := frameLines(t, filepath.Join(frames, r.frame+".txt"))
		got := SVG(lines, Look{Width: r.width, Title: r.title})
		path := filepath.Join("readme", r.picture+".svg")
		if *update {
			if err := os.MkdirAll("readme", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not what %s shows: run go test ./tui/picture -update", path, r.frame)
		}
	}
}

// TestEveryFrame reads the pictures of all frames back: each letter is in its
// cell, and no letter is lost.
func TestEveryFrame(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(frames, "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no frames: %v", err)
	}
	for _, path := range paths {
		lines := frameLines(t, path)
		cells := make([][]string, len(lines))
		for i := range cells {
			cells[i] = strings.Split(strings.Repeat(" ", 400), "")
		}
		for _, r := range parse(t, SVG(lines, Look{Width: 400})) {
			x := r.X
			for g := displaywidth.StringGraphemes(r.Text); !r.Rect && g.Next(); x += g.Width() {
				cells[r.Y][x] = g.Value()
				for k := 1; k < g.Width(); k++ {
					cells[r.Y][x+k] = ""
				}
			}
		}
		for i, line := range lines {
			got, want := strings.TrimRight(strings.Join(cells[i], ""), " "), strings.TrimRight(bare(line), " ")
			if got != want {
				t.Errorf("%s, line %d shows\n%q, want\n%q", filepath.Base(path), i+1, got, want)
			}
		}
	}
}

func frameLines(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

func bare(s string) string {
	var b strings.Builder
	for s != "" {
		if n, _, _ := sequence(s); n > 0 {
			s = s[n:]
			continue
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}
