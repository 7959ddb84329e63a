package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// TestKeysOfAHelpRowStandApartFromItsWords: a row of many keys ran into what they do.
func TestKeysOfAHelpRowStandApartFromItsWords(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	for at, bindings := range keymap {
		_, lines := newHelp(at).panel(d.model(), 78, 200)
		for _, b := range bindings {
			keys := " " + strings.Join(b.keys, " ") + " "
			first, _, _ := strings.Cut(b.help, " ")
			found := false
			for _, line := range lines {
				rest, ok := strings.CutPrefix(ansi.Strip(line), keys)
				found = found || ok && strings.HasPrefix(strings.TrimLeft(rest, " "), first)
			}
			if !found {
				t.Errorf("%s: no row of help has %q before %q", at, keys, b.help)
			}
		}
	}
}

// TestResumeSaysThatNewDecisionsReplaceTheOld: "later" let the first new decision
// replace those of the last session without a word.
func TestResumeSaysThatNewDecisionsReplaceTheOld(t *testing.T) {
	for _, width := range []int{60, 80, 200} {
		b := newFake(shop())
		start(t, b, width, 15).press("A") // the terminal is closed
		d := start(t, b, width, 15)
		d.at(onResume)
		d.wants("not written yet: ", "accepted.", "esc asks again next time", "new decisions", "replace these.")
		if strings.Contains(d.screen(), " 0 s") {
			t.Errorf("at %d columns, what nothing was decided about is counted:\n%s", width, d.screen())
		}
	}
}

// TestAFileOutsideGitHasNoUncommittedChanges: the plan called what git never had
// uncommitted changes.
func TestAFileOutsideGitHasNoUncommittedChanges(t *testing.T) {
	for n, want := range map[int]string{
		1: "git has no copy of 1 file as it is now: only oakum undo restores it",
		2: "git has no copy of 2 files as they are now: only oakum undo restores them",
	} {
		if got := notInGit(n); got != want {
			t.Errorf("%q", got)
		}
	}
}

// TestASuppressionIsNoOtherFix: a finding listed the comment that suppresses another one
// in its file among the other fixes there.
func TestASuppressionIsNoOtherFix(t *testing.T) {
	also := func(decide func(d *drive)) bool {
		d := start(t, newFake(shop()), 120, 60)
		openReview(t, d, "compose/no-new-privileges")
		decide(d)
		openReview(t, d, "compose/privileged")
		return strings.Contains(d.screen(), "other fixes in the same files: no-new-privileges")
	}
	if !also(func(d *drive) { d.press("y", "esc") }) {
		t.Error("the other fix of the file is not named")
	}
	suppressed := also(func(d *drive) {
		d.press("i")
		d.typeText("measured first")
		d.press("enter", "esc")
		if n := d.model().current.sum.Suppressed; n != 1 {
			t.Errorf("%d findings are suppressed", n)
		}
	})
	if suppressed {
		t.Error("a suppression is called a fix")
	}
}
