package dockerfile

import (
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

// TestCut takes an instruction out with the comments on top of it, and one of two empty
// lines that would meet; what it was is in LinesOf.
func TestCut(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		lines               []string
	}{
		{"between others", "FROM a\n# who\nLABEL x=y\nRUN b\n", "FROM a\nRUN b\n", []string{"# who", "LABEL x=y"}},
		{"empty lines around", "FROM a\n\n# who\nLABEL x=y\n\nRUN b\n", "FROM a\n\nRUN b\n", []string{"# who", "LABEL x=y"}},
		{"an empty line behind", "FROM a\nLABEL x=y\n\nRUN b\n", "FROM a\n\nRUN b\n", []string{"LABEL x=y"}},
		{"over several lines", "FROM a\r\nLABEL x=y \\\r\n  z=w\r\nRUN b\r\n", "FROM a\r\nRUN b\r\n", []string{"LABEL x=y \\", "  z=w"}},
	} {
		f, err := Parse([]byte(c.before))
		if err != nil {
			t.Fatal(err)
		}
		i := f.Final().Instructions[0]
		if got := f.LinesOf(i); !slices.Equal(got, c.lines) {
			t.Errorf("%s: lines %q, want %q", c.name, got, c.lines)
		}
		edits, err := f.Cut(i)
		if err != nil {
			t.Fatal(err)
		}
		got, err := text.Apply([]byte(c.before), edits)
		if err != nil || string(got) != c.after {
			t.Errorf("%s: %q (%v), want %q", c.name, got, err, c.after)
		}
	}
}

// TestCutRefuses what cannot go as a whole.
func TestCutRefuses(t *testing.T) {
	for name, src := range map[string]string{
		"the last line without its end": "FROM a\nLABEL x=y",
		"a heredoc":                     "FROM a\nRUN <<E\nb\nE\nCMD c\n",
		"a trigger":                     "FROM a\nONBUILD RUN b\nCMD c\n",
	} {
		f, err := Parse([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if edits, err := f.Cut(f.Final().Instructions[0]); err == nil {
			t.Errorf("%s: %v", name, edits)
		}
	}
}
