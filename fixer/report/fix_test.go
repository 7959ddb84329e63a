package report_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"oakum/fixer"
	"oakum/fixer/report"
)

func fakeFix(t *testing.T) *report.Fix {
	t.Helper()
	s := fixer.NewSession(fakeSnapshot(), nil, fakeRules())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	return report.NewFix("/the/root", s.Plan(), report.Filter{Known: fakeRules()})
}

func TestFixText(t *testing.T) {
	f := fakeFix(t)
	got := written(t, func(w io.Writer) error { return f.Text(w, report.Style{}) })
	for _, want := range []string{
		"compose.yaml\n  blocked     compose/fixable\n              image is fixable\n              because: compose.yaml: the edit would change something else",
		"  refused     compose/risky\n              image is risky\n              because: not here\n",
		"  manual      compose/hopeless\n              image is ^[[31mhopelessU+202E\n              to do: start again\n",
		"  suppressed  compose/risky\n              image is risky\n              because: on purpose\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

func TestFixSummary(t *testing.T) {
	got := written(t, func(w io.Writer) error { return fakeFix(t).Summary(w, report.Style{}, true, "oakum undo") })
	for _, want := range []string{
		"nothing to change\n",
		"blocked: compose.yaml:3 compose/fixable: ",
		"refused: compose.yaml:5 compose/risky: not here\n",
		"3 findings remain: 1 critical, 1 high, 1 medium; ",
		"  chart/values.yaml  helm: values of a chart\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "undo") {
		t.Errorf("there is nothing to undo:\n%s", got)
	}

	web := &fixer.Finding{Rule: "compose/a", File: "f", Severity: fixer.Low}
	f := &report.Fix{
		Before: &report.Scan{Score: 10}, After: &report.Scan{Score: 90},
		Outcomes: []fixer.Outcome{
			{Finding: web, Result: fixer.Fixed, Level: fixer.Safe}, {Finding: web, Result: fixer.Fixed, Level: fixer.Review},
			{Finding: web, Result: fixer.Fixed, Level: fixer.Safe}, {Finding: web, Result: fixer.Closed, By: []fixer.Key{web.Key()}}},
		Changes: []fixer.Change{{Path: "f", Before: []byte("a")}, {Path: "n"}},
	}
	want := "would change 2 files: 3 fixes (2 safe, 1 review), 1 finding closed by them\n  f\n  new: n\nscore 10 → 90 of 100\n"
	if got := written(t, func(w io.Writer) error { return f.Summary(w, report.Style{}, false, "oakum undo") }); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	want = strings.Replace(want, "would change", "wrote", 1) + "undo with: oakum undo\n"
	if got := written(t, func(w io.Writer) error { return f.Summary(w, report.Style{}, true, "oakum undo") }); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestFixJSON(t *testing.T) {
	var v struct {
		Version  int
		Findings []any
		Outcomes []struct{ Rule, File, Path, Outcome, Reason string }
		Changes  []any
	}
	if err := json.Unmarshal([]byte(written(t, fakeFix(t).JSON)), &v); err != nil {
		t.Fatal(err)
	}
	if v.Version != report.JSONVersion || len(v.Findings) != 3 || v.Changes == nil {
		t.Errorf("version %d, %d findings, changes %v", v.Version, len(v.Findings), v.Changes)
	}
	got := map[string]string{}
	for _, o := range v.Outcomes {
		got[o.Rule+" "+o.Outcome] = o.Reason
	}
	for key, want := range map[string]string{
		"compose/fixable blocked": "the edit would change something else", "compose/risky refused": "not here",
		"compose/hopeless manual": "start again", "compose/risky suppressed": "on purpose",
	} {
		if !strings.Contains(got[key], want) || got[key] == "" {
			t.Errorf("outcome %s: %q, want %q", key, got[key], want)
		}
	}
}
