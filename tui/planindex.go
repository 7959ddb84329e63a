package tui

import (
	"maps"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/review"
)

// A planIndex is a plan with what the screens ask of it again and again: where
// every finding stands. It is built where the plan is folded, off the Update
// goroutine, and never changed afterwards.
type planIndex struct {
	gen  int // of the decisions, facts and files it was folded from
	plan *engine.Plan

	index     map[fixer.Key]int // into plan.Outcomes
	decisions engine.Decisions  // the decisions it was folded from
	count     map[engine.Result]int
	sum       review.Tally
	openFile  map[string]int       // undecided findings, by file
	waiting   map[fixer.Level]int  // findings that wait for a decision
	byHand    map[fixer.Remedy]int // those of them that no safe or review fix mends

	rows []*row // of the list, in canonical order
}

func newPlanIndex(gen int, plan *engine.Plan, decisions engine.Decisions, w wording) *planIndex {
	s := &planIndex{
		rows: makeRows(plan, w.titles, w.notes),
		gen:  gen, plan: plan, decisions: decisions,
		index: make(map[fixer.Key]int, len(plan.Outcomes)), count: map[engine.Result]int{},
		openFile: map[string]int{}, waiting: map[fixer.Level]int{}, byHand: map[fixer.Remedy]int{},
	}
	for i := range plan.Outcomes {
		o := &plan.Outcomes[i]
		s.index[o.Finding.Key()] = i
		s.count[o.Result]++
		s.sum.Add(o)
		if _, decided := decisions[o.Finding.Key()]; review.Waits(o, decided) {
			s.waiting[o.Finding.Level()]++
			if o.Finding.Level() == fixer.Manual {
				s.byHand[o.Finding.Remedy()]++
			}
		}
		if o.Result == engine.Open || o.Result == engine.ManualWork {
			s.openFile[o.Finding.File]++
		}
	}
	return s
}

// outcome returns what became of a finding, or nil when the plan does not
// know it.
func (s *planIndex) outcome(k fixer.Key) *engine.Outcome {
	if i, ok := s.index[k]; ok {
		return &s.plan.Outcomes[i]
	}
	return nil
}

// offered returns a finding as it is now, with the fixes it has after what is
// accepted; one that is settled is as it was in the files. Its lines are those
// of the files as they will be.
func (s *planIndex) offered(o *engine.Outcome) *fixer.Finding {
	if f := s.plan.Final.Finding(o.Finding.Key()); f != nil {
		return f
	}
	return o.Finding
}

// done counts the findings that are off the table because of a fix.
func (s *planIndex) done() int { return s.count[engine.Fixed] + s.count[engine.Closed] }

// left counts the findings someone still has to say something about.
func (s *planIndex) left() int {
	return s.count[engine.Open] + s.count[engine.ManualWork] + s.count[engine.Blocked] + s.count[engine.Refused]
}

// change returns what the plan does to a file, or nil.
func (s *planIndex) change(path string) *engine.Change {
	for i := range s.plan.Changes {
		if s.plan.Changes[i].Path == path {
			return &s.plan.Changes[i]
		}
	}
	return nil
}

// A wording is what rows are made of beside the plan.
type wording struct {
	titles map[string]string // of rules, by name
	notes  []string
}

// A foldJob is what a command needs to fold the decisions of one moment.
type foldJob struct {
	gen       int
	run       func(engine.Decisions) *engine.Plan
	decisions engine.Decisions // never changed: commands read it
	wording   wording
}

// foldJob returns the job for the present decisions. It is made once for each
// state of them: copying the decisions is the most expensive part of a key press.
func (d *model) foldJob() foldJob {
	if d.job.run == nil || d.job.gen != d.generation {
		d.job = foldJob{gen: d.generation, run: d.session.FoldFunc(), decisions: d.session.Decisions(), wording: d.wording}
	}
	return d.job
}

func (j foldJob) index() *planIndex {
	return newPlanIndex(j.gen, j.run(nil), j.decisions, j.wording)
}

// without folds with some decisions taken back.
func (j foldJob) without(keys map[fixer.Key]bool) *planIndex {
	more := engine.Decisions{}
	rest := maps.Clone(j.decisions)
	for k := range keys {
		more[k] = engine.Decision{}
		delete(rest, k)
	}
	return newPlanIndex(j.gen, j.run(more), rest, j.wording)
}
