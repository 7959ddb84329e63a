package report_test

import (
	"io"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
)

// scanOf is the scan of files by one rule that reports what it is given, in
// every file.
func scanOf(findings []fixer.Finding, sources ...fixer.Source) *report.Scan {
	rule := &fixer.Rule{Name: "compose/x", Severity: fixer.Low, Kind: fixer.Compose, Check: func(p *fixer.Pass) {
		for _, f := range findings {
			p.Report(f)
		}
	}}
	snap := fixer.NewSnapshot(sources)
	return report.NewScan("/", snap, engine.Check(snap, nil, []*fixer.Rule{rule}), report.Filter{})
}

func compose(path string) fixer.Source {
	return fixer.Source{Path: path, Kind: fixer.Compose, Data: []byte("services: {}\n")}
}

func textOf(t *testing.T, s *report.Scan) string {
	t.Helper()
	return written(t, func(w io.Writer) error { return s.Text(w, report.Style{}) })
}

// TestAChartIsSkippedInOneLine: a line for each of its files would bury the
// summary.
func TestAChartIsSkippedInOneLine(t *testing.T) {
	skip := func(path string, code fixer.SkipCode) fixer.Source {
		return fixer.Source{Path: path, Skip: &fixer.Skip{Code: code, Reason: "of " + path}}
	}
	s := scanOf(nil, compose("compose.yaml"),
		skip("charts/x/Chart.yaml", fixer.SkipHelm), skip("charts/x/templates/a.yaml", fixer.SkipHelm),
		skip("charts/x/templates/deep/b.yaml", fixer.SkipHelm), skip("charts/x/values.yaml", fixer.SkipHelm),
		skip("charts/x/charts/sub/Chart.yaml", fixer.SkipHelm), skip("charts/x/charts/sub/values.yaml", fixer.SkipHelm),
		skip("charts/x/kustomization.yaml", fixer.SkipKustomize),
		skip("charts/xy/values.yaml", fixer.SkipHelm),
		skip("lost/templates/a.yaml", fixer.SkipHelm), skip("lost/templates/b.yaml", fixer.SkipHelm),
		skip("prod/kustomization.yml", fixer.SkipKustomize), skip("prod/patches/p.yaml", fixer.SkipKustomize),
		skip("bad/a.yaml", fixer.SkipSyntax), skip("bad/b.yaml", fixer.SkipSyntax),
	)
	const chart, kustomization = " files of a Helm chart, not edited: what it renders to is not worked out yet\n",
		" files of a kustomization, read for what they change and not edited\n"
	want := "skipped\n" +
		"  bad/a.yaml  syntax: of bad/a.yaml\n" +
		"  bad/b.yaml  syntax: of bad/b.yaml\n" +
		"  charts/x  4" + chart +
		"  charts/x/charts/sub  2" + chart +
		"  charts/x/kustomization.yaml  kustomize: of charts/x/kustomization.yaml\n" +
		"  charts/xy/values.yaml  helm: of charts/xy/values.yaml\n" +
		"  lost/templates  2" + chart +
		"  prod  2" + kustomization + "\n"
	if got := textOf(t, s); !strings.HasPrefix(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := written(t, s.NonFindings); !strings.Contains(got, "charts/x: skipped, 4"+chart) || strings.Count(got, "\n") != 8 {
		t.Errorf("aside:\n%s", got)
	}
	if got := written(t, s.JSON); !strings.Contains(got, "charts/x/templates/deep/b.yaml") {
		t.Errorf("a skipped file is missing in\n%s", got)
	}
}

// TestALongDefaultHasItsMeaningBelow: beside it there would be a column of one
// word a line.
func TestALongDefaultHasItsMeaningBelow(t *testing.T) {
	with := func(value string) string {
		return textOf(t, scanOf([]fixer.Finding{{Message: "m", Fixes: []fixer.Fix{{ID: "f", Title: "f", Level: fixer.Safe,
			Params: []fixer.Param{{Name: "writable", Meaning: "paths that get a tmpfs, with blanks between", Default: value}}}}}}, compose("compose.yaml")))
	}
	long := strings.TrimSpace(strings.Repeat("/var/cache/nginx ", 6))
	want := "                 --set writable=" + long + ":\n                     paths that get a tmpfs, with blanks between\n"
	if got := with(long); !strings.Contains(got, want) {
		t.Errorf("no %q in:\n%s", want, got)
	}
	want = "                 --set writable=/tmp: paths that get a tmpfs, with blanks between\n"
	if got := with("/tmp"); !strings.Contains(got, want) {
		t.Errorf("no %q in:\n%s", want, got)
	}
}

// TestNothingIsToldTwice: one fact known from two places, and advice that is
// the same for every image of a file.
func TestNothingIsToldTwice(t *testing.T) {
	pin := "write the version that runs now"
	fact, other := fixer.Evidence{Kind: fixer.FromCompose, Place: "compose.yaml:1", Text: "a fact"}, fixer.Evidence{Kind: fixer.FromNothing, Text: "another"}
	s := scanOf([]fixer.Finding{
		{Path: "a", Message: "a", Advice: pin, Evidence: []fixer.Evidence{fact, other, fact}},
		{Path: "b", Message: "b", Advice: pin, Evidence: []fixer.Evidence{fact}},
		{Path: "c", Message: "c", Advice: "something else"},
		{Path: "d", Message: "d", Advice: pin},
	}, compose("compose.yaml"), compose("k/compose.yaml"))
	var got []string
	for line := range strings.Lines(textOf(t, s)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "to do: ") || strings.HasPrefix(line, "evidence: ") {
			got = append(got, line)
		}
	}
	one := []string{"evidence: compose.yaml:1: a fact", "evidence: another", "to do: " + pin, "evidence: compose.yaml:1: a fact",
		"to do: as above", "to do: something else", "to do: " + pin}
	if want := strings.Join(append(one, one...), "\n"); strings.Join(got, "\n") != want {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), want)
	}
}
