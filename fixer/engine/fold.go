package engine

import (
	"errors"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
)

// Fold turns decisions into a plan. Edits are never computed against the
// baseline and merged. Each pass checks the current snapshot, selects the
// accepted fixes that still apply, in canonical order and as long as their
// edits neither overlap nor share an insertion point, makes them, parses the
// result, verifies it, and goes on from there, until nothing is left to select.
//
// What can be fixed in the baseline makes the first wave of decisions. What
// comes up, or becomes a fix of the accepted level, once these are made is the
// next, and so on. So "accept all" adds to a fold what comes up between two of its
// waves, and comes to what a fold of all its decisions from the start comes to.
//
// The result depends on the set of decisions only. Every pass settles at least
// one decision, so the fold ends.
func Fold(snap *fixer.Snapshot, facts *fixer.Facts, rules []*fixer.Rule, decisions Decisions) *Plan {
	c := newChecker(facts, rules)
	return newFolding(c, snap, c.check(snap), decisions).fold()
}

// A folding is the state of one fold while it runs.
type folding struct {
	checker       *checker
	before        *fixer.Snapshot
	baseline      *Report
	decisions     Decisions
	order         map[string]int // rule name → place in the order of fixes
	standardsRule map[string]bool

	current    *fixer.Snapshot
	report     *Report
	checkpoint *checkpoint // what is cached of current
	outcomes   map[fixer.Key]*Outcome
	places     map[fixer.Key]fixer.Key // where findings are that fixes moved
	pending    map[fixer.Key]Decision  // of the waves so far
	later      map[fixer.Key]Decision  // of the waves to come
	waves      []*Report               // with which each began
	fixes      map[string][]fixer.Key  // by file
	passes     int
	advances   int // passes that made something
	made       int // fixes made so far
}

func newFolding(c *checker, snap *fixer.Snapshot, baseline *Report, decisions Decisions) *folding {
	f := &folding{
		checker: c, before: snap, baseline: baseline, decisions: Decisions{}, order: map[string]int{}, standardsRule: map[string]bool{},
		current: snap, report: baseline, checkpoint: c.cache.checkpoint(snap, 0),
		outcomes: map[fixer.Key]*Outcome{}, places: map[fixer.Key]fixer.Key{}, pending: map[fixer.Key]Decision{}, later: map[fixer.Key]Decision{}, fixes: map[string][]fixer.Key{},
	}
	for i, r := range fixer.FixOrder(c.rules) {
		f.order[r.Name] = i
		f.standardsRule[r.Name] = r.Phase == fixer.Standards
	}
	f.decide(decisions)
	return f
}

// decide adds decisions for the waves to come.
func (f *folding) decide(decisions Decisions) {
	for k, d := range decisions {
		f.decisions[k] = d
		if d.Verdict != Skip {
			f.later[k] = d
		}
	}
}

// fold runs wave after wave until none is left and returns the plan.
func (f *folding) fold() *Plan {
	for f.nextWave() {
		f.runWave()
	}
	return f.plan()
}

// nextWave makes decisions pending whose fix can be made now: those of rules in
// the last phase only where there are no others. It reports whether there are any.
func (f *folding) nextWave() bool {
	f.waves = append(f.waves, f.report)
	var ordinary, late []fixer.Key
	for k, d := range f.later {
		switch finding := f.report.Finding(k); {
		case finding == nil || d.notReady(finding) != nil:
		case f.standardsRule[k.Rule]:
			late = append(late, k)
		default:
			ordinary = append(ordinary, k)
		}
	}
	if len(ordinary) == 0 {
		ordinary = late
	}
	for _, k := range ordinary {
		f.pending[k] = f.later[k]
		delete(f.later, k)
	}
	return len(ordinary) > 0
}

// runWave carries out what is pending.
func (f *folding) runWave() {
	for {
		before := f.made
		f.settle()
		// What was blocked or refused was tried on a file that other
		// fixes have changed since. Tried once more on the final file,
		// the plan is one that a second run would not add to.
		if f.made == before || !f.retry() {
			return
		}
	}
}

// couldHaveBegun reports whether the fix of one of the decisions could have been
// made in a wave that has begun.
func (f *folding) couldHaveBegun(decisions Decisions) bool {
	for k, d := range decisions {
		for _, r := range f.waves {
			if finding := r.Finding(k); finding != nil && d.notReady(finding) == nil {
				return true
			}
		}
	}
	return false
}

