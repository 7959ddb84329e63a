package engine

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

// TestFindingsOfUnchangedFilesAreShared expects a report to hold the findings of
// the one before where a file is the same: a check costs what changed.
func TestFindingsOfUnchangedFilesAreShared(t *testing.T) {
	rule := slotRule("a", nil)
	c := newChecker(nil, []*fixer.Rule{rule})
	const pod = "slots:\n  a: {}\n"
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "a.yaml", Kind: fixer.Kubernetes, Data: []byte("kind: A\napiVersion: v1\n" + pod)},
		{Path: "b.yaml", Kind: fixer.Kubernetes, Data: []byte("kind: B\napiVersion: v1\n" + pod)},
	})
	before := c.check(snap)
	after := c.check(snap.With("b.yaml", fixer.Kubernetes, []byte("kind: C\napiVersion: v1\n"+pod)))
	if len(before.Findings) != 2 || len(after.Findings) != 2 {
		t.Fatalf("%d and %d findings", len(before.Findings), len(after.Findings))
	}
	if before.Findings[0] != after.Findings[0] || before.Findings[1] == after.Findings[1] {
		t.Error("not the same finding of the file that did not change, or of the one that did")
	}
	for _, f := range after.Findings {
		if after.Finding(f.Key()) != f {
			t.Errorf("%v is not found by its key", f.Key())
		}
	}
}
