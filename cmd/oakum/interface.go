package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/tui"
	"github.com/oakum-sec/oakum/tui/review"
	"github.com/oakum-sec/oakum/tui/theme"
)

// errInterrupted ends an interface that was left by ctrl+c. It is never
// printed.
var errInterrupted = errors.New("interrupted")

type interfaceFlags struct {
	selectFlags
	registryFlags
	theme             string
	accessible, ascii bool
}

func (f *interfaceFlags) add(cmd *cobra.Command) {
	f.selectFlags.add(cmd)
	f.addOffline(cmd)
	cmd.Flags().StringVar(&f.theme, "theme", "auto", "`THEME` of the interface: auto, dark, light, high-contrast, colorblind or none")
	cmd.Flags().BoolVar(&f.accessible, "accessible", false, "use line mode: plain lines and words, for screen readers, simple terminals and pipes")
	cmd.Flags().BoolVar(&f.ascii, "ascii", false, "draw with ASCII characters only")
}

// run opens the interface, or line mode where that was asked for or the
// terminal cannot do more. Without a terminal it prints the scan.
func (f *interfaceFlags) run(cmd *cobra.Command, paths []string) error {
	if err := theme.Check(f.theme); err != nil {
		return fmt.Errorf("--theme: %w", err)
	}
	env := theme.FromEnv(os.Getenv)
	input := terminalInput()
	words := f.accessible || env.Accessible
	if !f.accessible && (input == nil || !isTerminal(os.Stdout)) {
		scan := scanFlags{selectFlags: f.selectFlags}
		scan.defaults()
		return scan.run(cmd, paths)
	}
	selection, err := f.selection()
	if err != nil {
		return err
	}
	lookup, err := f.settings()
	if err != nil {
		return err
	}
	b, err := project.NewBackend(paths, f.noIgnore, f.generated, lookup)
	if err != nil {
		return err
	}
	registries, err := f.registries(cmd)
	if err != nil {
		return err
	}
	b.AllowRegistries(registries)
	release, err := b.Claim(cmd.Context())
	if err != nil {
		return err
	}
	defer release()
	// The interface shows what it checks, so rules that are not selected are
	// not run here.
	wanted := selection.Wanted()
	if words {
		if f.accessible {
			input = os.Stdin
		}
		return f.talk(cmd, b, wanted, input)
	}
	// Signals are heard by the interface itself, which has to restore the
	// terminal; a context that ends at the same time would only get in its way.
	res, err := tui.Run(context.WithoutCancel(cmd.Context()), tui.Options{
		Title: filepath.Base(b.Root()) + "/", Root: b.Root(), Rules: wanted, Backend: b,
		Theme: f.theme, NoColor: env.NoColor || cmd.Flag("color").Value.String() == "never", ASCII: f.ascii || env.ASCII, Version: version(),
	})
	io.WriteString(cmd.OutOrStdout(), res.Summary)
	if words := report.FromRoot(project.NewPaths(b.Root()).Root()); words != "" && res.Summary != "" {
		io.WriteString(cmd.OutOrStdout(), words+"\n")
	}
	if !res.Interrupted {
		err = errors.Join(err, b.Failure())
	}
	return ending(cmd, res, err)
}

// ending turns what became of the interface into the end of the command.
func ending(cmd *cobra.Command, res review.Result, err error) error {
	switch {
	case res.Interrupted, cmd.Context().Err() != nil: // a signal ends both
		return errInterrupted
	case err != nil:
		return err
	case res.ExitCode() != exitClean:
		return errFindings
	}
	return nil
}
