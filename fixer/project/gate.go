package project

import (
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/report"
)

// A Gate says what fails a command that did its job.
type Gate struct {
	FailOn fixer.Severity // findings from this severity up; 0 for none
	Unread bool           // files that cannot be read
}

// ParseGate reads the severity of --fail-on.
func ParseGate(failOn string, unread bool) (Gate, error) {
	if failOn == "none" {
		return Gate{0, unread}, nil
	}
	sev, err := fixer.ParseSeverity(failOn)
	if err != nil {
		return Gate{}, fmt.Errorf("--fail-on: %w or none", err)
	}
	return Gate{sev, unread}, nil
}

// Judge reports whether findings fail the command. The error says why the job was not
// done.
func (g Gate) Judge(s *report.Scan, paths Paths) (fails bool, err error) {
	unread := s.Unread()
	first := func() string { return paths.Name(unread[0].Path) + ": " + unread[0].Skip.Reason }
	switch {
	case len(s.Problems) > 0:
		p := s.Problems[0]
		return false, fmt.Errorf("%d rule checks failed, the first is %s on %s: this is a defect of oakum, please report it", len(s.Problems), p.Rule, paths.Name(p.File))
	case s.Unreadable():
		return false, fmt.Errorf("no file can be read; the first is %s", first())
	case g.Unread && len(unread) == 1:
		return false, fmt.Errorf("--fail-unread: 1 file cannot be read: %s", first())
	case g.Unread && len(unread) > 1:
		return false, fmt.Errorf("--fail-unread: %d files cannot be read; the first is %s", len(unread), first())
	}
	return g.FailOn > 0 && s.HasSeverity(g.FailOn), nil
}
