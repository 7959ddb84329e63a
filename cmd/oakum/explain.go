package main

import (
	"os"

	"github.com/spf13/cobra"

	"oakum/fixer/report"
	"oakum/fixer/rules"
)

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain RULE",
		Short: "Say what a rule looks for, why, what its fix can break, and how to verify it",
		Args:  cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return names(rules.All()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			rule, err := ruleNamed(rules.All(), args[0])
			if err != nil {
				return err
			}
			return report.Explain(cmd.OutOrStdout(), rule, styleOf(os.Stdout))
		},
	}
}
