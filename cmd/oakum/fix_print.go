package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
)

// preview prints the patch or writes it to the file that was asked for.
func (f *fixFlags) preview(cmd *cobra.Command, result *report.Fix) error {
	var err error
	if f.diff {
		err = shown(cmd, func() error { return result.Patch(cmd.OutOrStdout(), styleOf(os.Stdout)) })
	} else {
		err = project.WritePatch(f.patch, result)
	}
	if err != nil {
		return err // before a summary that would read as if the patch were there
	}
	if err := result.Summary(cmd.ErrOrStderr(), styleOf(os.Stderr), false, ""); err != nil {
		return err
	}
	if err := verdict(result.After, 0); err != nil {
		return err
	}
	if len(result.Changes) > 0 {
		return errFindings
	}
	return nil
}

// print prints what was done: the outcomes on standard output, the summary aside.
func (f *fixFlags) print(cmd *cobra.Command, result *report.Fix, receipt *fixer.Receipt) error {
	return shown(cmd, func() (err error) {
		if f.format == "json" {
			err = result.JSON(cmd.OutOrStdout())
		} else {
			err = result.Text(cmd.OutOrStdout(), styleOf(os.Stdout))
		}
		return errors.Join(err, result.Summary(cmd.ErrOrStderr(), styleOf(os.Stderr), true, receipt.Undo))
	})
}

// shown prints a result, until a signal ends it: a long one takes its time, and
// whoever reads it may have stopped.
func shown(cmd *cobra.Command, print func() error) error {
	_, err := project.Await(cmd.Context(), func() (struct{}, error) { return struct{}{}, print() })
	return err
}
