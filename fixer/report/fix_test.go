package report_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
)

func fakeFix(t *testing.T) *report.Fix {
	t.Helper()
	s := engine.NewSession(fakeSnapshot(), nil, fakeRules())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	return report.NewFix("/the/root", s.Plan(), report.Filter{Known: fakeRules()})
}

func TestFixText(t *testing.T) {
	f := fakeFix(t)
	got := written(t, func(w io.Writer) error { return f.Text(w, report.Style{}) })
	for _, want := range []string{
		"compose.yaml\n  blocked     compose/fixable in image, line 3\n              image is fixable\n              because: compose.yaml: the edit would change something else",
		"  refused     compose/risky in image, line 5\n              image is risky\n              because: not here\n",
		"  manual      compose/hopeless in image, line 7\n              image is ^[[31mhopelessU+202E\n              to do: start again\n",
		"  suppressed  compose/risky in image #2, line 9\n              image is risky\n              because: on purpose\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// TestFixTextTellsFixesApart: each outcome says where it is, and a fix of level
// review what it breaks, in words that are written once.
func TestFixTextTellsFixesApart(t *testing.T) {
	made := func(path string, line int, level fixer.Level, more bool) engine.Outcome {
		f := &fixer.Finding{Rule: "compose/a", File: "f", Path: path, Line: line, Fixes: []fixer.Fix{
			{Title: "another way", Breaks: "not this"}, {Title: "mend it", Level: level, Breaks: "it breaks", Verify: "look at it"}}}
		return engine.Outcome{Finding: f, Result: engine.Fixed, Title: "mend it", Level: level, New: more}
	}
	f := &report.Fix{Outcomes: []engine.Outcome{
		made("services.a", 2, fixer.Safe, false), made("services.b", 4, fixer.Review, false),
		made("services.c\x1b", 6, fixer.Review, false), made("", 7, fixer.Safe, false), made("services.d", 9, fixer.Review, true),
	}}
	want := `f
  fixed       compose/a in services.a, line 2
              mend it (safe)
              verify: look at it
  fixed       compose/a in services.b, line 4
              mend it (review)
              breaks if: it breaks
  fixed       compose/a in services.c^[, line 6
              mend it (review)
  fixed       compose/a, line 7
              mend it (safe)
  fixed       compose/a in services.d, came up after other fixes
              mend it (review)
`
	if got := written(t, func(w io.Writer) error { return f.Text(w, report.Style{}) }); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
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
		Outcomes: []engine.Outcome{
			{Finding: web, Result: engine.Fixed, Level: fixer.Safe}, {Finding: web, Result: engine.Fixed, Level: fixer.Review},
			{Finding: web, Result: engine.Fixed, Level: fixer.Safe}, {Finding: web, Result: engine.Closed, By: []fixer.Key{web.Key()}}},
		Changes: []engine.Change{{Path: "f", Before: []byte("a")}, {Path: "n"}},
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
