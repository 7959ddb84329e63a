package tui

import (
	"os/exec"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// TestAnEditorThatReturnsAtOnceFreezesNothing: however quick a program is, the
// terminal is lent long enough for the renderer to have stopped, and it is
// started once more after the program was suspended.
func TestAnEditorThatReturnsAtOnceFreezesNothing(t *testing.T) {
	began := time.Now()
	if err := (foreground{}).Run(); err != nil || time.Since(began) < settleTime {
		t.Errorf("%v, after %v", err, time.Since(began))
	}
	if program, err := exec.LookPath("false"); err == nil {
		began = time.Now()
		if err := (foreground{exec.Command(program)}).Run(); err == nil || time.Since(began) < settleTime {
			t.Errorf("%v, after %v", err, time.Since(began))
		}
	}
	d := start(t, newFake(shop()), 80, 24)
	d.send(tea.ResumeMsg{})
	if len(d.got) != 1 {
		t.Errorf("after it was suspended: %v", d.got)
	}
	d = start(t, newFake(shop()), 80, 24)
	d.backend.editor = func() {}
	d.press("e")
	if len(d.got) != 1 {
		t.Errorf("an editor: %v", d.got)
	}
}
