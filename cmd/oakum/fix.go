package main

import (
	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/rules"
)

type fixFlags struct {
	selectFlags
	registryFlags
	gateFlags
	format, level, patch   string
	set                    []string
	prText, commitText     bool
	diff, full, allowDirty bool
}

func newFix() *cobra.Command {
	var f fixFlags
	cmd := &cobra.Command{
		Use:   "fix [PATH…]",
		Short: "Make the safe fixes, or with --level review those that need a look, too",
		Long: `Fix the Dockerfiles, Compose files and Kubernetes manifests at or below the
paths. Only safe fixes are made. --level review also makes those that could break
something: look at them with --diff first.

When a file to change has uncommitted changes or is not in git, nothing is written
and the exit status is 2, unless --allow-dirty is given. The command oakum undo
restores the files in any case.

--diff prints a patch for git apply. --patch writes it to a file. With either, the
files themselves are not changed. --pr-text and --commit-text make the fixes, write
the files, and print the text of a pull request or a commit in place of the report.
With --diff they print it in place of the patch, and write nothing.

Image registries are asked what tags point to, so that images can be pinned: which
ones is said first. --offline asks nobody. What cannot be learned stays open.

--set gives a value to every fix with that parameter, or with RULE.KEY=VALUE to
those of one rule. oakum explain RULE says what each parameter means:

` + project.Settable(rules.All()) + `
Exit status: 0 clean, 1 findings at or above --fail-on remain (with --diff and
--patch: there is a difference), 2 failed (with --fail-unread: a file cannot be read).`,
		RunE: f.run,
	}
	f.selectFlags.add(cmd)
	f.addOffline(cmd)
	cmd.Flags().StringVar(&f.format, "format", "text", "`FORMAT` of the outcomes: text or json")
	cmd.Flags().StringVar(&f.level, "level", "safe", "make fixes up to this `LEVEL`: safe or review")
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "give a parameter a value: `KEY=VALUE` or RULE.KEY=VALUE")
	f.gateFlags.add(cmd, "remaining findings")
	cmd.Flags().BoolVar(&f.full, "full", false, "list what became of every finding, too")
	cmd.Flags().BoolVar(&f.prText, "pr-text", false, "write the fixes, and print the title and text of a pull request in Markdown; with --diff write nothing")
	cmd.Flags().BoolVar(&f.commitText, "commit-text", false, "write the fixes, and print a commit message; with --diff write nothing")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "print a patch, or the text that --pr-text or --commit-text asks for, and change no file")
	cmd.Flags().StringVar(&f.patch, "patch", "", "write a patch to `FILE`, and change no other file")
	cmd.Flags().BoolVar(&f.allowDirty, "allow-dirty", false, "also write files that have uncommitted changes or are not in git")
	return cmd
}

func (f *fixFlags) run(cmd *cobra.Command, paths []string) error {
	level, gate, set, err := f.parse(cmd)
	if err != nil {
		return err
	}
	p, err := f.open(cmd, paths, &f.registryFlags)
	if err != nil {
		return err
	}
	unused, err := p.Accept(cmd.Context(), level, set)
	f.progress.Stop()
	if err != nil {
		return err
	}
	for _, given := range unused {
		note(cmd, "--set "+given+": no fix here has this parameter")
	}
	result, err := p.Fix(cmd.Context())
	if err != nil {
		return err
	}
	f.hints(result.After, paths)
	result.Command = "oakum fix" + f.given(level) + result.After.Arguments
	result.Uncommitted = !f.allowDirty && p.Uncommitted(cmd.Context(), result.ToReview())
	if f.diff || f.patch != "" {
		return f.preview(cmd, result)
	}
	receipt, err := p.Commit(cmd.Context(), result.Changes, f.allowDirty)
	if err != nil {
		return err
	}
	notes(cmd, receipt.Warnings)
	if err := f.print(cmd, result, receipt); err != nil {
		return err
	}
	return decide(result.After, gate, f.paths)
}
