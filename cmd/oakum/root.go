package main

import (
	"github.com/spf13/cobra"

	"oakum/fixer/report"
)

// openInterface opens the terminal interface on the repository the paths lie
// in, which it loads itself to show how far it is. It is nil in a build without
// one; the bare command then prints the scan, as it does without a terminal.
var openInterface func(cmd *cobra.Command, paths []string) error

func newRoot() *cobra.Command {
	var scan scanFlags
	root := &cobra.Command{
		Use:   "oakum [PATH]",
		Short: "Harden Dockerfiles, Compose files and Kubernetes manifests in place",
		Long: `oakum finds what is unsafe in the Dockerfiles, Compose files and Kubernetes
manifests of a repository, and fixes it in place: every change previewed, every
byte that is not part of a fix left as it was.

Exit status: 0 clean, 1 findings, 2 the job could not be done.`,
		Args:          cobra.MaximumNArgs(1),
		SilenceErrors: true, // run prints them
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	scan.defaults()
	root.RunE = func(cmd *cobra.Command, args []string) error {
		open := openInterface
		if open == nil || !interactive() {
			open = scan.run
		}
		return orCommand(open(cmd, args), cmd, args)
	}
	root.AddCommand(newScan(), newFix(), newExplain(), newRules(), newUndo(), newVersion())
	return root
}

// orCommand adds the command a person may have meant to the error about a path
// that does not exist.
func orCommand(err error, root *cobra.Command, args []string) error {
	if err == nil || len(args) == 0 || !isMissing(args[0]) {
		return err
	}
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return hinted(err, report.DidYouMean(args[0], names))
}
