package report_test

import (
	"io"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
)

// TestAFixToDecideOnIsNoMissingFix: scan and fix counted findings with a manual fix among
// those that have none.
func TestAFixToDecideOnIsNoMissingFix(t *testing.T) {
	rule := &fixer.Rule{Name: "compose/choice", Title: "choice", Kind: fixer.Compose, Severity: fixer.Low, Phase: fixer.Identity, Check: func(p *fixer.Pass) {
		p.Report(fixer.Finding{Path: "a", Message: "who knows", Advice: "decide", Fixes: []fixer.Fix{{ID: "x", Title: "Do it", Level: fixer.Manual, Edit: func(*fixer.Draft) error { return nil }}}})
		p.Report(fixer.Finding{Path: "b", Message: "nobody knows", Advice: "think"})
	}}
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services: {a: {image: b}}\n")}})
	s := engine.NewSession(snap, nil, []*fixer.Rule{rule})
	filter := report.Filter{Known: []*fixer.Rule{rule}}
	scan := report.NewScan("/r", snap, s.Baseline(), filter)
	scan.OneByOne = " t2"
	fix := report.NewFix("/r", s.Plan(), filter)
	fix.After.OneByOne = " t2"
	for name, c := range map[string]struct {
		write func(io.Writer) error
		wants []string
	}{
		"scan": {func(w io.Writer) error { return scan.Text(w, report.Style{}) }, []string{
			"  1 has a fix to decide on        oakum t2\n", "  1 is left to you: no automatic fix\n", "One at a time: oakum t2 ",
		}},
		"fix": {func(w io.Writer) error { return fix.Summary(w, report.Style{}, false, "") }, []string{
			"Findings: 2: 1 to decide on, 1 left to you\n", "1 finding has a fix to decide on: no file shows whether it is wanted\n  decide          oakum t2\n",
			"1 finding is left to you: no automatic fix\n",
		}},
		"pull request": {fix.PullRequest, []string{"- 1 finding with a fix to decide on (`compose/choice`)\n", "- 1 finding without an automatic fix (`compose/choice`)\n"}},
	} {
		got := written(t, c.write)
		for _, want := range c.wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, got)
			}
		}
	}
}

// TestWhatARegistryWouldAnswerIsNotLeftToThePerson: a finding that fix can mend once it
// asks is no finding without an automatic fix, and the counts add up.
func TestWhatARegistryWouldAnswerIsNotLeftToThePerson(t *testing.T) {
	rule := &fixer.Rule{Name: "compose/pin", Title: "pin", Kind: fixer.Compose, Severity: fixer.Low, Phase: fixer.Identity, Check: func(p *fixer.Pass) {
		for i, asks := range []bool{true, true, false} {
			p.Report(fixer.Finding{Path: string(rune('a' + i)), Message: "image is not pinned", Advice: "pin it", AsksRegistry: asks})
		}
	}}
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services: {a: {image: b}}\n")}})
	s := engine.NewSession(snap, nil, []*fixer.Rule{rule})
	filter := report.Filter{Known: []*fixer.Rule{rule}}
	scan := report.NewScan("/r", snap, s.Baseline(), filter)
	got := written(t, func(w io.Writer) error { return scan.Text(w, report.Style{}) })
	for _, want := range []string{
		"  2 can be pinned to digests      oakum fix --level review --diff   (asks registries)\n",
		"  1 is left to you: no automatic fix\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the scan lacks %q:\n%s", want, got)
		}
	}
	fix := report.NewFix("/r", s.Plan(), filter)
	got = written(t, func(w io.Writer) error { return fix.Summary(w, report.Style{}, false, "") })
	for _, want := range []string{
		"Findings: 3: 2 need a digest from a registry, 1 left to you\n",
		"2 findings need a digest from a registry: no registry answered\n",
		"1 finding is left to you: no automatic fix\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the summary lacks %q:\n%s", want, got)
		}
	}
	if got := written(t, scan.JSON); strings.Count(got, `"asksRegistry": true`) != 2 {
		t.Errorf("JSON: %s", got)
	}
}
