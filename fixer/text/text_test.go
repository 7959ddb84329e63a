package text_test

import (
	"bytes"
	"math/rand"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

func TestOverlaps(t *testing.T) {
	ins := func(at int) text.Edit { return text.Insert(at, "x") }
	rng := func(a, b int) text.Edit { return text.Edit{Start: a, End: b, New: "y"} }
	for _, c := range []struct {
		name string
		a, b text.Edit
		want bool
	}{
		{"apart", rng(0, 2), rng(3, 5), false},
		{"side by side", rng(0, 2), rng(2, 5), false},
		{"share a byte", rng(0, 3), rng(2, 5), true},
		{"nested", rng(0, 9), rng(2, 5), true},
		{"same insertion point", ins(4), ins(4), true},
		{"insertion inside", ins(4), rng(2, 6), true},
		{"insertion at the start of a range", ins(2), rng(2, 6), true},
		{"insertion at the end of a range", ins(6), rng(2, 6), true},
		{"insertion after", ins(7), rng(2, 6), false},
	} {
		if got := c.a.Overlaps(c.b); got != c.want {
			t.Errorf("%s: a over b = %v, want %v", c.name, got, c.want)
		}
		if got := c.b.Overlaps(c.a); got != c.want {
			t.Errorf("%s: b over a = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestApply(t *testing.T) {
	src := []byte("abcdef")
	got, err := text.Apply(src, []text.Edit{{Start: 4, End: 6, New: ""}, {Start: 0, End: 1, New: "AA"}, text.Insert(2, "-")})
	if err != nil || string(got) != "AAb-cd" {
		t.Errorf("got %q, %v; want %q", got, err, "AAb-cd")
	}
	if string(src) != "abcdef" {
		t.Errorf("the source was modified: %q", src)
	}
	for _, bad := range [][]text.Edit{
		{{Start: -1, End: 0}}, {{Start: 3, End: 2}}, {{Start: 0, End: 7}},
		{text.Insert(1, "a"), text.Insert(1, "b")},
		{{Start: 0, End: 3}, {Start: 2, End: 4}},
	} {
		if got, err := text.Apply(src, bad); err == nil {
			t.Errorf("Apply(%v) = %q, want an error", bad, got)
		}
	}
}

// TestBufferComposes makes random edits one after the other and checks that
// the composed list gives the same bytes in one go, and touches no more than
// what was touched.
func TestBufferComposes(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for round := range 5000 {
		src := []byte(strings.Repeat("0123456789\n", 1+r.Intn(4)))
		b := text.NewBuffer(src)
		want := bytes.Clone(src)
		for range 1 + r.Intn(6) {
			var edits []text.Edit
			pos := 0
			for pos <= len(want) && len(edits) < 3 {
				start := pos + r.Intn(len(want)-pos+1)
				end := min(start+r.Intn(4), len(want))
				edits = append(edits, text.Edit{Start: start, End: end, New: strings.Repeat("x", r.Intn(3))})
				pos = end + 1
			}
			next, err := text.Apply(want, edits)
			if err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			if err := b.Apply(edits); err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			want = next
			if got := b.Bytes(); !bytes.Equal(got, want) {
				t.Fatalf("round %d: buffer has %q, want %q", round, got, want)
			}
		}
		got, err := text.Apply(src, b.Edits())
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("round %d: edits %v give %q (%v), want %q", round, b.Edits(), got, err, want)
		}
		if b.Len() != len(want) {
			t.Fatalf("round %d: length %d, want %d", round, b.Len(), len(want))
		}
	}
}

func TestBufferKeepsWhatWasNotTouched(t *testing.T) {
	src := []byte("a: 1\nb: 2\nc: 3\n")
	b := text.NewBuffer(src)
	for _, e := range []text.Edit{text.Insert(15, "d: 4\n"), {Start: 3, End: 4, New: "9"}} {
		if err := b.Apply([]text.Edit{e}); err != nil {
			t.Fatal(err)
		}
	}
	want := []text.Edit{{Start: 3, End: 4, New: "9"}, text.Insert(15, "d: 4\n")}
	got := b.Edits()
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("edits %v, want %v", got, want)
	}
	// What is inserted and taken away again leaves no trace.
	b = text.NewBuffer(src)
	_ = b.Apply([]text.Edit{text.Insert(5, "x: 0\n")})
	_ = b.Apply([]text.Edit{{Start: 5, End: 10}})
	if got := b.Edits(); len(got) != 0 {
		t.Errorf("edits %v, want none", got)
	}
}

func TestTrimNeverSplitsACharacterOrLineEnding(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"abc", "abd", "d"},
		{"é", "è", "è"}, // both start with 0xC3
		{"a\r\nb", "a\nb", "\n"},
		{"same", "same", ""},
	} {
		e := text.Trim([]byte(c.old), text.Edit{Start: 0, End: len(c.old), New: c.new})
		if e.New != c.want {
			t.Errorf("Trim(%q → %q) writes %q, want %q", c.old, c.new, e.New, c.want)
		}
		if got, err := text.Apply([]byte(c.old), []text.Edit{e}); err != nil || string(got) != c.new {
			t.Errorf("Trim(%q → %q) gives %q, %v", c.old, c.new, got, err)
		}
	}
}

