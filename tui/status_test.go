package tui

import (
	"fmt"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

// TestSentencesAreCutBehindAWord: the status line of a narrow terminal ended in the middle
// of a word.
func TestSentencesAreCutBehindAWord(t *testing.T) {
	for _, c := range []struct {
		say   string
		width int
		want  string
	}{
		{"enter shows it, i suppresses it with a reason", 80, "enter shows it, i suppresses it with a reason"},
		{"enter shows it, i suppresses it with a reason", 35, "enter shows it, i suppresses it …"},
		{"enter shows it, i suppresses it with a reason", 31, "enter shows it, i suppresses …"},
		{"onewordalone", 8, "oneword…"},
	} {
		if got := cutWords(c.say, c.width, "…"); got != c.want {
			t.Errorf("%q in %d cells: %q, want %q", c.say, c.width, got, c.want)
		}
	}
}

// TestARefusalSaysAllWaysOn: the dialog about a read-only file offered to read the files
// again, and nothing that helps.
func TestARefusalSaysAllWaysOn(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("A", "w")
	d.elapse()
	b.commitErr = &fixer.RefusedError{Refusals: []fixer.FileRefusal{{Path: "compose.yaml", Code: fixer.RefusedReadOnly, Reason: "the file is read-only"}}}
	d.press("enter")
	d.at(onChanged)
	d.wants("compose.yaml: the file is read-only", "chmod u+w", "space leaves a file out", "r reads the files again")
}

// TestTheDoorsHaveTheSplitOfAScan: the first page counted findings that wait for a digest
// among those that have no automatic fix.
func TestTheDoorsHaveTheSplitOfAScan(t *testing.T) {
	d := startReal(t, 120, 40)
	n := map[fixer.Remedy]int{}
	for _, f := range d.model().current.plan.Baseline.Findings {
		n[f.Remedy()]++
	}
	d.wants(fmt.Sprintf("Read %d findings: %d have no automatic fix, %d need a digest from a registry", n[fixer.NoFix]+n[fixer.MissingDigest], n[fixer.NoFix], n[fixer.MissingDigest]))
	now := d.model().current
	for _, r := range fixer.ByHand {
		if now.byHand[r] != n[r] {
			t.Errorf("%d findings %s, and a scan has %d", now.byHand[r], r, n[r])
		}
	}
}
