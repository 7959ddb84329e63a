package tui

import (
	"context"
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/report"
)

// NewOptions say what [RunNew] asks for, and how it looks.
type NewOptions struct {
	Options // without rules and backend

	Stacks   []report.NewStack
	Settings []Setting

	// Stack, Dir and Chosen are what is chosen already: the name of a stack, a directory,
	// and values by the names of their settings.
	Stack, Dir string
	Chosen     map[string]string

	// Make works out the files of a service. It writes nothing. The error is about what was
	// chosen. It is called in commands only, one at a time.
	Make func(ctx context.Context, stack, dir string, settings []string) (*Draft, error)
}

// A Setting is one thing that can be chosen of a service.
type Setting struct {
	Name    string
	Meaning string             // of a value, and what it is when nothing is chosen
	Values  []string           // those that it can have, nil for any that Check takes
	Default string             // of Values
	Check   func(string) error // says what is wrong with a value
}

// A Draft is a service that is not written yet.
type Draft struct {
	Report   *report.New
	Notes    []string
	Conflict error // why it cannot be written: files are there that hold something else

	// Write writes all files or none, and overwrites nothing.
	Write func(context.Context) (*fixer.Receipt, error)
}

// NewResult is what became of the form.
type NewResult struct {
	Interrupted bool
	Written     *Draft // nil when nothing was written
	Receipt     *fixer.Receipt
}

// RunNew opens the form of a new service on the terminal and returns when it is left.
func RunNew(ctx context.Context, opts NewOptions) (NewResult, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	app, form := newServiceForm(ctx, opts)
	_, err := tea.NewProgram(app, tea.WithContext(ctx)).Run()
	cancel()
	res := form.result
	res.Interrupted = app.d.killed || errors.Is(err, tea.ErrInterrupted)
	if err != nil && !res.Interrupted {
		return res, fmt.Errorf("terminal interface: %w", err)
	}
	return res, nil
}

// newServiceForm returns the root model with the form as its only screen.
func newServiceForm(ctx context.Context, opts NewOptions) (*App, *newScreen) {
	d := newModel(ctx, opts.Options)
	s := newNewScreen(opts)
	d.screens = []screen{s}
	return &App{d: d, start: func() tea.Cmd { return s.refresh(d) }}, s
}
