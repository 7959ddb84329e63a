package engine

import (
	"fmt"
	"maps"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
)

// A Session is a snapshot, facts, rules and the decisions made so far. It is
// the only mutable thing in the engine; it is not safe for concurrent use, but
// what it hands out ([Session.FoldFunc], [Session.OutlookFunc], plans, reports)
// is.
type Session struct {
	snapshot  *fixer.Snapshot
	checker   *checker
	baseline  *Report
	decisions Decisions

	plan *Plan // of the current decisions; nil when they changed

	past, future []undoStep
}

// An undoStep is one thing a person did, with the decisions it replaced, so that
// "accept all" is undone in one go.
type undoStep struct {
	label  string
	before Decisions // only the keys that changed; a zero Decision means none
	after  Decisions
}

// NewSession checks the snapshot with the given rules.
func NewSession(snap *fixer.Snapshot, facts *fixer.Facts, rules []*fixer.Rule) *Session {
	c := newChecker(facts, rules)
	return &Session{snapshot: snap, checker: c, baseline: c.check(snap), decisions: Decisions{}}
}

// Survey is [NewSession] for who wants to know what there is and makes no fix: findings
// say which fixes they have, but what these are made of is not kept, so that a large
// repository takes much less memory. Accepted fixes are refused.
func Survey(snap *fixer.Snapshot, facts *fixer.Facts, rules []*fixer.Rule) *Session {
	c := newChecker(facts, rules)
	c.surveys = true
	return &Session{snapshot: snap, checker: c, baseline: c.check(snap), decisions: Decisions{}}
}

// Snapshot returns the snapshot the decisions are about.
func (s *Session) Snapshot() *fixer.Snapshot { return s.snapshot }

// Rules returns the rules of the session, in their order.
func (s *Session) Rules() []*fixer.Rule { return s.checker.rules }

// Baseline returns what the rules report of the snapshot before any fix.
func (s *Session) Baseline() *Report { return s.baseline }

// Decision returns the decision about a finding, if there is one.
func (s *Session) Decision(k fixer.Key) (Decision, bool) {
	d, ok := s.decisions[k]
	return d, ok
}

// Decisions returns a copy of all decisions.
func (s *Session) Decisions() Decisions { return maps.Clone(s.decisions) }

// Decided returns how many decisions there are.
func (s *Session) Decided() int { return len(s.decisions) }

// Decide records a decision about a finding as one step that can be undone. An
// accepted fix whose level is not given must keep the level it has now.
// It fails when no such finding or fix is known, and on parameters the fix
// does not take; nothing is recorded then.
func (s *Session) Decide(k fixer.Key, d Decision) error {
	d, err := s.complete(k, d)
	if err != nil {
		return err
	}
	s.record(string(d.Verdict)+" "+k.Rule, Decisions{k: d})
	return nil
}

// DecideAll records several decisions as one step. It fails as Decide does.
func (s *Session) DecideAll(label string, all Decisions) error {
	complete := Decisions{}
	for k, d := range all {
		d, err := s.complete(k, d)
		if err != nil {
			return err
		}
		complete[k] = d
	}
	s.record(label, complete)
	return nil
}

func (s *Session) complete(k fixer.Key, d Decision) (Decision, error) {
	// What is offered after the other fixes precedes what was offered at the start.
	f := s.Plan().Final.Finding(k)
	if f == nil {
		f = s.baseline.Finding(k)
	}
	if o := s.Plan().Outcome(k); f == nil && o != nil {
		f = o.Finding // it came up after other fixes, and is decided already
	}
	if f == nil {
		return d, fmt.Errorf("no finding %s", k)
	}
	if d.Verdict != Accept {
		return d, nil
	}
	fix := chosenFix(f, d.Fix)
	if fix == nil {
		return d, fmt.Errorf("%s has no fix %q", k, d.Fix)
	}
	if _, err := fix.Resolve(d.Params); err != nil {
		return d, fmt.Errorf("%s: %w", k, err)
	}
	d.Fix = fix.ID
	if d.Level == 0 {
		d.Level = fix.Level
	}
	return d, nil
}

