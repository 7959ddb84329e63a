package report

import (
	"io"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// Concise writes one line per finding, "file:line: severity rule message", in
// reading order: what grep, an editor's error list and a code review bot take.
func (s *Scan) Concise(w io.Writer, st Style) error {
	p := &printer{w: w, st: st}
	for _, f := range s.byFile() {
		p.line(st.place(bold, f.File, f.Line), ": ", st.severity(f.Severity, 0), " ",
			st.paint(cyan, f.Rule), " ", text.VisibleLine(f.Message))
	}
	return p.err
}

// NonFindings writes, one line each, what [Scan.Concise] has no room for: skipped
// files, suppressions that match nothing and rules that failed. It is talk,
// for standard error.
func (s *Scan) NonFindings(w io.Writer, st Style) error {
	p := &printer{w: w, st: st}
	for _, r := range s.skippedRows() {
		p.line(text.VisibleLine(st.name(r.where) + ": skipped, " + r.what))
	}
	for _, x := range s.Suppressed {
		reason := x.By.Reason
		if reason == "" {
			reason = "(no reason given)"
		}
		p.line(text.VisibleLine(place(st.name(x.Finding.File), x.Finding.Line) + ": suppressed " + x.Finding.Rule + ": " + reason))
	}
	for _, u := range s.Unused {
		p.line(text.VisibleLine(place(st.name(u.File), u.Line) + ": suppression of " + strings.Join(u.Rules, ",") + " matches nothing: " + s.unusedReason(u)))
	}
	for _, x := range s.Problems {
		p.line(text.VisibleLine("rule " + x.Rule + " failed on " + st.name(x.File) + ": " + x.Reason))
	}
	p.vulnerabilities(s.Vulnerabilities)
	if s.Hidden > 0 {
		p.line(text.Count(s.Hidden, "finding", "findings"), " below --min-severity")
	}
	return p.err
}
