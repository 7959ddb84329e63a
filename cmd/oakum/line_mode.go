package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/tui/linemode"
)

// talk opens line mode.
func (f *interfaceFlags) talk(cmd *cobra.Command, b *project.Backend, wanted []*fixer.Rule, input io.Reader) error {
	loaded, err := project.Await(cmd.Context(), func() (*fixer.Loaded, error) {
		return b.Load(cmd.Context(), func(fixer.Progress) {})
	})
	if err != nil {
		return err
	}
	for _, n := range loaded.Notes {
		note(cmd, n.String())
	}
	session, err := project.Await(cmd.Context(), func() (*engine.Session, error) {
		return engine.NewSession(fixer.NewSnapshot(loaded.Sources, loaded.Names...), loaded.Facts, wanted), nil
	})
	if err != nil {
		return err
	}
	// Each answer has to be seen before the next question: no buffer between.
	res, err := linemode.Run(cmd.Context(), input, os.Stdout, session, b)
	return ending(cmd, res, err)
}