// Forget removes the decision about a finding, as one step.
func (s *Session) Forget(k fixer.Key) {
	if _, ok := s.decisions[k]; ok {
		s.record("take back "+k.Rule, Decisions{k: {}})
	}
}

func (s *Session) record(label string, after Decisions) {
	st := undoStep{label: label, before: Decisions{}, after: after}
	for k := range after {
		st.before[k] = s.decisions[k]
	}
	s.past, s.future = append(s.past, st), nil
	s.apply(after)
}

func (s *Session) apply(d Decisions) {
	for k, v := range d {
		if v.Verdict == "" {
			delete(s.decisions, k)
		} else {
			s.decisions[k] = v
		}
	}
	s.plan = nil
}

// Undo takes the last step back and returns its label; ok is false when there
// is none.
func (s *Session) Undo() (label string, ok bool) {
	if len(s.past) == 0 {
		return "", false
	}
	st := s.past[len(s.past)-1]
	s.past = s.past[:len(s.past)-1]
	s.future = append(s.future, st)
	s.apply(st.before)
	return st.label, true
}

// Redo makes the last undone step again.
func (s *Session) Redo() (label string, ok bool) {
	if len(s.future) == 0 {
		return "", false
	}
	st := s.future[len(s.future)-1]
	s.future = s.future[:len(s.future)-1]
	s.past = append(s.past, st)
	s.apply(st.after)
	return st.label, true
}

// Steps returns how many steps can be undone, and how many can be made again.
func (s *Session) Steps() (past, future int) { return len(s.past), len(s.future) }

// AcceptAll accepts, as one step, the most trusted fix of every undecided
// finding whose level is at most upTo, and of those that come up once these
// are made, until none is left. Values in params are given to the fixes that
// have a parameter of that name. It returns how many were accepted.
func (s *Session) AcceptAll(upTo fixer.Level, params fixer.Params) (int, error) {
	return s.AcceptWhere("accept all "+upTo.String(), upTo, func(*fixer.Finding) (fixer.Params, bool) { return params, true })
}

// AcceptRule accepts every undecided finding of one rule up to a level, as
// AcceptAll does.
func (s *Session) AcceptRule(rule string, upTo fixer.Level, params fixer.Params) (int, error) {
	return s.AcceptWhere("accept all "+rule, upTo, func(f *fixer.Finding) (fixer.Params, bool) { return params, f.Rule == rule })
}

// AcceptWhere accepts, as AcceptAll does, the undecided findings that want
// chooses, with the values it gives. It fails, and records nothing, when a fix
// does not accept a value; values a fix has no parameter for are passed over.
func (s *Session) AcceptWhere(label string, upTo fixer.Level, want func(*fixer.Finding) (fixer.Params, bool)) (int, error) {
	added, plan, err := s.state().accept(s.Plan(), upTo, want)
	if err != nil {
		return 0, err
	}
	if len(added) > 0 {
		s.record(label, added)
		s.plan = plan
	}
	return len(added), nil
}

// A state is what a fold needs of a session at one moment. Nothing in it changes.
type state struct {
	checker   *checker
	snapshot  *fixer.Snapshot
	baseline  *Report
	decisions Decisions
}

func (s *Session) state() state {
	return state{s.checker, s.snapshot, s.baseline, maps.Clone(s.decisions)}
}

// accept returns the decisions that accept what want chooses of the undecided
// findings of a plan, and of those that come up with them, and the plan with them.
func (s state) accept(plan *Plan, upTo fixer.Level, want func(*fixer.Finding) (fixer.Params, bool)) (added Decisions, with *Plan, err error) {
	all, added := maps.Clone(s.decisions), Decisions{}
	more, err := wanted(plan.Final, all, upTo, want)
	for again := len(more) > 0; again && err == nil; {
		again = false
		maps.Copy(all, more)
		maps.Copy(added, more)
		f := newFolding(s.checker, s.snapshot, s.baseline, all)
		for !again && err == nil && f.nextWave() {
			f.runWave()
			more, err = wanted(f.report, all, upTo, want)
			maps.Copy(all, more)
			maps.Copy(added, more)
			again = f.couldHaveBegun(more) // with these it is another fold
			f.decide(more)
		}
		plan = f.plan()
	}
	return added, plan, err
}

