package tui

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// TestAGuessIsAskedFor: the review says that a value is a guess, p leads to it, and
// accepting the whole rule asks for it first.
func TestAGuessIsAskedFor(t *testing.T) {
	d := start(t, newReal(t), 80, 24)
	const rule = "kubernetes/no-memory-limit"
	var key fixer.Key
	guesses := 0
	for _, f := range d.model().session.Baseline().Findings {
		if f.Rule == rule && len(f.Fixes[0].Guesses(nil)) > 0 {
			key = f.Key()
			guesses++
		}
	}
	d.run(d.model().push(newReview(key)))
	d.wants("memory=512Mi is a guess: p to change it")
	d.press("a")
	d.at(onOptions)
	decides(0)(t, d, "")
	d.wants("memory=512Mi is a guess", "[✓] use this for")
	d.press("ctrl+u")
	d.typeText("256Mi")
	d.press("enter")
	d.at(onReview)
	n := 0
	for _, v := range d.model().session.Decisions() {
		if v.Verdict == engine.Accept && v.Params["memory"] == "256Mi" {
			n++
		}
	}
	if n != guesses || n == d.model().list.shown.byRule[rule]+n {
		t.Errorf("%d findings have the value, %d were guesses; those for which it is known stay open:\n%s", n, guesses, d.screen())
	}
}
