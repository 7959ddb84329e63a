package tui

import (
	"context"
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/tui/review"
)

// Run opens the interface on the terminal and returns when it is left. The
// caller makes sure that there is a terminal, and prints the result's summary.
func Run(ctx context.Context, opts Options) (review.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	app := New(ctx, opts)
	_, err := tea.NewProgram(app, tea.WithContext(ctx)).Run()
	cancel() // what is not yet written stays so
	// The model that Run returns is nil after a panic; ours is still here.
	res := app.Result()
	switch {
	case errors.Is(err, tea.ErrInterrupted):
		res.Interrupted = true
		return res, nil
	case err != nil:
		return res, fmt.Errorf("terminal interface: %w", err)
	}
	return res, nil
}
