package engine

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"oakum/fixer"
	"oakum/fixer/text"
)

// Fold turns decisions into a plan. Edits are never computed against the
// baseline and merged. Each pass checks the current snapshot, takes the
// accepted fixes that still apply, in canonical order and as long as their
// edits neither overlap nor share an insertion point, makes them, parses the
// result, verifies it, and goes on from there, until nothing is left to take.
//
// The result depends on the set of decisions only. Every pass settles at least
// one decision, so the fold ends.
func Fold(snap *fixer.Snapshot, facts *fixer.Facts, rules []*fixer.Rule, decisions Decisions) *Plan {
	c := newChecker(facts, rules)
	return fold(c, snap, c.check(snap), decisions)
}

// taken is a fix chosen in one pass.
type taken struct {
	finding  *fixer.Finding
	title    string
	level    fixer.Level
	ignore   bool
	reason   string // of an Ignore
	contents []fixer.FileChange
}

type folder struct {
	checker   *checker
	decisions Decisions
	order     map[string]int // rule name → place in the order of fixes
	late      map[string]bool

	cur      *fixer.Snapshot
	report   *Report
	outcomes map[fixer.Key]*Outcome
	pending  map[fixer.Key]Decision
	fixes    map[string][]fixer.Key // by file
	passes   int
	made     int // fixes made so far
}

func fold(c *checker, snap *fixer.Snapshot, baseline *Report, decisions Decisions) *Plan {
	f := &folder{
		checker: c.fork(), decisions: decisions, order: map[string]int{}, late: map[string]bool{},
		cur: snap, report: baseline, outcomes: map[fixer.Key]*Outcome{}, pending: map[fixer.Key]Decision{}, fixes: map[string][]fixer.Key{},
	}
	for i, r := range fixer.FixOrder(c.rules) {
		f.order[r.Name] = i
		f.late[r.Name] = r.Phase == fixer.Standards
	}
	for k, d := range decisions {
		if d.Verdict != Reject {
			f.pending[k] = d
		}
	}
	for {
		before := f.made
		f.settle()
		// What was blocked or refused was judged against a file that other
		// fixes have changed since. Judged once more against the final file,
		// the plan is one that a second run would not add to.
		if f.made == before || !f.retry() {
			break
		}
	}
	return f.plan(snap, baseline)
}

// settle runs passes until no pending decision can be taken.
func (f *folder) settle() {
	for {
		before := len(f.pending)
		batch := f.choose()
		if len(batch) == 0 {
			if len(f.pending) < before {
				continue // some were refused, and no longer stand before others
			}
			return
		}
		f.passes++
		next, report, good := f.verified(batch)
		if len(good) == 0 {
			continue // every one of the batch was blocked; the rest may go on
		}
		f.advance(next, report, good)
	}
}

