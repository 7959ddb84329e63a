package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/text"
)

func newUndo() *cobra.Command {
	return &cobra.Command{
		Use:   "undo [PATH]",
		Short: "Undo the last fix, byte for byte",
		Long: `Undo the last fix in the repository that PATH lies in, byte for byte. A file
that has changed since then is named and left as it is, and the exit status is 2;
the others are restored. Each further call undoes the fix before. While oakum is
open on the repository, nothing is undone.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			receipt, err := project.Undo(cmd.Context(), args)
			if receipt == nil {
				return err
			}
			verbs := map[string]string{}
			for _, path := range receipt.Written {
				verbs[path] = "restored "
			}
			for _, path := range receipt.Removed {
				verbs[path] = "removed "
			}
			for _, path := range slices.Sorted(maps.Keys(verbs)) {
				fmt.Fprintln(cmd.OutOrStdout(), verbs[path]+text.VisibleLine(path))
			}
			notes(cmd, receipt.Warnings)
			return err
		},
	}
}
