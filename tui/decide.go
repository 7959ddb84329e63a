package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/review"
)

// Decisions are recorded in the session and nowhere else. Those that fold on
// the way are made in a command that borrows the session: all of a rule, all
// safe, and any while the plan is not that of the present decisions, because
// the session looks up in it what is offered.

// decide records decisions as one step. The label is what undo will call it.
func (d *model) decide(label string, all engine.Decisions, said string) tea.Cmd {
	if !d.fresh() {
		return d.lend(label, func(s *engine.Session) func(*model) tea.Cmd {
			err := s.DecideAll(label, all)
			return func(d *model) tea.Cmd { return d.recorded(err, said) }
		})
	}
	if err := d.session.DecideAll(label, all); err != nil {
		return d.warn("%v", err)
	}
	return tea.Batch(d.changed(), d.recorded(nil, said))
}

func (d *model) recorded(err error, said string) tea.Cmd {
	if err != nil {
		return d.warn("%v", err)
	}
	return d.say("%s %s u to undo", said, d.theme.Marks.Dash)
}

// accept accepts one fix. id is the alternative, "" for the first. Where the list asks
// the same question in several places at once, the answer is for all of them.
func (d *model) accept(f *fixer.Finding, id string, params fixer.Params) tea.Cmd {
	all := d.together(f.Key(), engine.Decision{Verdict: engine.Accept, Fix: id, Params: params})
	return d.decide("accept "+f.Rule, all, "Accepted "+ruleWord(f.Rule)+in(f, len(all)))
}

// acceptOne is accept for the one finding alone.
func (d *model) acceptOne(f *fixer.Finding, id string, params fixer.Params) tea.Cmd {
	return d.decide("accept "+f.Rule, engine.Decisions{f.Key(): {Verdict: engine.Accept, Fix: id, Params: params}}, "Accepted "+ruleWord(f.Rule)+in(f, 1))
}

// skip leaves a finding, or all that are asked about at once.
func (d *model) skip(f *fixer.Finding) tea.Cmd {
	all := d.together(f.Key(), engine.Decision{Verdict: engine.Skip})
	return d.decide("skip "+f.Rule, all, "Skipped "+ruleWord(f.Rule)+in(f, len(all)))
}

// in says where something was decided.
func in(f *fixer.Finding, places int) string {
	if places > 1 {
		return fmt.Sprintf(" in %d places", places)
	}
	return " in " + f.File
}

// toggle accepts a finding's first fix, or takes back its decision.
func (d *model) toggle(o *engine.Outcome) tea.Cmd {
	f := o.Finding
	if v, ok := d.session.Decision(f.Key()); ok {
		if places := d.places(f.Key()); places != nil {
			back := engine.Decisions{f.Key(): {}}
			for _, p := range places {
				if other, ok := d.session.Decision(p.outcome.Finding.Key()); ok && other.Verdict == v.Verdict {
					back[p.outcome.Finding.Key()] = engine.Decision{}
				}
			}
			return d.decide("take back "+f.Rule, back, fmt.Sprintf("Took back: %s %s%s", v.Verdict, ruleWord(f.Rule), in(f, len(back))))
		}
		d.session.Forget(f.Key())
		return tea.Batch(d.changed(), d.recorded(nil, fmt.Sprintf("Took back: %s %s in %s", v.Verdict, ruleWord(f.Rule), f.File)))
	}
	if why := d.notAcceptable(o); why != "" {
		return d.warn("%s", why)
	}
	return d.accept(f, "", nil)
}

// notAcceptable says why a finding has nothing that could be accepted, or "".
func (d *model) notAcceptable(o *engine.Outcome) string {
	switch {
	case o.Result == engine.AlreadySuppressed:
		return "Suppressed by a comment in the file: " + o.Reason
	case o.Result == engine.Closed && d.fresh():
		return "Nothing left to do: closed by " + keyWords(o.By)
	case len(d.offer(o).Fixes) == 0:
		return "No automatic fix: enter shows what to do (n there skips it), i suppresses it with a reason"
	}
	return ""
}

// unfixable are the actions that a finding without a fix has no use for.
func (d *model) unfixable(o *engine.Outcome) []action {
	if len(d.offer(o).Fixes) > 0 {
		return nil
	}
	return []action{actAccept, actAcceptRule, actOptions}
}

