package report_test

import (
	"fmt"
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

func fullOf(t *testing.T, s *report.Scan) string {
	t.Helper()
	return written(t, func(w io.Writer) error { return s.Full(w, report.Style{}) })
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
	const chart, kustomization = " files of a Helm chart (rendering charts is not supported yet)\n",
		" files of a kustomization, read for what they change and not checked themselves\n"
	want := "Skipped\n" +
		"  bad/a.yaml  syntax: of bad/a.yaml\n" +
		"  bad/b.yaml  syntax: of bad/b.yaml\n" +
		"  charts/x  4" + chart +
		"  charts/x/charts/sub  2" + chart +
		"  charts/x/kustomization.yaml  kustomize: of charts/x/kustomization.yaml\n" +
		"  charts/xy/values.yaml  helm: of charts/xy/values.yaml\n" +
		"  lost/templates  2" + chart +
		"  prod  2" + kustomization + "\n"
	if got := fullOf(t, s); !strings.Contains(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	want = "Not checked\n" +
		"  9 files: Helm chart: skipped (rendering charts is not supported yet)\n" +
		"      charts/x/Chart.yaml\n      charts/x/charts/sub/Chart.yaml\n      charts/x/charts/sub/values.yaml\n      and 6 more (oakum scan --full lists them)\n" +
		"  3 files: Kustomize: read for what it changes, not checked as rendered\n" +
		"      charts/x/kustomization.yaml\n      prod/kustomization.yml\n      prod/patches/p.yaml\n" +
		"  bad/a.yaml: of bad/a.yaml\n" +
		"  bad/b.yaml: of bad/b.yaml\n"
	if got := textOf(t, s); !strings.Contains(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := written(t, func(w io.Writer) error { return s.NonFindings(w, report.Style{}) }); !strings.Contains(got, "charts/x: skipped, 4"+chart) || strings.Count(got, "\n") != 8 {
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
		return fullOf(t, scanOf([]fixer.Finding{{Message: "m", Fixes: []fixer.Fix{{ID: "f", Title: "f", Level: fixer.Safe,
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
	told := func(report string) string {
		var got []string
		for line := range strings.Lines(report) {
			line = strings.TrimSpace(line)
			if label, _, _ := strings.Cut(strings.ToLower(line), ":"); strings.HasPrefix(label, "to do") || label == "evidence" {
				got = append(got, line)
			}
		}
		return strings.Join(got, "\n")
	}
	one := []string{"evidence: compose.yaml:1: a fact", "evidence: another", "to do: " + pin, "evidence: compose.yaml:1: a fact",
		"to do: as above", "to do: something else", "to do: " + pin}
	if got, want := told(fullOf(t, s)), strings.Join(append(one, one...), "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	want := "Evidence: compose.yaml:1: a fact\nEvidence: another\nTo do for these 6: " + pin + "\nTo do for these 2: something else"
	if got := told(textOf(t, s)); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestASecretIsNotInTheExcerpt: a report is kept in logs.
func TestASecretIsNotInTheExcerpt(t *testing.T) {
	src := fixer.Source{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  db:\n    environment:\n      DB_PASSWORD: q7Rk2pX9vTz\n")}
	at := strings.Index(string(src.Data), "DB_PASS")
	got := textOf(t, scanOf([]fixer.Finding{{Message: "m", Advice: "a", Start: at, End: len(src.Data) - 1}}, src))
	if !strings.Contains(got, "4 | DB_PASSWORD: (hidden)\n") || strings.Contains(got, "q7R") {
		t.Errorf("got:\n%s", got)
	}
}

// TestExcerpts: the line without its indentation, with carets where only a part of
// it is meant, and the part in view where the line is long.
func TestExcerpts(t *testing.T) {
	long := strings.Repeat("a: 1, ", 40)
	for _, c := range []struct{ line, part, want string }{
		{"    image: x", "image: x", "1 | image: x\n"},
		{"  - name: x", "name: x", "1 | - name: x\n"},
		{"    image: x # y", "x", "1 | image: x # y\n      |        ^\n"},
		{"\ta\tb", "b", "1 | a b\n      |   ^\n"},
		{"日本: b", "b", "1 | 日本: b\n      |       ^\n"},
		{"x\x1b[31m: b", "b", "1 | x^[[31m: b\n      |          ^\n"},
		{"{" + long + "z: here}", "here", "^^^^\n"},
		{"{z: here, " + long + "}", "here", "1 | {z: here, a: 1, "},
		{"{" + long + "}", long, "…\n"},
	} {
		at := strings.Index(c.line, c.part)
		src := fixer.Source{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte(c.line + "\n")}
		snap := fixer.NewSnapshot([]fixer.Source{src})
		f := &fixer.Finding{Rule: "compose/x", Severity: fixer.Low, File: "compose.yaml", Line: 1, Start: at, End: at + len(c.part), Message: "m", Advice: "a"}
		s := report.NewScan("/", snap, &engine.Report{Findings: []*fixer.Finding{f}}, report.Filter{})
		got := textOf(t, s)
		if !strings.Contains(got, c.want) {
			t.Errorf("%q: no %q in\n%s", c.line, c.want, got)
		}
		for line := range strings.Lines(got) {
			if n := len([]rune(line)); n > 120 {
				t.Errorf("%q: a line of %d characters", c.line, n)
			}
		}
	}
}

// TestManyFindingsFitOntoAScreen: the worst are shown, the others counted, everything that
// is not shown is said to be missing, and --full has it.
func TestManyFindingsFitOntoAScreen(t *testing.T) {
	var findings []fixer.Finding
	for i := range 90 {
		findings = append(findings, fixer.Finding{Path: fmt.Sprintf("services.s%d", i), Message: fmt.Sprintf("Service s%d is bad", i), Advice: "Do this. Then that"})
	}
	var sources []fixer.Source
	for i := range 9 {
		sources = append(sources, compose(fmt.Sprintf("f%d/compose.yaml", i)),
			fixer.Source{Path: fmt.Sprintf("bad%d.yaml", i), Skip: &fixer.Skip{Code: fixer.SkipSyntax, Reason: fmt.Sprintf("line %d", i)}})
	}
	s := scanOf(findings, sources...)
	got := textOf(t, s)
	if n := strings.Count(got, "\n"); n > 60 {
		t.Errorf("%d lines:\n%s", n, got)
	}
	for _, want := range []string{"810 findings in 9 files", "in 4 more files", "To do: Do this\n", "    Also ", " more\n", "6 more files (oakum scan --full lists them)", "oakum scan --full"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if full := fullOf(t, s); strings.Count(full, "is bad\n") != 810 || !strings.Contains(full, "bad8.yaml") {
		t.Error("--full does not have everything")
	}
}
