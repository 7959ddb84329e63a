package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
)

// tourFile holds the frames of the recording in the README: package picture makes the
// film from it. Each begins with a line "=== SECONDS CAPTION".
const tourFile = "testdata/tour.txt"

// TestTour goes through the repository in testdata as somebody does who sees oakum for
// the first time, with the real engine and the real rules, and compares every frame.
func TestTour(t *testing.T) {
	b := newReal(t)
	for path := range b.states {
		b.states[path] = fixer.FileState{Text: "git: clean"}
	}
	d := open(t, b, func(o *Options) { o.Theme, o.NoColor = "dark", false })
	d.send(tea.WindowSizeMsg{Width: 100, Height: 30})
	d.run(d.app.d.load())
	var out strings.Builder
	show := func(seconds float64, caption string, keys ...string) {
		t.Helper()
		d.press(keys...)
		d.sound()
		fmt.Fprintf(&out, "=== %.1f %s\n%s\n", seconds, caption, d.model().frame())
	}
	show(4, "oakum: what was read, and what it would be worth")
	d.pastOverview()
	show(3, "the findings, the most severe first")
	openReview(t, d, "compose/privileged")
	show(4, "enter: one finding, its fix as a diff, and what it could break")
	show(2.5, "y: accept it, and go on to the next", "y")
	openReview(t, d, "dockerfile/runs-as-root")
	show(3.5, "a Dockerfile: the user it can run as, with the evidence")
	d.press("y")
	d.run(d.model().home())
	d.pastOverview()
	show(2.5, "A: accept all safe fixes", "A")
	d.elapse()
	show(4, "w: the plan. Nothing is written yet", "w")
	show(5, "enter: written. oakum undo restores every byte", "enter")

	if *update {
		if err := os.WriteFile(tourFile, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(filepath.FromSlash(tourFile))
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("the tour has changed: run go test ./tui -run TestTour -update, then go test ./tui/picture -update, and look at tour.svg")
	}
}
