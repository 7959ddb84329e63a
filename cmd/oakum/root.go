package main

import (
	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/report"
)

func newRoot() *cobra.Command {
	var f interfaceFlags
	root := &cobra.Command{
		Use:   "oakum [PATH]",
		Short: "Harden Dockerfiles, Compose files and Kubernetes manifests in place",
		Long: `oakum finds what is unsafe in the Dockerfiles, Compose files and Kubernetes
manifests of a repository and fixes it in place. In CI workflows it pins images and
actions. Every change is shown first, and every byte that is not part of a fix stays
as it was.

On a terminal, oakum walks you through the findings: look, decide, and write at
the end, or not at all. Decisions that are not written yet are kept, even after a
crash, and offered the next time. Without a terminal, oakum prints the scan.

Helm charts and what Kustomize renders are not read.

Exit status: 0 clean, 1 findings, 2 failed, 130 interrupted.`,
		Args:          cobra.MaximumNArgs(1),
		SilenceErrors: true, // run prints them
		SilenceUsage:  true,
	}
	root.Version = versionLine() // gives it --version
	root.SetVersionTemplate("{{.Version}}\n")
	addColor(root)
	f.add(root)
	root.RunE = func(cmd *cobra.Command, args []string) error {
		return orCommand(f.run(cmd, args), cmd, args)
	}
	root.AddCommand(newScan(), newFix(), newProve(), newMap(), newExplain(), newRules(), newNew(), newUndo(), newVersion())
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