func TestLines(t *testing.T) {
	l := text.NewLines([]byte("one\r\n\ntwo"))
	if l.Count() != 3 {
		t.Fatalf("%d lines, want 3", l.Count())
	}
	for offset, want := range map[int]int{0: 1, 4: 1, 5: 2, 6: 3, 8: 3, 99: 3} {
		if got := l.At(offset); got != want {
			t.Errorf("At(%d) = %d, want %d", offset, got, want)
		}
	}
	for line, want := range map[int]string{1: "one", 2: "", 3: "two", 4: ""} {
		if got := l.Text(line); got != want {
			t.Errorf("Text(%d) = %q, want %q", line, got, want)
		}
	}
	if got := l.Column(7); got != 2 {
		t.Errorf("Column(7) = %d, want 2", got)
	}
	if got := text.NewLines(nil).Count(); got != 1 {
		t.Errorf("an empty file has %d lines, want 1", got)
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ttext\n":       "plain\ttext\n",
		"日本語 é 👍":             "日本語 é 👍",
		"\x1b[31mred":         "^[[31mred",
		"\x1b]0;title\x07":    "^[]0;title^G",
		"over\rwrite":         "over^Mwrite",
		"a\u202eb\u2069":      "aU+202EbU+2069",
		"zero\u200bwidth":     "zeroU+200Bwidth",
		"\u009b31m":           "U+009B31m",
		"bad\xff\xfeutf":      `bad\xff\xfeutf`,
		"\x7f\x00":            "^?^@",
		"tag\U000e0041":       "tagU+E0041",
		"\u2028next":          "U+2028next",
		"soft\u00adhyphen":    "softU+00ADhyphen",
		"bom\ufeffinside":     "bomU+FEFFinside",
		"half\xe2\x80 a rune": `half\xe2\x80 a rune`,
	} {
		if got := text.Visible(in); got != want {
			t.Errorf("Visible(%q) = %q, want %q", in, got, want)
		}
		if again := text.Visible(text.Visible(in)); again != want {
			t.Errorf("Visible is not stable on %q: %q", in, again)
		}
	}
	if got := text.VisibleLine("a\nb\tc"); got != "a^Jb^Ic" {
		t.Errorf("VisibleLine = %q", got)
	}
}

func TestUnified(t *testing.T) {
	for _, c := range []struct {
		name          string
		path          string
		before, after []byte
		want          string
	}{
		{"equal", "f", []byte("a\n"), []byte("a\n"), ""},
		{"changed", "f", []byte("a\nb\n"), []byte("a\nc\n"), "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"},
		{"new file", "f", nil, []byte("a\n"), "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n"},
		{"no final newline", "f", []byte("a\nb"), []byte("a\nb\nc"),
			"--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of file\n"},
		{"name with a blank", "my file", []byte("a\n"), []byte("b\n"), "--- a/my file\t\n+++ b/my file\t\n@@ -1 +1 @@\n-a\n+b\n"},
	} {
		if got := text.Unified(c.path, c.before, c.after, 3); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}
