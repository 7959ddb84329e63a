package engine_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// TestSurvey: a survey says what a session says, before and after facts arrive, and makes
// no fix.
func TestSurvey(t *testing.T) {
	rule := wantKey("k/a", "a", 1, fixer.Medium)
	across := &fixer.Rule{Name: "c/a", Severity: fixer.Low, Check: func(p *fixer.Pass) {
		p.Report(fixer.Finding{File: "x.yaml", Path: "file", Message: "m", Fixes: []fixer.Fix{{ID: "f", Title: "t", Level: fixer.Safe,
			Edit: func(*fixer.Draft) error { return nil }}}})
	}}
	snap := things("x.yaml", "things:\n  - b: 1\n")
	s := engine.Survey(snap, nil, []*fixer.Rule{rule, across})
	check := func() {
		t.Helper()
		found := s.Baseline().Findings
		if len(found) != 2 || found[0].Fixes[0].Title == "" || found[1].Fixes[0].Level != fixer.Safe {
			t.Fatalf("found %+v", found)
		}
		for _, f := range found {
			if _, err := f.Fixes[0].DraftParts(snap, nil); err == nil || err.Error() != "a survey makes no fix" {
				t.Errorf("%s: drafting says %v", f.Rule, err)
			}
		}
	}
	check()
	s.SetFacts(&fixer.Facts{})
	check()
	if _, err := s.AcceptAll(fixer.Safe, nil); err != nil {
		t.Fatal(err)
	}
	for _, o := range s.Plan().Outcomes {
		if o.Result != engine.Refused {
			t.Errorf("%s is %s", o.Finding.Rule, o.Result)
		}
	}
}
