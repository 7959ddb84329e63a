package report_test

import (
	"io"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/report"
)

// TestAFixOfSeveralFindingsIsSaidOfAll: a fix that findings share stood below the last of
// them, and the others read as if they had none.
func TestAFixOfSeveralFindingsIsSaidOfAll(t *testing.T) {
	fix := func(level fixer.Level) []fixer.Fix {
		return []fixer.Fix{{ID: "x", Title: "Clean up", Level: level, Breaks: "this", Edit: func(*fixer.Draft) error { return nil }}}
	}
	s := scanOf([]fixer.Finding{
		{Path: "a", Message: "a", Fixes: fix(fixer.Manual)}, {Path: "b", Message: "b", Fixes: fix(fixer.Safe)},
		{Path: "c", Message: "c", Fixes: fix(fixer.Safe)}, {Path: "d", Message: "d", Fixes: fix(fixer.Safe)},
	}, compose("compose.yaml"))
	got := textOf(t, s)
	for _, want := range []string{"    Fix (manual): Clean up\n", "    Fix for these 3 (safe): Clean up\n"} {
		if strings.Count(got, want) != 1 {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// TestTheReportSaysFromWhereItSpeaks: commands and names in sentences are from the root of
// the repository, and a reader below it was not told.
func TestTheReportSaysFromWhereItSpeaks(t *testing.T) {
	s := scanOf([]fixer.Finding{{Path: "a", Message: "a", Advice: "git check-ignore p/x"}}, compose("p/compose.yaml"))
	const words = "Commands to check, and files named in sentences, are from the root of the repository: cd ..\n"
	for root, want := range map[string]int{"": 0, "..": 1} {
		st := report.Style{Root: root}
		for name, got := range map[string]string{
			"text": written(t, func(w io.Writer) error { return s.Text(w, st) }), "full": written(t, func(w io.Writer) error { return s.Full(w, st) }),
		} {
			if n := strings.Count(got, words); n != want {
				t.Errorf("%s from %q says it %d times, want %d:\n%s", name, root, n, want, got)
			}
		}
	}
}