// wanted returns the decisions that accept those undecided findings of a report
// which can be fixed at the level and which want chooses.
func wanted(r *Report, decided Decisions, upTo fixer.Level, want func(*fixer.Finding) (fixer.Params, bool)) (Decisions, error) {
	out := Decisions{}
	for _, f := range r.Findings {
		k := f.Key()
		if _, is := decided[k]; is || f.Level() > upTo || f.Level() == fixer.Manual {
			continue
		}
		params, wants := want(f)
		if !wants {
			continue
		}
		fix := &f.Fixes[0]
		if _, err := fix.Resolve(fix.OwnParams(params)); err != nil {
			return nil, fmt.Errorf("%s in %s: %w", f.Rule, f.File, err)
		}
		// No fix is named: what was accepted is whatever is most trusted
		// once the other edits are made.
		out[k] = Decision{Verdict: Accept, Params: maps.Clone(params), Level: upTo}
	}
	return out, nil
}

// Plan folds the decisions. The result is kept until they change.
func (s *Session) Plan() *Plan {
	if s.plan == nil {
		s.plan = newFolding(s.checker, s.snapshot, s.baseline, s.decisions).fold()
	}
	return s.plan
}

// FoldFunc returns a function that folds the current decisions, replaced where more
// has others, on whichever goroutine calls it: what an interface uses to show
// the file as it will be written without holding up the next key.
func (s *Session) FoldFunc() func(more Decisions) *Plan {
	now := s.state()
	return func(more Decisions) *Plan {
		with := maps.Clone(now.decisions)
		for k, d := range more {
			if d.Verdict == "" {
				delete(with, k)
			} else {
				with[k] = d
			}
		}
		return newFolding(now.checker, now.snapshot, now.baseline, with).fold()
	}
}

// OutlookFunc returns a function that works out, on whichever goroutine calls it,
// what AcceptAll would make of the present decisions: the plan with every fix up
// to a level. Nothing is recorded.
func (s *Session) OutlookFunc() func(upTo fixer.Level) *Plan {
	now, plan := s.state(), s.Plan()
	return func(upTo fixer.Level) *Plan {
		_, with, err := now.accept(plan, upTo, func(*fixer.Finding) (fixer.Params, bool) { return nil, true })
		if err != nil {
			return plan // without values there is nothing that a fix could not accept
		}
		return with
	}
}

// AdoptPlan makes plan the one for the current decisions, when it was folded by
// [Session.FoldFunc] from just these.
func (s *Session) AdoptPlan(plan *Plan) { s.plan = plan }

// Facts returns what the session checks with.
func (s *Session) Facts() *fixer.Facts { return s.checker.facts }

// SetFacts checks again with new facts. Decisions stay.
func (s *Session) SetFacts(facts *fixer.Facts) {
	surveys := s.checker.surveys
	s.checker = newChecker(facts, s.checker.rules)
	s.checker.surveys = surveys
	s.baseline = s.checker.check(s.snapshot)
	s.plan = nil
}

// SetSnapshot moves the session to other bytes, after files changed on disk or
// were written. Decisions whose finding still exists stay; the keys of the
// others are returned, sorted, and their decisions and the history are dropped.
func (s *Session) SetSnapshot(snap *fixer.Snapshot) (lost []fixer.Key) {
	s.snapshot, s.baseline, s.plan = snap, s.checker.check(snap), nil
	s.past, s.future = nil, nil
	for k := range s.decisions {
		if s.baseline.Finding(k) == nil {
			lost = append(lost, k)
			delete(s.decisions, k)
		}
	}
	slices.SortFunc(lost, fixer.Key.Compare)
	return lost
}
