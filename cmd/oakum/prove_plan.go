package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/review"
)

func (f *proveFlags) check() error {
	if err := oneOf("--format", f.format, "text", "json"); err != nil {
		return err
	}
	if err := oneOf("--level", f.level, "safe", "review"); err != nil {
		return err
	}
	if f.saved && len(f.set) > 0 {
		return errors.New("--set cannot be combined with --saved: the decisions have their values")
	}
	return f.options.Check()
}

// accept makes the plan that is proved.
func (f *proveFlags) accept(cmd *cobra.Command, p *project.Project) error {
	if f.saved {
		kept, err := p.SavedDecisions()
		if err != nil {
			return err
		}
		lost, err := review.Resume(p.Session(), kept)
		if len(lost) > 0 {
			note(cmd, text.Count(len(lost), "saved decision has", "saved decisions have")+" no finding any more")
		}
		return err
	}
	set, err := project.ParseSettings(f.set, rules.All())
	if err != nil {
		return err
	}
	level, _ := fixer.ParseLevel(f.level) // one of the two
	said, err := p.Accept(cmd.Context(), level, set)
	for _, line := range said {
		note(cmd, line)
	}
	return err
}

// agreed asks the person, who has been told what will be executed.
func (f *proveFlags) agreed(cmd *cobra.Command) error {
	if f.yes {
		return nil
	}
	input := terminalInput()
	if input == nil || !isTerminal(os.Stderr) {
		return errors.New("nothing was executed: without a terminal, prove needs --yes")
	}
	fmt.Fprint(cmd.ErrOrStderr(), "Build and start them? [y/N] ")
	yes, err := project.Await(cmd.Context(), func() (bool, error) { return project.SaysYes(input), nil })
	if err == nil && !yes {
		err = errors.New("nothing was executed")
	}
	return err
}
