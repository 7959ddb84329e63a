package tui

import (
	"os/exec"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/tui/review"
)

// A Backend is a [review.Backend] that can also leave the terminal for another
// program. The interface calls its methods in commands only.
type Backend interface {
	review.Backend

	// Editor returns the command that opens a file at a line, from 1, in the
	// person's editor.
	Editor(path string, line int) (*exec.Cmd, error)

	// OpenURL shows a page in the person's browser.
	OpenURL(url string) error
}

// Options say what [Run] opens and how it looks.
type Options struct {
	Title   string // the root, for people: "shop/"
	Root    string // its path, for links to files; "" for no links
	Rules   []*fixer.Rule
	Backend Backend

	Theme   string // auto, dark, light, high-contrast, colorblind or none
	NoColor bool   // NO_COLOR is set, to whatever value
	ASCII   bool   // the terminal's character set is not UTF-8
	Version string // for the help overlay
}
