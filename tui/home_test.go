package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// startReal opens the interface at its first page on the repository of testdata,
// with the real rules.
func startReal(t testing.TB, width, height int) *drive {
	t.Helper()
	d := open(t, newReal(t), func(o *Options) { o.Rules = rules.All() })
	d.send(tea.WindowSizeMsg{Width: width, Height: height})
	d.run(d.app.d.load())
	return d
}

// TestOverviewOfAcceptedFixes compares the first page with what its first door
// accepts; as it opens it is among the goldens of all screens.
func TestOverviewOfAcceptedFixes(t *testing.T) {
	for _, size := range sizes {
		d := startReal(t, size[0], size[1])
		d.at(onHome)
		d.press("1", "esc")
		d.at(onHome)
		d.sound()
		compare(t, fmt.Sprintf("overview-%dx%d-accepted", size[0], size[1]), d.model().frame())
	}
}

// TestOverviewSaysWhatFixesComeTo: the figures of the page are those that accepting
// comes to, and nothing is accepted for them.
func TestOverviewSaysWhatFixesComeTo(t *testing.T) {
	d := startReal(t, 120, 40)
	o := d.model().front.outlook
	for level, got := range map[fixer.Level]*standing{fixer.Safe: o.safe, fixer.Review: o.review} {
		s := engine.NewSession(d.model().current.plan.Before, nil, rules.All())
		if _, err := s.AcceptAll(level, nil); err != nil {
			t.Fatal(err)
		}
		want := planned(s.Plan())
		if got == nil || *got != *want || got.pods.Restricted == 0 {
			t.Errorf("%s: %+v, and accepting comes to %+v", level, got, want)
		}
	}
	if n := len(d.model().session.Decisions()); n != 0 {
		t.Errorf("%d decisions were made for it", n)
	}
	if t.Failed() {
		return // there is nothing to compare with
	}
	d.press("A")
	if now := d.model().front.outlook; now.accepted == nil || *now.accepted != *o.safe {
		t.Errorf("with the safe fixes accepted the page says %+v, and said %+v before", now.accepted, o.safe)
	}
}

// TestDoors: each number leads to its work, counts what waits there, and nothing is
// written on the way.
func TestDoors(t *testing.T) {
	d := startReal(t, 120, 40)
	left := d.model().current.waiting
	if all := left[fixer.Safe] + left[fixer.Review] + left[fixer.Manual]; all != d.model().current.left() {
		t.Errorf("the doors have %d findings, and %d are left", all, d.model().current.left())
	}
	d.press("2")
	d.at(onReview)
	s := d.model().screen().(*reviewScreen)
	if level := d.model().current.outcome(s.key).Finding.Level(); level != fixer.Review {
		t.Errorf("the walk begins at a finding of level %s", level)
	}
	d.press("esc", "esc", "esc")
	d.at(onHome)
	d.press("3")
	d.at(onList)
	if n := len(d.model().list.queue); n != left[fixer.Manual] {
		t.Errorf("%d findings are listed, and %d have no fix", n, left[fixer.Manual])
	}
	d.press("esc", "esc", "1")
	d.at(onPlan)
	if n := len(d.model().current.plan.Changes); n == 0 || len(d.backend.commits) > 0 {
		t.Errorf("the plan changes %d files, and %d were written", n, len(d.backend.commits))
	}
	d.press("esc")
	d.wants("See the plan: 19 fixes accepted, nothing written yet")
	d.press("1")
	d.at(onPlan)
	d.press("esc")
	d.press("u")
	d.wants("Accept 19 safe fixes")
}

// TestRisksLeadToTheirFinding: by key and by mouse.
func TestRisksLeadToTheirFinding(t *testing.T) {
	d := startReal(t, 120, 40)
	d.press("j", "j", "j", "j", "j", "enter")
	d.at(onReview)
	first := d.model().screen().(*reviewScreen).key
	if d.model().current.outcome(first).Finding.Severity != fixer.Critical {
		t.Errorf("the worst risk is %v", first)
	}
	d.press("esc", "esc")
	d.at(onHome)
	for y, line := range strings.Split(d.screen(), "\n") {
		if strings.Contains(line, "CRIT") {
			d.model().mouse = true
			d.send(tea.MouseClickMsg{X: 20, Y: y, Button: tea.MouseLeft})
		}
	}
	d.at(onReview)
	if got := d.model().screen().(*reviewScreen).key; got != first {
		t.Errorf("a click leads to %v", got)
	}
}

// TestSkippingAFileLeavesWhatTheFilterHides: the walk of one level says no to what
// it shows of a file, and not to what nobody has seen.
func TestSkippingAFileLeavesWhatTheFilterHides(t *testing.T) {
	d := startReal(t, 120, 40)
	d.press("2")
	file := d.model().screen().(*reviewScreen).key.File
	shown := 0
	for _, k := range d.model().list.queue {
		if k.File == file {
			shown++
		}
	}
	d.press("d")
	if n := len(d.model().session.Decisions()); n != shown {
		t.Errorf("%d findings were skipped, and %d were shown of %s", n, shown, file)
	}
	for k := range d.model().session.Decisions() {
		if level := d.model().current.outcome(k).Finding.Level(); level != fixer.Review {
			t.Errorf("a finding of level %s was skipped: %v", level, k)
		}
	}
}

// TestTheOutlookOfALargeFileWaitsForItsKey: thousands of findings in one file take many seconds of
// work that nobody has asked for. The page says that it was not done, and o does it.
func TestTheOutlookOfALargeFileWaitsForItsKey(t *testing.T) {
	d := open(t, newFake(large(3000)), func(o *Options) { o.Rules = largeRules() })
	d.send(tea.WindowSizeMsg{Width: 100, Height: 40})
	d.slow = true
	d.run(d.app.d.load())
	for d.model().current == nil {
		d.next()
	}
	d.drain()
	o := d.model().front.outlook
	if o.now == nil || !o.held || o.safe != nil || o.review != nil {
		t.Fatalf("the outlook is %+v", o)
	}
	d.wants("is not worked out", "o work out")
	d.press("o")
	if d.model().front.outlook.held {
		t.Error("o does not begin the work")
	}
	d.at(onHome)
	small := startReal(t, 100, 40)
	if o := small.model().front.outlook; o.held || o.safe == nil {
		t.Errorf("of a small repository the outlook is %+v", o)
	}
}
