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
		Short: "Explain a rule: why it matters, what its fix can break, how to check it",
		Long: `Explain a rule: what it reports, why that matters, what its fix can break, and
how to check that it works.

RULE is a name that oakum rules lists, or the id that another tool or a benchmark
has for the same concern, in any case: DL3002, KSV-0012, CKV_DOCKER_3, C-0016,
"CIS Docker 4.1". Several rules that share an id are listed.`,
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
				return report.RulesText(cmd.OutOrStdout(), meant, styleOf(cmd, os.Stdout, project.Paths{}))
			}
			return report.Explain(cmd.OutOrStdout(), meant[0], styleOf(cmd, os.Stdout, project.Paths{}))
		},
	}
}