// retry puts blocked and refused decisions back. It reports whether there are
// any.
func (f *folder) retry() bool {
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

// choose collects the fixes that can be made together on the current snapshot:
// those of late rules only where there are no others.
func (f *folder) choose() []taken {
	var ordinary, late []*fixer.Finding
	for _, finding := range f.report.Findings {
		switch _, ok := f.pending[finding.Key()]; {
		case !ok:
		case f.late[finding.Rule]:
			late = append(late, finding)
		default:
			ordinary = append(ordinary, finding)
		}
	}
	before := len(f.pending)
	if batch := f.collect(ordinary); len(batch) > 0 || len(f.pending) < before {
		return batch
	}
	return f.collect(late)
}

// collect takes as many of the findings' fixes as do not meet in one place.
func (f *folder) collect(found []*fixer.Finding) []taken {
	slices.SortStableFunc(found, func(a, b *fixer.Finding) int {
		return cmp.Or(cmp.Compare(f.order[a.Rule], f.order[b.Rule]), fixer.CompareFindings(a, b))
	})
	// Two fixes of one place nearly always meet in the same lines: the second
	// is not even drafted before the first is made.
	busy := map[[2]string]bool{}
	found = slices.DeleteFunc(found, func(finding *fixer.Finding) bool {
		place := [2]string{finding.File, finding.Path}
		was := busy[place]
		busy[place] = true
		return was
	})
	type drafted struct {
		taken taken
		err   *failure
	}
	drafts := make([]drafted, len(found))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range found {
		g.Go(func() error {
			drafts[i].taken, drafts[i].err = f.draft(found[i], f.pending[found[i].Key()], true)
			return nil
		})
	}
	_ = g.Wait()

	var batch []taken
	claimed := map[string]claim{}
	for i, finding := range found {
		t, err := drafts[i].taken, drafts[i].err
		if err != nil {
			k := finding.Key()
			delete(f.pending, k)
			f.outcomes[k] = &Outcome{Finding: finding, Result: err.result, Reason: err.reason, Title: t.title, Level: t.level}
			continue
		}
		if slices.ContainsFunc(t.contents, func(c fixer.FileChange) bool { return claimed[c.Path].conflicts(c) }) {
			continue // next pass, on what this one makes
		}
		for _, c := range t.contents {
			was := claimed[c.Path]
			claimed[c.Path] = claim{made: true, comment: c.Comment, edits: append(was.edits, c.Edits...), about: append(was.about, c.About...)}
		}
		batch = append(batch, t)
	}
	return batch
}

// A claim is what the fixes taken so far in a pass do to one file.
type claim struct {
	made    bool
	comment bool
	edits   []text.Edit
	about   []string
}

// conflicts reports whether a further change has to wait for the next pass.
// Comments are not added in the pass that changes data, because data edits are
// held to leave every comment as it is.
func (c claim) conflicts(next fixer.FileChange) bool {
	return c.made && (next.Create != nil || c.comment != next.Comment || text.Conflict(c.edits, next.Edits) ||
		slices.ContainsFunc(next.About, func(thing string) bool { return slices.Contains(c.about, thing) }))
}

type failure struct {
	result Result
	reason string
}

// draft computes the edits of one decision, or says why there are none.
// Quick drafts are read with the whole batch only.
func (f *folder) draft(finding *fixer.Finding, d Decision, quick bool) (taken, *failure) {
	t := taken{finding: finding}
	if d.Verdict == Ignore {
		t.ignore, t.reason, t.title = true, d.Reason, "record why it is left"
		file := f.cur.File(finding.File)
		for _, other := range f.report.Findings {
			if other != finding && other.File == finding.File && other.Line == finding.Line && other.Rule == finding.Rule {
				return t, &failure{Refused, "the comment would silence another finding of the line as well: " + other.Message}
			}
		}
		edits, err := fixer.SuppressEdit(file, finding, d.Reason)
		if err != nil {
			return t, &failure{Refused, err.Error()}
		}
		t.contents = []fixer.FileChange{{Path: file.Path, Edits: edits, Comment: true}}
		return t, nil
	}
	fix := chosen(finding, d.Fix)
	switch {
	case fix == nil && len(finding.Fixes) == 0:
		return t, &failure{Refused, cmp.Or(finding.Advice, "no sound fix is known here")}
	case fix == nil:
		return t, &failure{Refused, fmt.Sprintf("the fix %q is not offered any more after the other edits", d.Fix)}
	}
	t.title, t.level = fix.Title, fix.Level
	if d.Level != 0 && fix.Level > d.Level {
		return t, &failure{Blocked, fmt.Sprintf("after the other edits this fix is %s, and was accepted as %s", fix.Level, d.Level)}
	}
	params := d.Params
	if d.Fix == "" {
		params = fix.Own(params)
	}
	draft := fix.DraftUnread
	if !quick {
		draft = fix.DraftRead
	}
	contents, err := draft(f.cur, params)
	if err != nil {
		return t, &failure{Refused, strings.TrimSuffix(err.Error(), ".")}
	}
	t.contents = contents
	return t, nil
}

func chosen(f *fixer.Finding, id string) *fixer.Fix {
	if id == "" && len(f.Fixes) > 0 {
		return &f.Fixes[0]
	}
	return f.Fix(id)
}

// verified applies a batch and verifies it. Where the whole batch does not
// hold, it is parted until the fixes that fail alone are found: those are
// blocked. The others are made together, or if that fails too, the first of
// them; the rest wait for the next pass.
func (f *folder) verified(batch []taken) (*fixer.Snapshot, *Report, []taken) {
	next, report, err := f.try(batch, nil)
	if err == nil {
		return next, report, batch
	}
	opened := map[fixer.Key]bool{}
	good := f.sound(batch, err, opened)
	for len(good) > 0 {
		if next, report, err = f.try(good, opened); err == nil {
			return next, report, good
		}
		if len(good) == 1 { // it held a moment ago; rules are pure
			f.block(good[0], err)
			return nil, nil, nil
		}
		good = good[:1]
	}
	return nil, nil, nil
}

// sound returns the fixes of a failed batch that hold in some part of it, and
// blocks those that fail alone. What the parts open is noted: a severe fix may
// open a lesser finding, also when it stands in a batch beside lesser fixes.
func (f *folder) sound(batch []taken, err error, opened map[fixer.Key]bool) []taken {
	if len(batch) == 1 {
		if again, ok := f.careful(batch[0]); ok {
			return []taken{again}
		}
		f.block(batch[0], err)
		return nil
	}
	var good []taken
	for _, part := range parts(batch) {
		_, report, err := f.try(part, nil)
		if err != nil {
			good = append(good, f.sound(part, err, opened)...)
			continue
		}
		good = append(good, part...)
		for _, finding := range report.Findings {
			if k := finding.Key(); f.report.Finding(k) == nil {
				opened[k] = true
			}
		}
	}
	return good
}

// careful drafts a fix once more, reading what it makes and looking for
// another way of writing it, before the fix is given up.
func (f *folder) careful(t taken) (taken, bool) {
	again, failed := f.draft(t.finding, f.pending[t.finding.Key()], false)
	if failed != nil {
		return t, false
	}
	_, _, err := f.try([]taken{again}, nil)
	return again, err == nil
}

// parts splits a batch: into the groups that share no file, where there are
// several, else in halves.
func parts(batch []taken) [][]taken {
	var groups [][]taken
	byFile := map[string]int{}
	for _, t := range batch {
		into := -1
		for _, c := range t.contents {
			g, ok := byFile[c.Path]
			switch {
			case !ok || g == into:
			case into < 0:
				into = g
			default: // the fix joins two groups
				groups[into] = append(groups[into], groups[g]...)
				groups[g] = nil
				for path, of := range byFile {
					if of == g {
						byFile[path] = into
					}
				}
			}
		}
		if into < 0 {
			into = len(groups)
			groups = append(groups, nil)
		}
		groups[into] = append(groups[into], t)
		for _, c := range t.contents {
			byFile[c.Path] = into
		}
	}
	groups = slices.DeleteFunc(groups, func(g []taken) bool { return len(g) == 0 })
	if len(groups) > 1 {
		return groups
	}
	return [][]taken{batch[:len(batch)/2], batch[len(batch)/2:]}
}

func (f *folder) block(t taken, err error) {
	k := t.finding.Key()
	delete(f.pending, k)
	f.outcomes[k] = &Outcome{Finding: t.finding, Result: Blocked, Reason: err.Error(), Title: t.title, Level: t.level}
}

// try makes the edits of a batch on the current snapshot and verifies them.
// Findings in opened may come up, whatever their severity.
func (f *folder) try(batch []taken, opened map[fixer.Key]bool) (*fixer.Snapshot, *Report, error) {
	merged := map[string]*fixer.FileChange{}
	var paths []string
	for _, t := range batch {
		for _, c := range t.contents {
			m := merged[c.Path]
			if m == nil {
				m = &fixer.FileChange{Path: c.Path, Kind: c.Kind, Create: c.Create, Comment: true}
				merged[c.Path] = m
				paths = append(paths, c.Path)
			}
			m.Merge(c)
		}
	}
	slices.Sort(paths)
	var sources []fixer.Source
	for _, p := range paths {
		m := merged[p]
		data := m.Create
		if data == nil {
			var err error
			if data, err = text.Apply(f.cur.File(p).Data, m.Placed(f.cur.File(p))); err != nil {
				return nil, nil, err
			}
		}
		sources = append(sources, fixer.Source{Path: p, Kind: m.Kind, Data: data})
	}
	next := f.cur.WithAll(sources)
	for _, p := range paths {
		if err := verifyFile(f.cur.File(p), next.File(p), merged[p]); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", p, err)
		}
	}
	report := f.checker.check(next)
	if err := verifyFindings(f.report, report, batch, opened); err != nil {
		return nil, nil, err
	}
	return next, report, nil
}

