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
		Short: "Take the last fix back, byte for byte",
		Long: `Take the last fix of the repository that PATH lies in back, byte for byte.
A file that has changed since is left alone and named, with exit status 2; the
others are restored. Called again, it takes back the one before. While oakum is
open on the repository nothing is taken back: leave there first.`,
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
			for _, w := range receipt.Warnings {
				note(cmd, w)
			}
			return err
		},
	}
}
