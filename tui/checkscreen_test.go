package tui

import (
	"fmt"
	"testing"
	"time"
)

// TestGoldensOfTheChecklist compares the checklist at its sizes: the questions, and the
// findings of one.
func TestGoldensOfTheChecklist(t *testing.T) {
	for _, size := range mapSizes {
		if testing.Short() && size[0] != 80 {
			continue
		}
		d := start(t, newReal(t), size[0], size[1])
		d.press("C")
		d.sound()
		compare(t, fmt.Sprintf("moment-checklist-%dx%d", size[0], size[1]), d.model().frame())
		d.press("enter", "j")
		d.sound()
		compare(t, fmt.Sprintf("moment-checklist-findings-%dx%d", size[0], size[1]), d.model().frame())
	}
	d := start(t, newReal(t), 80, 24, func(o *Options) { o.ASCII = true })
	d.press("C", "enter")
	d.sound()
	for _, r := range d.screen() {
		if r > 0x7e {
			t.Fatalf("%q is drawn where only ASCII may be:\n%s", r, d.screen())
		}
	}
}

// TestWayThroughTheChecklist: from a question that does not hold to its finding, and back
// to the question, which holds with the accepted fix.
func TestWayThroughTheChecklist(t *testing.T) {
	d := start(t, newReal(t), 120, 40)
	d.press("C")
	d.at(onChecklist)
	d.wants("fails", "holds", "not seen")
	s := d.model().screen().(*checklistScreen)
	for n := 0; s.at < 0 || s.shown.items[s.at].Text != "No directory, port, device or namespace of the host is handed to a container"; n++ {
		if n > 100 {
			t.Fatal("the question about the host is not in the list")
		}
		d.press("j")
	}
	d.press("enter", "enter")
	d.at(onReview)
	if k := d.model().screen().(*reviewScreen).key; k.Rule != "kubernetes/host-namespaces" {
		t.Fatalf("enter leads to %v", k)
	}
	d.wants("esc checklist")
	d.press("y", "esc")
	d.at(onChecklist)
	d.wants("will hold", "does not hold; with the accepted fixes it", "[✓] Remove hostNetwork", "1 more with accepted fixes")
	d.press("esc", "f")
	for i := range s.shown.items {
		if it := &s.shown.items[i]; it.State == "holds" && s.list.Select(it.Text) {
			t.Errorf("%q is shown among what does not hold", it.Text)
		}
	}
	d.press("esc")
	d.at(onList)
}

// TestChecklistOfHostileNames: what comes from files is made visible beside a question.
func TestChecklistOfHostileNames(t *testing.T) {
	d := start(t, realOf(hostile()...), 80, 24)
	d.press("C", "f")
	for range 30 {
		d.press("j")
		d.sound()
		d.press("enter", "G")
		d.sound()
		d.press("esc")
	}
}

// TestChecklistKeysStayFast: the answers for 10,000 findings are worked out in the
// background, and of a question with thousands of them the first are shown.
func TestChecklistKeysStayFast(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a file of 20,000 lines")
	}
	d := startLarge(t, 20000)
	for _, key := range []string{"C", "j", "G", "g", "j", "enter", "j", "G", "g", "esc", "f", "f"} {
		from := time.Now()
		_, cmd := d.app.Update(keyPress(key))
		d.app.View()
		if took := time.Since(from); took > 100*time.Millisecond {
			t.Errorf("%s takes %v", key, took)
		}
		d.run(cmd)
		d.drain()
	}
	d.sound()
}