// advance takes over the result of a pass and notes what it settled.
func (f *folder) advance(next *fixer.Snapshot, report *Report, good []taken) {
	f.made += len(good)
	for _, t := range good {
		k := t.finding.Key()
		delete(f.pending, k)
		o := &Outcome{Finding: t.finding, Result: Fixed, Title: t.title, Level: t.level}
		if t.ignore {
			o.Result, o.Reason = Ignored, t.reason
		}
		f.outcomes[k] = o
		for _, c := range t.contents {
			f.fixes[c.Path] = append(f.fixes[c.Path], k)
		}
	}
	for _, was := range f.report.Findings {
		k := was.Key()
		if f.outcomes[k] == nil && report.Finding(k) == nil {
			delete(f.pending, k)
			f.outcomes[k] = &Outcome{Finding: was, Result: Closed, By: closers(was, good)}
		}
	}
	// A finding that was closed or fixed can come back through a later fix.
	for _, is := range report.Findings {
		k := is.Key()
		if o := f.outcomes[k]; o != nil && (o.Result == Closed || o.Result == Fixed || o.Result == Ignored) {
			delete(f.outcomes, k)
			if d, ok := f.decisions[k]; ok && d.Verdict != Reject {
				f.pending[k] = d
			}
		}
	}
	f.cur, f.report = next, report
}

// closers names the fixes of a pass that most likely closed a finding: those
// in its file, and among them those nearest to its place.
func closers(was *fixer.Finding, good []taken) []fixer.Key {
	var out []fixer.Key
	best := -1
	for _, t := range good {
		near := -1
		if slices.ContainsFunc(t.contents, func(c fixer.FileChange) bool { return c.Path == was.File }) {
			near = commonPrefix(t.finding.Path, was.Path)
		}
		switch {
		case near > best:
			best, out = near, []fixer.Key{t.finding.Key()}
		case near == best:
			out = append(out, t.finding.Key())
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

var errNotGone = errors.New("the finding is still there after the edit")
