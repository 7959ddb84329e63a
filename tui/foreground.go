package tui

import (
	"io"
	"os/exec"
	"time"

	tea "charm.land/bubbletea/v2"
)

// settleTime is how long the terminal is lent at least. Bubble Tea stops its
// renderer without waiting for it (charmbracelet/bubbletea#1778): where the
// terminal comes back at once, the old renderer may end only then, and takes the
// clock of the new one with it. Nothing would be drawn from then on.
const settleTime = 100 * time.Millisecond

// A foreground is a program that has the terminal for a while, or none.
type foreground struct{ cmd *exec.Cmd }

// Run runs the program, and takes its time.
func (f foreground) Run() error {
	start := time.Now()
	var err error
	if f.cmd != nil {
		err = f.cmd.Run()
	}
	time.Sleep(settleTime - time.Since(start))
	return err
}

// SetStdin gives the program the terminal to read from.
func (f foreground) SetStdin(r io.Reader) {
	if f.cmd != nil {
		f.cmd.Stdin = r
	}
}

// SetStdout gives the program the terminal to write to.
func (f foreground) SetStdout(w io.Writer) {
	if f.cmd != nil {
		f.cmd.Stdout = w
	}
}

// SetStderr gives the program where errors go.
func (f foreground) SetStderr(w io.Writer) {
	if f.cmd != nil {
		f.cmd.Stderr = w
	}
}

// resumed starts the renderer once more after the program was suspended, which
// stops it in the same way.
func resumed() tea.Cmd {
	return tea.Exec(foreground{}, nil)
}
