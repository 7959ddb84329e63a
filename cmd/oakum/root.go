package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/text"
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
	root.AddCommand(newScan(), newFix(), newProve(), newMap(), newExplain(), newRules(), newChecklist(), newNew(), newUndo(), newVersion())
	root.SetHelpCommand(newHelp())
	for _, c := range append(root.Commands(), root) {
		sayUsage(c)
	}
	root.SetFlagErrorFunc(flagError)
	return root
}

// sayUsage makes a command say how it is called when it is given too many arguments, or
// too few.
func sayUsage(c *cobra.Command) {
	if allowed := c.Args; allowed != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if allowed(cmd, args) == nil {
				return nil
			}
			return fmt.Errorf("usage: %s (%s given)", strings.TrimSuffix(cmd.UseLine(), " [flags]"), text.Count(len(args), "argument", "arguments"))
		}
	}
}

// flagError adds the flag that a person may have meant to the error about one that is
// not known. A mistyped command is the greater mistake, and said first.
func flagError(cmd *cobra.Command, err error) error {
	if args := cmd.Flags().Args(); !cmd.HasParent() && len(args) > 0 && isMissing(args[0]) {
		return orCommand(fmt.Errorf("%s: no such file or directory", text.VisibleLine(args[0])), cmd, args)
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var flags []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, "--"+f.Name) })
	return hinted(err, report.DidYouMean("--"+unknown.GetSpecifiedName(), flags))
}

// orCommand adds the command a person may have meant to the error about a path
// that does not exist.
func orCommand(err error, root *cobra.Command, args []string) error {
	if err == nil || len(args) == 0 || !isMissing(args[0]) {
		return err
	}
	return hinted(err, didYouMean(root, args[0]))
}

// didYouMean names the command that was meant, where one is near.
func didYouMean(root *cobra.Command, name string) string {
	return report.DidYouMean(name, commandNames(root))
}