// settle runs passes until no pending decision can be selected.
func (f *folding) settle() {
	for {
		before := len(f.pending)
		batch := f.selectBatch()
		if len(batch) == 0 {
			if len(f.pending) < before {
				continue // some were refused, and no longer stand before others
			}
			return
		}
		f.passes++
		r := f.checker.cache.batch(f.checkpoint, batchID(batch, f.pending), func() *batchResult { return f.verifyBatch(batch) })
		for _, b := range r.blocked {
			k := b.fix.finding.Key()
			delete(f.pending, k)
			f.outcomes[k] = &Outcome{Finding: f.about(b.fix.finding), Result: Blocked, Reason: b.err.Error(), Fix: b.fix.fix, Title: b.fix.title, Level: b.fix.level}
		}
		if len(r.good) > 0 { // otherwise the next pass tries the rest without the blocked ones
			f.advance(r)
		}
	}
}

// retry puts blocked and refused decisions back. It reports whether there are
// any.
func (f *folding) retry() bool {
	any := false
	for k, o := range f.outcomes {
		if o.Result == Blocked || o.Result == Refused {
			delete(f.outcomes, k)
			f.pending[k] = f.decisions[k]
			any = true
		}
	}
	return any
}

// about returns what an outcome is about: the finding of the baseline, where that
// has it. The one at hand would keep the version of its file that a pass saw.
func (f *folding) about(finding *fixer.Finding) *fixer.Finding {
	if first := f.baseline.Finding(finding.Key()); first != nil {
		return first
	}
	return finding
}

// advance takes over the result of a pass and notes what it settled.
func (f *folding) advance(r *batchResult) {
	f.made += len(r.good)
	for _, s := range r.good {
		k := s.finding.Key()
		delete(f.pending, k)
		o := &Outcome{Finding: f.about(s.finding), Result: Fixed, Fix: s.fix, Title: s.title, Level: s.level, Guesses: s.guesses, Assumed: s.assumed}
		if s.suppress {
			o.Result, o.Reason = NewlySuppressed, s.reason
		}
		f.outcomes[k] = o
		for _, c := range s.contents {
			f.fixes[c.Path] = append(f.fixes[c.Path], k)
		}
	}
	moved := movesOf(r.good)
	f.followMoved(moved, r)
	closer := newCloserIndex(r.good)
	for _, was := range f.report.Findings {
		k := was.Key()
		if f.outcomes[k] == nil && r.report.Finding(k) == nil {
			delete(f.pending, k)
			if f.notePlace(k, moved, r) {
				continue
			}
			f.outcomes[k] = &Outcome{Finding: f.about(was), Result: Closed, By: closer.of(was)}
		}
	}
	// A finding that was closed or fixed can come back through a later fix.
	for _, is := range r.report.Findings {
		k := is.Key()
		if o := f.outcomes[k]; o != nil && (o.Result == Closed || o.Result == Fixed || o.Result == NewlySuppressed) {
			delete(f.outcomes, k)
			if d, ok := f.decisions[k]; ok && d.Verdict != Skip && !f.waits(k) {
				f.pending[k] = d
			}
		}
	}
	f.current, f.report = r.next, r.report
	f.advances++
	f.checkpoint = f.checker.cache.checkpoint(f.current, f.advances)
}

// waits reports whether the decision about a finding is of a wave to come.
func (f *folding) waits(k fixer.Key) bool {
	_, ok := f.later[k]
	return ok
}

// A closerIndex finds the fixes of a pass that most likely closed a finding: those
// in its file, and among them those nearest to its place. Where none is in its
// file it is all of them.
type closerIndex struct {
	all    []fixer.Key
	byFile map[string][]selected
}

func newCloserIndex(good []selected) *closerIndex {
	c := &closerIndex{byFile: map[string][]selected{}}
	for _, s := range good {
		c.all = append(c.all, s.finding.Key())
		seen := map[string]bool{}
		for _, change := range s.contents {
			if !seen[change.Path] {
				seen[change.Path] = true
				c.byFile[change.Path] = append(c.byFile[change.Path], s)
			}
		}
	}
	return c
}

func (c *closerIndex) of(was *fixer.Finding) []fixer.Key {
	here := c.byFile[was.File]
	if len(here) == 0 {
		return c.all
	}
	var out []fixer.Key
	best := -1
	for _, s := range here {
		near := commonPrefix(s.finding.Path, was.Path)
		switch {
		case near > best:
			best, out = near, []fixer.Key{s.finding.Key()}
		case near == best:
			out = append(out, s.finding.Key())
		}
	}
	return out
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

var errNotGone = errors.New("the finding remains after the edit")

// sortedLike sorts fixes in the order of the batch they were taken from.
func sortedLike(batch, some []selected) []selected {
	place := make(map[*fixer.Finding]int, len(batch))
	for i, s := range batch {
		place[s.finding] = i
	}
	slices.SortStableFunc(some, func(a, b selected) int { return place[a.finding] - place[b.finding] })
	return some
}
