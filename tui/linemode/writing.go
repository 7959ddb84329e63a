package linemode

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/review"
)

// plan reads out what would be written, and what can be done with it.
func (t *conversation) plan(string) {
	plan := t.s.Plan()
	if len(plan.Changes) == 0 {
		t.say("Nothing is accepted yet, so there is nothing to write.")
		t.leftOver(plan)
		return
	}
	t.readPlan(plan)
	t.say("Say diff all, write, or patch.")
}

func (t *conversation) readPlan(plan *engine.Plan) {
	paths := make([]string, len(plan.Changes))
	for i, c := range plan.Changes {
		paths[i] = c.Path
	}
	states := t.b.States(paths)
	t.say("The plan. Nothing is written yet.")
	for _, c := range plan.Changes {
		added, removed := lineCounts(c)
		s := fmt.Sprintf("%s: %s; %s added, %d removed", visible(c.Path), fixCounts(plan, c), count(added, "line"), removed)
		if st := states[c.Path]; st.Text != "" {
			s += "; " + visible(st.Text)
			if st.Warn {
				s += ": git has no copy of the file as it is now, and only oakum undo restores it"
			}
		}
		t.say("%s.", s)
	}
	t.say("Score %d, after the plan %d. Grade %s, after the plan %s.", plan.ScoreBefore, plan.ScoreAfter, engine.Grade(plan.ScoreBefore), engine.Grade(plan.ScoreAfter))
	t.recreate(plan)
	t.leftOver(plan)
}

// recreate says which Jobs and Pods cannot be changed where they exist.
func (t *conversation) recreate(plan *engine.Plan) {
	if words := report.RecreationOf(plan).Words(0, nil); words != "" {
		t.say("%s", sentence(words))
	}
}

// fixCounts counts the fixes in a change, and apart from them the comments that
// record why a finding is left.
func fixCounts(plan *engine.Plan, c engine.Change) string {
	safe, review, comments := 0, 0, 0
	for _, k := range c.Fixes {
		switch o := plan.Outcome(k); {
		case o != nil && o.Result == engine.NewlySuppressed:
			comments++
		case o != nil && o.Level == fixer.Review:
			review++
		default:
			safe++
		}
	}
	var parts []string
	if n := safe + review; n > 0 {
		parts = append(parts, fmt.Sprintf("%s, %d safe and %d review", count(n, "fix"), safe, review))
	}
	if comments > 0 {
		parts = append(parts, count(comments, "comment"))
	}
	return strings.Join(parts, ", and ")
}

func lineCounts(c engine.Change) (added, removed int) {
	body := false
	for line := range strings.Lines(text.Unified(c.Path, c.Before, c.After, 0)) {
		switch {
		case strings.HasPrefix(line, "@@"):
			body = true
		case body && line[0] == '+':
			added++
		case body && line[0] == '-':
			removed++
		}
	}
	return added, removed
}

// leftOver says what a plan leaves, and why.
func (t *conversation) leftOver(plan *engine.Plan) {
	var parts []string
	for _, g := range []struct {
		result engine.Result
		word   string
	}{
		{engine.Fixed, "fixed"}, {engine.Closed, "closed by other fixes"}, {engine.NewlySuppressed, "suppressed by this plan"}, {engine.Open, "open"},
		{engine.ManualWork, ""}, {engine.Skipped, "skipped"}, {engine.Blocked, "blocked"}, {engine.Refused, "refused"},
		{engine.AlreadySuppressed, "suppressed by a comment"},
	} {
		if g.result == engine.ManualWork {
			parts = append(parts, review.TallyOf(plan).ByHandWords()...)
		} else if n := plan.Count(g.result); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, g.word))
		}
	}
	if len(parts) > 0 {
		t.say("Of the findings: %s.", strings.Join(parts, ", "))
	}
	for i := range plan.Outcomes {
		if o := &plan.Outcomes[i]; o.Result == engine.Blocked || o.Result == engine.Refused {
			t.say("%s: %s in %s, %s", capital(string(o.Result)), o.Finding.Rule, visible(o.Finding.File), sentenceEnd(o.Reason))
		}
	}
}

// write writes the plan, after one more question. Nothing else does.
func (t *conversation) write(string) {
	plan := t.s.Plan()
	if len(plan.Changes) == 0 {
		t.say("Nothing is accepted yet, so there is nothing to write.")
		return
	}
	t.readPlan(plan)
	if !t.sure("Write %s? Say yes or no.", count(len(plan.Changes), "file")) {
		if !t.ended {
			t.say("Nothing was written.")
		}
		return
	}
	var receipt *fixer.Receipt
	err := t.door.through(func(d *door) (err error) {
		if receipt, err = t.b.Commit(t.ctx, plan.Changes); err == nil {
			d.written = append(d.written, receipt.Written...)
		}
		return err
	})
	if err != nil {
		var refused *fixer.RefusedError
		if errors.As(err, &refused) && refused.Interrupted {
			t.brokeOff = true
			t.say("Writing was interrupted.")
			t.say("%s", sentence(err.Error()))
			return
		}
		t.say("Nothing was written.")
		if refused == nil {
			t.say("%s", sentence(err.Error()))
			return
		}
		for _, f := range refused.Refusals {
			t.say("%s: %s", visible(f.Path), sentenceEnd(f.Reason))
		}
		t.say("Say again to read the files again. Your decisions stay.")
		return
	}
	for _, p := range receipt.Written {
		t.say("Wrote %s.", visible(p))
	}
	for _, w := range receipt.Warnings {
		t.say("%s", sentence(w))
	}
	t.say("To undo: %s", visible(receipt.Undo))
	t.recreate(plan)
	t.verify(plan)
	t.s.SetSnapshot(plan.After)
	t.keep()
	t.queue, t.at = t.queue[:0], 0
	t.line()
	t.first()
}

