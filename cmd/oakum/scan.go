package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
)

type scanFlags struct {
	selectFlags
	format, min, failOn string
}

// defaults are those of the bare command, which has no flags.
func (f *scanFlags) defaults() { f.format, f.min, f.failOn = "text", "low", "low" }

func newScan() *cobra.Command {
	var f scanFlags
	f.defaults()
	cmd := &cobra.Command{
		Use:   "scan [PATH…]",
		Short: "Report what is unsafe; never writes, never uses the network",
		Long: `Report what is unsafe in the container files at or below the paths (the
current folder without any). A path that is given is never ignored.

Exit status: 0 clean, 1 findings at or above --fail-on, 2 the job could not be
done: no file could be looked into, or a rule failed. Findings below
--min-severity are counted, not shown, and do not fail the run.`,
		RunE: f.run,
	}
	f.add(cmd)
	cmd.Flags().StringVar(&f.format, "format", f.format, "`FORMAT` of the report: text, concise or json")
	cmd.Flags().StringVar(&f.min, "min-severity", f.min, "show findings from this `SEVERITY` up: low, medium, high or critical")
	cmd.Flags().StringVar(&f.failOn, "fail-on", f.failOn, "exit 1 on findings from this `SEVERITY` up, or none")
	return cmd
}

func (f *scanFlags) run(cmd *cobra.Command, paths []string) error {
	min, err := fixer.ParseSeverity(f.min)
	if err != nil {
		return fmt.Errorf("--min-severity: %w", err)
	}
	failOn, err := parseFailOn(f.failOn)
	if err != nil {
		return err
	}
	if err := oneOf("--format", f.format, "text", "concise", "json"); err != nil {
		return err
	}
	p, err := f.open(cmd, paths)
	if err != nil {
		return err
	}
	p.ShowFrom(min)
	scan, err := project.Await(cmd.Context(), func() (*report.Scan, error) { return p.Scan(), nil })
	if err != nil {
		return err
	}
	if len(scan.Files) == 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), "note: no Dockerfile, Compose file or Kubernetes manifest was found")
	}
	if err := shown(cmd, func() error { return f.print(cmd, scan) }); err != nil {
		return err
	}
	return verdict(scan, failOn)
}

func (f *scanFlags) print(cmd *cobra.Command, scan *report.Scan) error {
	out := cmd.OutOrStdout()
	switch f.format {
	case "json":
		return scan.JSON(out)
	case "concise":
		if err := scan.Concise(out, styleOf(os.Stdout)); err != nil {
			return err
		}
		return scan.NonFindings(cmd.ErrOrStderr())
	}
	return scan.Text(out, styleOf(os.Stdout))
}
