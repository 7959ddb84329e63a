package rules_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestBaseThatDoesNotShipIsLessSevere: an old base that only builds, or that files
// are taken from, is in no image that runs.
func TestBaseThatDoesNotShipIsLessSevere(t *testing.T) {
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(
		"FROM debian:10 AS build\nRUN make\nFROM debian:9\nCOPY --from=build /a /a\nCOPY --from=debian:8 /b /b\n")}})
	want := map[int]fixer.Severity{1: fixer.Low, 3: fixer.Medium, 5: fixer.Low}
	for _, f := range engine.Check(snap, nil, []*fixer.Rule{rules.Named("dockerfile/end-of-life-image")}).Findings {
		if f.Severity != want[f.Line] {
			t.Errorf("line %d: %s, want %s", f.Line, f.Severity, want[f.Line])
		}
		delete(want, f.Line)
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}
