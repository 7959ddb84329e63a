package tui

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/review"
)

// TestCountsReconcile: every finding is counted once, and what is left or skipped
// is what the rules still report of the files as they will be.
func TestCountsReconcile(t *testing.T) {
	t.Parallel()
	d := start(t, newReal(t), 80, 24)
	for i, step := range []func(){
		func() {},
		func() { acceptSome(t, d) },
		func() { openReview(t, d, "dockerfile/unpinned-image"); d.press("d", "a") },
		func() { d.press("u", "u", "u") },
		func() {
			all := engine.Decisions{}
			for _, f := range d.model().session.Baseline().Findings {
				all[f.Key()] = engine.Decision{Verdict: engine.Accept}
				if len(f.Fixes) == 0 {
					all[f.Key()] = engine.Decision{Verdict: engine.Skip}
				}
			}
			d.run(d.model().decide("all", all, "all"))
		},
	} {
		step()
		plan := d.model().current.plan
		n := review.TallyOf(plan)
		if n.All != len(plan.Outcomes) || n.Accepted+n.Closed+n.Skipped+n.Suppressed+n.Left != n.All {
			t.Errorf("step %d: %+v of %d outcomes", i, n, len(plan.Outcomes))
		}
		if n.Left+n.Skipped != len(plan.Final.Findings) {
			t.Errorf("step %d: %d left and %d skipped, the rules report %d", i, n.Left, n.Skipped, len(plan.Final.Findings))
		}
		if n.Suppressed != len(plan.Final.Suppressed) {
			t.Errorf("step %d: %d suppressed, the rules see %d", i, n.Suppressed, len(plan.Final.Suppressed))
		}
		if n.All-n.CameUp != len(plan.Baseline.Findings)+len(plan.Baseline.Suppressed) {
			t.Errorf("step %d: %d findings at the start, the rules report %d", i, n.All-n.CameUp, len(plan.Baseline.Findings)+len(plan.Baseline.Suppressed))
		}
	}
}
