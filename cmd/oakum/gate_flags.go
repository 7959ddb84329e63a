package main

import (
	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
)

// gateFlags say what fails a command that did its job.
type gateFlags struct {
	failOn string
	unread bool
}

func (f *gateFlags) add(cmd *cobra.Command, findings string) {
	cmd.Flags().StringVar(&f.failOn, "fail-on", "low", "exit 1 on "+findings+" from this `SEVERITY` up, or none")
	cmd.Flags().BoolVar(&f.unread, "fail-unread", false, "exit 2 when a file cannot be read, as with a syntax error; such files are listed in any case")
}

func (f *gateFlags) gate() (project.Gate, error) { return project.ParseGate(f.failOn, f.unread) }

// decide turns what was found into the end of a command.
func decide(s *report.Scan, g project.Gate, paths project.Paths) error {
	fails, err := g.Judge(s, paths)
	if err == nil && fails {
		return errFindings
	}
	return err
}
