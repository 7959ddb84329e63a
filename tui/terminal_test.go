package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestPlacesAreLinks: the place of a finding leads to its file, whose name cannot end
// the link.
func TestPlacesAreLinks(t *testing.T) {
	sources := shop()
	sources[0].Path = "a b\x1b]8;;evil\x07/Dockerfile"
	d := start(t, newFake(sources), 80, 24, func(o *Options) { o.Root = "/repo" })
	before := d.model().frame()
	if strings.Contains(before, "\x1b]8;") {
		t.Error("the list has links")
	}
	openReview(t, d, "dockerfile/runs-as-root")
	frame := d.model().frame()
	if !strings.Contains(frame, "\x1b]8;;file:///repo/a%20b%1B%5D8;;evil%07/Dockerfile\x07a b^[]8;;evil^G/Dockerfile:20\x1b]8;;\x07") {
		t.Errorf("no link:\n%q", strings.SplitN(frame, "\n", 2)[0])
	}
	if n := strings.Count(frame, "\x1b]8;"); n != 2 {
		t.Errorf("%d sequences for links, want 2", n)
	}
	d.sound()
}

// TestTheTaskbarShowsProgress while files are read, checked again or written.
func TestTheTaskbarShowsProgress(t *testing.T) {
	d := open(t, newFake(shop()))
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	if b := d.app.View().ProgressBar; b == nil || b.State != tea.ProgressBarIndeterminate {
		t.Errorf("before files are counted: %+v", b)
	}
	s := d.model().screen().(*scanScreen)
	s.found, s.read = 4, 1
	if b := d.app.View().ProgressBar; b == nil || b.Value != 25 {
		t.Errorf("1 of 4 files: %+v", b)
	}
	d.run(d.app.d.load())
	if b := d.app.View().ProgressBar; b != nil {
		t.Errorf("nothing goes on: %+v", b)
	}
	d.press("A", "w")
	d.slow = true
	d.press("enter")
	if b := d.app.View().ProgressBar; b == nil || b.State != tea.ProgressBarIndeterminate {
		t.Errorf("while it writes: %+v", b)
	}
	d.drain()
}
