package text_test

import (
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

// apply makes the new lines out of the old ones and the hunks, and fails where
// the hunks are not in order or claim equal lines that differ.
func apply(t *testing.T, a, b []string, hunks []text.Hunk) (edits int) {
	t.Helper()
	var out []string
	at, bt := 0, 0
	for _, h := range hunks {
		if h.A0 < at || h.B0 < bt || h.A1 < h.A0 || h.B1 < h.B0 || h.A0-at != h.B0-bt {
			t.Fatalf("hunks out of order: %v", hunks)
		}
		out = append(out, a[at:h.A0]...)
		out = append(out, b[h.B0:h.B1]...)
		at, bt = h.A1, h.B1
		edits += h.A1 - h.A0 + h.B1 - h.B0
	}
	out = append(out, a[at:]...)
	if !slices.Equal(out, b) {
		t.Fatalf("%v with %v gives %v, want %v", a, hunks, out, b)
	}
	return edits
}

// shortest is the textbook table, to compare with.
func shortest(a, b []string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			old := row[j]
			if a[i-1] == b[j-1] {
				row[j] = prev
			} else {
				row[j] = 1 + min(row[j], row[j-1])
			}
			prev = old
		}
	}
	return row[len(b)]
}

func TestDiffLinesIsShortest(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	random := func(n, letters int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = string(rune('a' + r.Intn(letters)))
		}
		return out
	}
	for round := range 20000 {
		letters := 1 + r.Intn(5)
		a, b := random(r.Intn(14), letters), random(r.Intn(14), letters)
		if got, want := apply(t, a, b, text.DiffLines(a, b)), shortest(a, b); got != want {
			t.Fatalf("round %d: %v → %v: %d lines, shortest is %d", round, a, b, got, want)
		}
	}
}

// TestDiffOfManyInsertionsRemovesNothing is the case other differs fail at: a block
// put after each of hundreds of services.
func TestDiffOfManyInsertionsRemovesNothing(t *testing.T) {
	var before, after strings.Builder
	for i := range 400 {
		service := fmt.Sprintf("  s%d:\n    image: x\n    networks:\n      - net\n", i)
		before.WriteString(service + "\n")
		after.WriteString(service + "    read_only: true\n    security_opt:\n      - no-new-privileges:true\n\n")
	}
	d := text.Unified("f", []byte(before.String()), []byte(after.String()), 3)
	if n := strings.Count(d, "\n-"); n != 0 {
		t.Errorf("%d lines are shown as removed", n)
	}
}

// TestUnifiedIsAPatch lets git judge: the patch of random edits applies and
// gives the new file.
func TestUnifiedIsAPatch(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not here: ", err)
	}
	r := rand.New(rand.NewSource(5))
	for round := range 40 {
		dir := t.TempDir()
		var before, after []string
		for i := range 60 {
			l := fmt.Sprintf("line %d\n", i%7)
			if round%3 == 0 {
				l = strings.ReplaceAll(l, "\n", "\r\n")
			}
			before = append(before, l)
			switch r.Intn(9) {
			case 0:
			case 1:
				after = append(after, l, "new\n")
			case 2:
				after = append(after, "other\n")
			default:
				after = append(after, l)
			}
		}
		a, b := strings.Join(before, ""), strings.Join(after, "")
		if round%4 == 0 {
			a = strings.TrimRight(a, "\r\n")
		}
		if round%5 == 0 {
			b = strings.TrimRight(b, "\r\n")
		}
		name := []string{"f", "a file", "sub/ü.yaml"}[round%3]
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(a), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(git, "apply", "--unidiff-zero", "-")
		if round%2 == 0 {
			cmd = exec.Command(git, "apply", "-")
		}
		cmd.Dir = dir
		cmd.Stdin = strings.NewReader(text.Unified(name, []byte(a), []byte(b), 3*(1-round%2)))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("round %d: %v\n%s", round, err, out)
		}
		if got, _ := os.ReadFile(path); string(got) != b {
			t.Fatalf("round %d: the patch gives %q, want %q", round, got, b)
		}
	}
}

func BenchmarkDiffLines(b *testing.B) {
	var x, y []string
	for i := range 20000 {
		l := fmt.Sprintf("line %d\n", i%997)
		x = append(x, l)
		y = append(y, l)
		if i%40 == 0 {
			y = append(y, "new\n")
		}
	}
	for b.Loop() {
		text.DiffLines(x, y)
	}
}
