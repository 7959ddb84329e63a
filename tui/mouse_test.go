package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/tui/widget"
)

// clickOn clicks on words of the frame.
func clickOn(t *testing.T, d *drive, words string) {
	t.Helper()
	for y, line := range strings.Split(d.screen(), "\n") {
		if i := strings.Index(line, words); i >= 0 {
			d.send(tea.MouseClickMsg{X: widget.Width(line[:i]), Y: y, Button: tea.MouseLeft})
			return
		}
	}
	t.Fatalf("no %q on the screen:\n%s", words, d.screen())
}

// TestKeysOfTheFooterCanBeClicked: on a screen and over an overlay; and no click
// writes files.
func TestKeysOfTheFooterCanBeClicked(t *testing.T) {
	d := startReal(t, 120, 40)
	d.model().mouse = true
	clickOn(t, d, "l all findings")
	d.at(onList)
	clickOn(t, d, "/ filter")
	d.at(onFilter)
	clickOn(t, d, "esc clear")
	d.at(onList)
	clickOn(t, d, "A all safe")
	clickOn(t, d, "w plan")
	d.at(onPlan)
	clickOn(t, d, "enter write")
	d.at(onPlan)
	d.wants("a click never does")
	if n := len(d.backend.commits); n > 0 {
		t.Errorf("clicks wrote %d times", n)
	}
	d.send(tea.MouseClickMsg{X: 0, Y: 39, Button: tea.MouseLeft})
	d.at(onPlan)
}
