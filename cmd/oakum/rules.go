package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/rules"
)

func newRules() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--format", format, "text", "json", "markdown"); err != nil {
				return err
			}
			switch format {
			case "json":
				return report.RulesJSON(cmd.OutOrStdout(), rules.All())
			case "markdown":
				return report.RulesMarkdown(cmd.OutOrStdout(), rules.All())
			}
			return report.RulesText(cmd.OutOrStdout(), rules.All(), styleOf(cmd, os.Stdout, project.Paths{}))
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`FORMAT` of the list: text, json or markdown")
	return cmd
}
