package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/rules"
)

type fixFlags struct {
	selectFlags
	format, level, failOn, patch string
	set                          []string
	diff, allowDirty             bool
}

func newFix() *cobra.Command {
	var f fixFlags
	cmd := &cobra.Command{
		Use:   "fix [PATH…]",
		Short: "Fix what can be fixed safely, or with --level review what needs a look",
		Long: `Fix the container files at or below the paths. Only safe fixes are made,
unless --level review asks for those that could break something and say how.
When one of the files to change has uncommitted changes, or is not in git (as
in a directory without git), nothing is written at all and the exit status is
2, unless --allow-dirty is given. oakum undo takes a fix back in any case.

--diff prints a patch for git apply, or --patch writes it to a file, and
nothing else is written.

--set gives a value to every fix with that parameter, or with RULE.KEY=VALUE to
those of one rule. oakum explain RULE says what each parameter is:

` + project.Settable(rules.All()) + `
Exit status: 0 clean, 1 findings at or above --fail-on remain (with --diff and
--patch: there is a difference), 2 the job could not be done.`,
		RunE: f.run,
	}
	f.add(cmd)
	cmd.Flags().StringVar(&f.format, "format", "text", "`FORMAT` of the outcomes: text or json")
	cmd.Flags().StringVar(&f.level, "level", "safe", "make fixes up to this `LEVEL`: safe or review")
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "give a parameter a value: `KEY=VALUE` or RULE.KEY=VALUE")
	cmd.Flags().StringVar(&f.failOn, "fail-on", "low", "exit 1 on remaining findings from this `SEVERITY` up, or none")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "print a patch and write nothing")
	cmd.Flags().StringVar(&f.patch, "patch", "", "write a patch to `FILE` and nothing else")
	cmd.Flags().BoolVar(&f.allowDirty, "allow-dirty", false, "write to files with uncommitted changes, or that are not in git, too")
	return cmd
}

func (f *fixFlags) run(cmd *cobra.Command, paths []string) error {
	level, failOn, set, err := f.parse(cmd)
	if err != nil {
		return err
	}
	p, err := f.open(cmd, paths)
	if err != nil {
		return err
	}
	unused, err := p.Accept(cmd.Context(), level, set)
	f.progress.stop()
	if err != nil {
		return err
	}
	for _, given := range unused {
		note(cmd, "--set "+given+": nothing here takes it")
	}
	result, err := p.Fix(cmd.Context())
	if err != nil {
		return err
	}
	if f.diff || f.patch != "" {
		return f.preview(cmd, result)
	}
	receipt, err := p.Commit(cmd.Context(), result.Changes, f.allowDirty)
	if err != nil {
		return err
	}
	for _, w := range receipt.Warnings {
		note(cmd, w)
	}
	if err := f.print(cmd, result, receipt); err != nil {
		return err
	}
	return verdict(result.After, failOn)
}

func (f *fixFlags) parse(cmd *cobra.Command) (level fixer.Level, failOn fixer.Severity, set project.Settings, err error) {
	if err = oneOf("--format", f.format, "text", "json"); err != nil {
		return
	}
	if err = oneOf("--level", f.level, "safe", "review"); err != nil {
		return
	}
	if failOn, err = parseFailOn(f.failOn); err != nil {
		return
	}
	if f.diff && cmd.Flags().Changed("patch") {
		err = errors.New("--diff and --patch: use one of them, --diff prints the patch and --patch writes it to a file")
		return
	}
	if (f.diff || f.patch != "") && f.format != "text" {
		err = fmt.Errorf("--format: a patch has no format %s", f.format)
		return
	}
	if cmd.Flags().Changed("patch") && f.patch == "" {
		err = errors.New("--patch needs the name of a file")
		return
	}
	level, _ = fixer.ParseLevel(f.level) // one of the two
	set, err = project.ParseSettings(f.set, rules.All())
	return
}
