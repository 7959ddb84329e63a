package tui

import (
	"context"
	"os/exec"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/review"
)

// A Backend is a [review.Backend] that can also leave the terminal for another
// program. The interface calls its methods in commands only.
type Backend interface {
	review.Backend

	// Editor returns the command that opens a file at a line, from 1, in the
	// person's editor.
	Editor(path string, line int) (*exec.Cmd, error)

	// Provable says what a proof of the plan would build and start, and with which
	// engine. It executes nothing, and fails where no engine answers, with how to get one.
	Provable(ctx context.Context, plan *engine.Plan) (engine string, subjects []fixer.ProofSubject, err error)

	// Prove builds and starts it, and tells what it does and has seen. It returns when
	// all that was made is removed, also when the context ends. It may run while any
	// other method is called.
	Prove(ctx context.Context, plan *engine.Plan, news func(fixer.ProofNews)) error

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
