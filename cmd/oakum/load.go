package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"oakum/fixer"
	"oakum/fixer/discover"
	"oakum/fixer/engine"
	"oakum/fixer/git"
	"oakum/fixer/report"
	"oakum/fixer/rules"
)

// A job is a loaded repository and what a command line asks of it.
type job struct {
	workspace *discover.Tree
	session   *engine.Session
	filter    report.Filter
	all       bool // no rule that runs is left unselected
}

// selectFlags say which rules and files a command looks at.
type selectFlags struct {
	only     []string
	ignore   []string
	noIgnore bool
}

func (f *selectFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.only, "select", nil, "only these `RULE`s: names, kinds (kubernetes), patterns (*/capabilities) or ids of other tools (DL3002)")
	cmd.Flags().StringSliceVar(&f.ignore, "ignore", nil, "leave these `RULE`s out, as if they did not exist")
	cmd.Flags().BoolVar(&f.noIgnore, "no-ignore", false, "look at what .gitignore names, too, and into vendor and node_modules")
}

// load reads the repository the paths lie in and checks it. Rules that are
// ignored are not run; rules that are merely not selected are, so that no fix
// is made that opens one of their findings.
func load(cmd *cobra.Command, paths []string, f selectFlags) (*job, error) {
	all := rules.All()
	sel, err := newSelection(all, f)
	if err != nil {
		return nil, err
	}
	ws, err := discover.Load(cmd.Context(), paths, discover.Options{NoIgnore: f.noIgnore})
	if err != nil {
		return nil, err
	}
	snap := fixer.NewSnapshot(ws.Sources, ws.Names...)
	j := &job{
		workspace: ws,
		session:   engine.NewSession(snap, factsOf(ws), sel.run),
		filter:    report.Filter{Rule: sel.wants, Known: all},
		all:       len(sel.names) == len(sel.run),
	}
	for _, n := range ws.Notes {
		fmt.Fprintln(cmd.ErrOrStderr(), "note: "+noteText(n))
	}
	return j, nil
}

// factsOf is what a repository tells of itself beside its files.
func factsOf(ws *discover.Tree) *fixer.Facts {
	return &fixer.Facts{Source: git.Remote(ws.Root)}
}

// scan is the report on the files as they are.
func (j *job) scan() *report.Scan {
	return report.NewScan(j.workspace.Root, j.session.Snapshot(), j.session.Baseline(), j.filter)
}

// verdict turns what was found into the end of a command. failOn 0 fails on
// nothing.
func verdict(s *report.Scan, failOn fixer.Severity) error {
	switch {
	case len(s.Problems) > 0:
		p := s.Problems[0]
		return fmt.Errorf("%d rule checks failed, the first is %s on %s: this is a defect of oakum, please report it", len(s.Problems), p.Rule, p.File)
	case s.Unreadable():
		skipped := s.Skipped()
		return fmt.Errorf("no file could be looked into; the first is %s: %s", skipped[0].Path, skipped[0].Skip.Reason)
	case failOn > 0 && s.Reaches(failOn):
		return errFindings
	}
	return nil
}

// parseFailOn reads the value of --fail-on.
func parseFailOn(s string) (fixer.Severity, error) {
	if s == "none" {
		return 0, nil
	}
	sev, err := fixer.ParseSeverity(s)
	if err != nil {
		return 0, fmt.Errorf("--fail-on: %w or none", err)
	}
	return sev, nil
}
