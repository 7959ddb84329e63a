package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/term"

	"oakum/fixer/report"
)

// interactive reports whether a person can be asked: input and output are
// terminals that can be drawn on.
func interactive() bool {
	return term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("TERM") != "dumb"
}

// styleOf says how to dress what is written to f. NO_COLOR of any value turns
// colour off.
func styleOf(f *os.File) report.Style {
	st := report.Style{Terminal: term.IsTerminal(int(f.Fd()))}
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
