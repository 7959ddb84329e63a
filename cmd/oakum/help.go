package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/text"
)

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		Long:  "Print the help of a command, as oakum COMMAND --help does.",
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return commandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 { // the root takes a path, so that it is found for anything
				name := args[len(args)-max(1, len(rest))]
				return hinted(fmt.Errorf("%s has no command %q", about.CommandPath(), text.VisibleLine(name)), didYouMean(about, name))
			}
			about.InitDefaultHelpFlag() // of a command that is not the one that runs
			about.InitDefaultVersionFlag()
			return about.Help()
		},
	}
}
