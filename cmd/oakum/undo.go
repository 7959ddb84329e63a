package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"oakum/fixer/discover"
	"oakum/fixer/text"
	"oakum/fixer/workspace"
)

func newUndo() *cobra.Command {
	return &cobra.Command{
		Use:   "undo [PATH]",
		Short: "Take the last fix back, byte for byte",
		Long: `Take the last fix of the repository that PATH lies in back, byte for byte.
Nothing is touched when one of its files has changed since. Called again, it
takes back the one before.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := discover.FindRoot(args)
			if err != nil {
				return err
			}
			record, err := workspace.Undo(cmd.Context(), root)
			if err != nil {
				return err
			}
			for _, f := range record.Files {
				verb := "restored "
				if f.After == "" {
					verb = "removed "
				}
				fmt.Fprintln(cmd.OutOrStdout(), verb+text.VisibleLine(f.Path))
			}
			for _, w := range record.Warnings {
				fmt.Fprintln(cmd.ErrOrStderr(), "note: "+text.VisibleLine(w))
			}
			return nil
		},
	}
}