// verify says how to see that everything still works.
func (t *conversation) verify(plan *engine.Plan) {
	var said []string
	for i := range plan.Outcomes {
		o := &plan.Outcomes[i]
		if o.Result != engine.Fixed {
			continue
		}
		if f := o.Finding.Fix(o.Fix); f != nil && f.Verify != "" && !slices.Contains(said, f.Verify) {
			said = append(said, f.Verify)
			t.readChecks(f.Verify)
		}
	}
}

// sure asks a question that is answered with yes or no. The end of the input
// is a no.
func (t *conversation) sure(format string, args ...any) bool {
	for {
		t.say(format, args...)
		line, ok := t.read()
		if !ok {
			return false
		}
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "yes", "y":
			return true
		case "no", "n":
			return false
		}
	}
}

// patch saves the plan as a patch file.
func (t *conversation) patch(string) {
	plan := t.s.Plan()
	if len(plan.Changes) == 0 {
		t.say("Nothing is accepted yet, so there is nothing to save.")
		return
	}
	var name string
	err := t.door.through(func(*door) (err error) {
		name, err = t.b.SavePatch(plan.Changes)
		return err
	})
	if err != nil {
		t.say("The patch cannot be saved: %s", sentenceEnd(err.Error()))
		return
	}
	t.say("Saved the plan as %s.", visible(name))
}

// again reads the files again, and reports which decisions are lost.
func (t *conversation) again(string) {
	loaded, err := t.b.Load(t.ctx, func(fixer.Progress) {})
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			t.say("The files cannot be read again: %s", sentenceEnd(err.Error()))
		}
		return
	}
	was := t.s.Decisions()
	lost := t.s.SetSnapshot(fixer.NewSnapshot(loaded.Sources, loaded.Names...))
	if t.facts == nil { // the files may name other images now
		t.facts = t.b.Facts(t.ctx, t.s.Snapshot(), t.s.Facts())
	}
	t.keep()
	t.line()
	t.say("Read the files again. %s, %s kept.", count(len(t.s.Baseline().Findings), "finding"), isAre(len(t.s.Decisions()), "decision"))
	t.sayLost(was, lost)
	t.first()
}

func (t *conversation) sayLost(was engine.Decisions, lost []fixer.Key) {
	for _, k := range lost {
		t.say("No longer attached: %s of %s in %s, %s.", was[k].Verdict, visible(k.Rule), visible(k.File), visible(k.Path))
	}
}

// quit leaves, after a question when there is something unwritten.
func (t *conversation) quit(string) {
	n := len(t.s.Plan().Changes)
	if n == 0 {
		t.leave()
		return
	}
	t.leaving = true
	kept := "Leave, and keep the decisions for next time?"
	if t.noKeep {
		kept = "The decisions cannot be saved. Leave, and lose them?"
	}
	t.say("Accepted fixes for %s are not written. %s Say yes or no, or say write, patch, or discard to forget them.", count(n, "file"), kept)
}

// leave ends the conversation. Verdicts stay where they were kept.
func (t *conversation) leave() {
	if len(t.door.files()) == 0 && !t.brokeOff {
		t.say("Nothing was written.")
	}
	t.sayKept()
	t.over = true
}

// discard leaves and forgets the verdicts.
func (t *conversation) discard(string) {
	if err := t.save(nil); err != nil && !t.noKeep {
		t.say("The saved decisions cannot be removed: %s", sentenceEnd(err.Error()))
	} else if n := len(t.s.Decisions()); n > 0 {
		t.say("Forgot %s.", count(n, "decision"))
	}
	t.noKeep = true // there is nothing kept to speak of
	t.leave()
}

// resume offers the decisions of an earlier session.
func (t *conversation) resume() {
	kept, err := t.b.LoadDecisions()
	if err != nil {
		t.say("The decisions of the last session cannot be read: %s", sentenceEnd(err.Error()))
		return
	}
	if len(kept) == 0 {
		return
	}
	if !t.sure("Resume your last session? %s not written yet. Say yes or no.", isAre(len(kept), "decision")) {
		if !t.ended {
			t.say("They are kept aside.")
		}
		return
	}
	lost, err := review.Resume(t.s, kept)
	if err != nil {
		t.say("%s", sentence(err.Error()))
		return
	}
	t.keep()
	t.say("Resumed with %s.", count(len(kept)-len(lost), "decision"))
	t.sayLost(kept, lost)
}
