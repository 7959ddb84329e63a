package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/rules"
)

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain RULE",
		Short: "Say what a rule looks for, why, what its fix can break, and how to verify it",
		Long: `Say what a rule looks for, why, what its fix can break, and how to verify it.

RULE is a name of the list that oakum rules prints, or the id that another tool
or a benchmark has for the same concern: DL3002, KSV-0012, CKV_DOCKER_3,
"CIS Docker 4.1". Where several rules share an id, they are listed.`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return project.Names(rules.All()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			meant, err := project.RulesMeant(rules.All(), args[0])
			if err != nil {
				return err
			}
			if len(meant) > 1 {
				return report.RulesText(cmd.OutOrStdout(), meant, styleOf(os.Stdout))
			}
			return report.Explain(cmd.OutOrStdout(), meant[0], styleOf(os.Stdout))
		},
	}
}
