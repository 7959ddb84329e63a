package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/tui/review"
)

// App is the root model. It routes: the terminal's own messages change the
// model, results of commands apply themselves to it, and keys go to what is on
// top.
type App struct {
	d     *model
	start func() tea.Cmd // the first work
}

// New returns the root model for the options. ctx ends what commands wait for.
func New(ctx context.Context, opts Options) *App {
	a := &App{d: newModel(ctx, opts)}
	a.start = a.d.load
	a.d.screens = []screen{newScanScreen()}
	return a
}

// A result is what a command brings back.
type result interface {
	apply(d *model) tea.Cmd
}

// Init starts the first work: reading the repository.
func (a *App) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, a.start())
}

// Update routes one message.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	d := a.d
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		d.width, d.height = msg.Width, msg.Height
		return a, nil
	case tea.BackgroundColorMsg:
		d.dark = msg.IsDark()
		d.pickTheme()
		return a, nil
	case tea.KeyPressMsg:
		return a, d.key(msg)
	case tea.ResumeMsg:
		return a, resumed()
	case tea.PasteMsg:
		return a, d.paste(msg.Content)
	case tea.MouseClickMsg:
		return a, d.click(msg.Mouse())
	case tea.MouseWheelMsg:
		return a, d.wheel(msg.Mouse())
	case result:
		return a, msg.apply(d)
	}
	return a, nil
}

// View draws the frame and declares the modes of the terminal.
func (a *App) View() tea.View {
	d := a.d
	v := tea.NewView(d.frame())
	v.AltScreen = true
	v.WindowTitle = "oakum " + d.title()
	if d.mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	v.ProgressBar = d.progress()
	return v
}

// Result returns what became of the run, for after the program has ended.
func (a *App) Result() review.Result {
	d := a.d
	d.proving.stop()
	d.proving.running.Wait() // nothing that was made is left behind
	r := review.Result{Interrupted: d.killed, Written: d.ledger.paths(), Summary: d.summary}
	if d.current != nil {
		r.Open = d.unwritten()
	}
	if d.killed {
		r.Summary += d.parting()
	}
	return r
}

// progress is what the terminal's tab or the taskbar shows: how far reading is, and
// that something is being read, checked or written.
func (d *model) progress() *tea.ProgressBar {
	s, reading := d.screen().(*scanScreen)
	switch {
	case reading && s.err != nil:
		return tea.NewProgressBar(tea.ProgressBarError, 100)
	case reading && s.found > 0:
		return tea.NewProgressBar(tea.ProgressBarDefault, 100*s.read/s.found)
	case reading, d.busyWith != "":
		return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
	}
	return nil
}
