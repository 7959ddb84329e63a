package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// terminalInput is where a person types: standard input, or the terminal
// itself when that is something else; nil when nobody can.
func terminalInput() *os.File {
	if isTerminal(os.Stdin) {
		return os.Stdin
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil
	}
	return tty
}

// addColor gives all commands the flag for colours.
func addColor(root *cobra.Command) {
	root.PersistentFlags().String("color", "auto", "`WHEN` to print in color: auto (on a terminal), always or never")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		return oneOf("--color", cmd.Flag("color").Value.String(), "auto", "always", "never")
	}
}

// styleOf says how to dress what is written to f. The flag decides on colours, else
// NO_COLOR and CLICOLOR_FORCE do, of any value (but 0 for the latter), else whether it
// is a terminal that has them. Links are for terminals alone.
func styleOf(cmd *cobra.Command, f *os.File, paths project.Paths) report.Style {
	st := report.Style{Terminal: isTerminal(f), Name: paths.Name, Root: paths.Root()}
	able := st.Terminal && os.Getenv("TERM") != "dumb"
	force := os.Getenv("CLICOLOR_FORCE")
	switch when := cmd.Flag("color").Value.String(); {
	case when != "auto":
		st.Color = when == "always"
	case os.Getenv("NO_COLOR") != "":
	case force != "" && force != "0":
		st.Color = true
	default:
		st.Color = able
	}
	if able {
		st.Link = paths.Link
	}
	return st
}

// isMissing reports whether nothing lies at a path.
func isMissing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// hinted adds a hint to an error.
func hinted(err error, hint string) error {
	if hint == "" {
		return err
	}
	return fmt.Errorf("%w%s", err, hint)
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return names
}
