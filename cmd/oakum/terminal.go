package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/term"

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

// styleOf says how to dress what is written to f. NO_COLOR of any value turns
// colour off.
func styleOf(f *os.File) report.Style {
	st := report.Style{Terminal: isTerminal(f)}
	st.Color = st.Terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
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
