package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
)

type checklistFlags struct {
	selectFlags
	format string
}

func newChecklist() *cobra.Command {
	f := checklistFlags{selectFlags: selectFlags{survey: true}}
	cmd := &cobra.Command{
		Use:   "checklist [PATH…]",
		Short: "Report which questions of a checklist the files answer, and how",
		Long: `Answer a checklist for the files at or below the paths (without any: the current
directory): image, runtime, network, secrets and supply chain. An item holds, does
not hold, or cannot be seen from files. What does not hold comes with its first
findings and a command. A scanner, a signature or a policy of admission holds where
a pipeline or a manifest shows it.

The findings are those of oakum scan. No registry is asked.

Exit status: 0 everything that can be seen holds, 1 something does not, 2 failed.`,
		RunE: f.run,
	}
	f.selectFlags.add(cmd)
	cmd.Flags().StringVar(&f.format, "format", "text", "`FORMAT` of the checklist: text, markdown or json")
	return cmd
}

func (f *checklistFlags) run(cmd *cobra.Command, paths []string) error {
	if err := oneOf("--format", f.format, "text", "markdown", "json"); err != nil {
		return err
	}
	p, err := f.open(cmd, paths, &registryFlags{})
	if err != nil {
		return err
	}
	scan, err := project.Await(cmd.Context(), func() (*report.Scan, error) { return p.Scan(), nil })
	if err != nil {
		return err
	}
	f.hints(scan, paths)
	out, st := cmd.OutOrStdout(), styleOf(cmd, os.Stdout, p.Paths())
	err = shown(cmd, func() error {
		switch f.format {
		case "json":
			return scan.ChecklistJSON(out)
		case "markdown":
			return scan.ChecklistMarkdown(out, st)
		}
		return scan.Checklist(out, st)
	})
	if err != nil {
		return err
	}
	return decide(scan, project.Gate{FailOn: fixer.Low}, f.paths)
}