// acceptRule accepts what is open of a rule, as far as the list shows it. Where
// another alternative than the first was chosen, it is used wherever it is offered, in
// one step. A value that would be a guess is asked for first.
func (d *model) acceptRule(f *fixer.Finding, id string, params fixer.Params) tea.Cmd {
	rule := f.Rule
	if fix := (&detail{fix: id}).alternative(f); fix != nil && len(fix.Guesses(params)) > 0 && d.open(f.Key()) {
		ask := newOptions(f, fix.ID, params)
		ask.forAll, ask.alike = true, len(d.alike(f, fix.ID, params))
		ask.parameters(params)
		ask.form.FocusOn(1)
		return tea.Batch(d.push(ask), d.say("%s", guessed(fix, params, "change it, or accept it with enter")))
	}
	if id != "" && len(f.Fixes) > 0 && (id != f.Fixes[0].ID || len(params) > 0) {
		return d.acceptAlike(f, id, params)
	}
	return d.acceptShown(d.list.ruleShown(d, rule))
}

// acceptAlike accepts one fix with its parameters for a finding and for every
// open one of its rule that offers the same alternative.
func (d *model) acceptAlike(f *fixer.Finding, id string, params fixer.Params) tea.Cmd {
	all := engine.Decisions{}
	for _, o := range d.alike(f, id, params) {
		all[o.Finding.Key()] = engine.Decision{Verdict: engine.Accept, Fix: id, Params: params}
	}
	all[f.Key()] = engine.Decision{Verdict: engine.Accept, Fix: id, Params: params}
	return d.decide("accept all "+f.Rule, all, fmt.Sprintf("Accepted %s of %s", count(len(all), "finding"), ruleWord(f.Rule)))
}

// alike are the other open findings of a rule to which a choice applies.
func (d *model) alike(f *fixer.Finding, id string, params fixer.Params) []*engine.Outcome {
	var out []*engine.Outcome
	for i := range d.current.plan.Outcomes {
		o := &d.current.plan.Outcomes[i]
		if o.Finding.Rule != f.Rule || o.Result != engine.Open || o.Finding.Key() == f.Key() {
			continue
		}
		if _, decided := d.decision(o.Finding.Key()); decided {
			continue
		}
		fix := d.current.offered(o).Fix(id)
		if fix == nil {
			continue
		}
		if _, err := fix.Resolve(params); err == nil && !overridesKnown(f.Fix(id), fix, params) {
			out = append(out, o)
		}
	}
	return out
}

// overridesKnown reports whether a value that was chosen for want of anything known
// would replace one that is known for another finding.
func overridesKnown(own, other *fixer.Fix, params fixer.Params) bool {
	if own == nil {
		return false
	}
	guess := map[string]bool{}
	for _, p := range own.Params {
		guess[p.Name] = p.Guess
	}
	for _, p := range other.Params {
		if _, chosen := params[p.Name]; chosen && guess[p.Name] && !p.Guess {
			return true
		}
	}
	return false
}

// acceptSafe accepts every safe fix.
func (d *model) acceptSafe() tea.Cmd { return d.acceptShown(allSafe()) }

// skipFile says no to everything still open in a file.
func (d *model) skipFile(path string) tea.Cmd {
	all := engine.Decisions{}
	for i := range d.current.plan.Outcomes {
		o := &d.current.plan.Outcomes[i]
		k := o.Finding.Key()
		if d.list.spot(k) == 0 {
			continue // nobody has seen it: the filter leaves it out
		}
		if _, decided := d.decision(k); o.Finding.File == path && review.Waits(o, decided) {
			all[k] = engine.Decision{Verdict: engine.Skip}
		}
	}
	if len(all) == 0 {
		return d.say("No open findings in %s", path)
	}
	return d.decide("skip the rest of "+path, all, fmt.Sprintf("Skipped %s in %s", count(len(all), "finding"), path))
}

func (d *model) undo() tea.Cmd {
	label, ok := d.session.Undo()
	if !ok {
		return d.say("Nothing to undo here; oakum undo restores files that were written")
	}
	return tea.Batch(d.changed(), d.say("Undone: %s %s ctrl+r does it again", label, d.theme.Marks.Dash))
}

func (d *model) redo() tea.Cmd {
	label, ok := d.session.Redo()
	if !ok {
		return d.say("Nothing to redo")
	}
	return tea.Batch(d.changed(), d.say("Done again: %s", label))
}

// open reports whether a finding still waits for a decision.
func (d *model) open(k fixer.Key) bool {
	o := d.current.outcome(k)
	if o == nil {
		return false
	}
	_, decided := d.decision(k)
	return review.Waits(o, decided)
}

// unwritten counts the findings that are open in the files as they are.
func (d *model) unwritten() int { return len(d.current.plan.Baseline.Findings) }

// pending reports whether there are fixes that were accepted and not written.
func (d *model) pending() bool {
	if d.session == nil || d.busyWith != "" {
		return false
	}
	if d.fresh() {
		return len(d.current.plan.Changes) > 0
	}
	for _, v := range d.session.Decisions() {
		if v.Verdict != engine.Skip {
			return true
		}
	}
	return false
}
