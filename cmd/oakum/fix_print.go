package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
)

// preview prints the patch, or writes it to the file that was asked for, and changes no
// other file. A text that was asked for takes the place of a patch that would be printed.
// The summary goes to standard error, apart from them.
func (f *fixFlags) preview(cmd *cobra.Command, result *report.Fix) error {
	var err error
	text := f.prText || f.commitText
	switch {
	case f.patch != "":
		err = project.WritePatch(f.patch, result)
	case !text:
		err = shown(cmd, func() error { return result.Patch(cmd.OutOrStdout(), styleOf(cmd, os.Stdout, f.paths)) })
	}
	if err == nil && text {
		err = f.text(cmd, result)
	}
	if err != nil {
		return err // before a summary that would read as if the patch were there
	}
	if err := result.Summary(cmd.ErrOrStderr(), styleOf(cmd, os.Stderr, f.paths), false, ""); err != nil {
		return err
	}
	if err := decide(result.After, project.Gate{Unread: f.unread}, f.paths); err != nil {
		return err
	}
	if len(result.Changes) > 0 {
		return errFindings
	}
	return nil
}

// print prints what was done. Where standard output is for something else the summary
// goes to standard error.
func (f *fixFlags) print(cmd *cobra.Command, result *report.Fix, receipt *fixer.Receipt) error {
	return shown(cmd, func() error {
		out, st := cmd.OutOrStdout(), styleOf(cmd, os.Stdout, f.paths)
		switch {
		case f.format == "json":
			return errors.Join(result.JSON(out), result.Summary(cmd.ErrOrStderr(), styleOf(cmd, os.Stderr, f.paths), true, receipt.Undo))
		case f.prText || f.commitText:
			return errors.Join(f.text(cmd, result), result.Summary(cmd.ErrOrStderr(), styleOf(cmd, os.Stderr, f.paths), true, receipt.Undo))
		case f.full:
			if err := result.Full(out, st); err != nil {
				return err
			}
		}
		return result.Summary(out, st, true, receipt.Undo)
	})
}

// text prints what a person writes into a pull request or a commit.
func (f *fixFlags) text(cmd *cobra.Command, result *report.Fix) error {
	if f.prText {
		return result.PullRequest(cmd.OutOrStdout())
	}
	return result.CommitMessage(cmd.OutOrStdout())
}

// shown prints a result, until a signal ends it: a long one takes its time, and
// whoever reads it may have stopped.
func shown(cmd *cobra.Command, print func() error) error {
	_, err := project.Await(cmd.Context(), func() (struct{}, error) { return struct{}{}, print() })
	return err
}
