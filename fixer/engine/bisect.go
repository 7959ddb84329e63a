package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A batchResult is what became of the fixes of one pass.
type batchResult struct {
	next    *fixer.Snapshot // with the good ones made; nil where there are none
	report  *Report         // of next
	good    []selected
	blocked []blocked
}

// blocked is a fix that fails verification even alone.
type blocked struct {
	fix selected
	err error
}

// verifyBatch applies a batch and verifies it. Where the whole batch does not
// pass verification, it is split until the fixes that fail alone are found: those are
// blocked. The others are made together, or if that fails too, the first of
// them; the rest wait for the next pass.
func (f *folding) verifyBatch(batch []selected) *batchResult {
	next, report, err := f.tryBatch(batch, nil)
	if err == nil {
		return &batchResult{next: next, report: report, good: batch}
	}
	b := &bisection{folding: f, opened: map[fixer.Key]bool{}}
	b.run(batch, err)
	good := sortedLike(batch, b.good)
	for len(good) > 0 {
		if next, report, err = f.tryBatch(good, b.opened); err == nil {
			return &batchResult{next: next, report: report, good: good, blocked: b.blocked}
		}
		if len(good) == 1 { // it passed a moment ago; rules are pure
			b.blocked = append(b.blocked, blocked{good[0], err})
			break
		}
		good = good[:1]
	}
	return &batchResult{blocked: b.blocked}
}

// A bisection finds the fixes of a failed batch that fail alone. Parts that
// share no file are tried in one go, and a failure is attributed to the part that can
// have caused it, so that the number of tries does not grow with the number of
// files.
type bisection struct {
	*folding
	good    []selected
	blocked []blocked

	// opened are findings that good parts open, and may: a severe fix may open
	// a lesser finding, also when it stands in a batch beside lesser fixes.
	opened map[fixer.Key]bool
}

// run sorts the fixes of a batch that failed with err into good and blocked ones.
func (b *bisection) run(batch []selected, err error) {
	if len(batch) == 1 {
		b.redraft([]*part{{fixes: batch, err: err}})
		return
	}
	queue := partsOf(splitBatch(batch))
	for len(queue) > 0 {
		var round, singles []*part
		round, queue = takeDisjoint(queue)
		b.tryTogether(round)
		for _, p := range round {
			switch {
			case p.err == nil:
				b.good = append(b.good, p.fixes...)
			case len(p.fixes) == 1:
				singles = append(singles, p)
			default:
				queue = append(queue, partsOf(splitBatch(p.fixes))...)
			}
		}
		b.redraft(singles)
	}
}

// redraft drafts fixes that failed alone once more, reading what they make and
// looking for another way of writing it, before they are blocked.
func (b *bisection) redraft(failed []*part) {
	var again []*part
	for _, p := range failed {
		d := b.draft(p.fixes[0].finding, false)
		if d.err != nil {
			b.blocked = append(b.blocked, blocked{p.fixes[0], p.err})
			continue
		}
		again = append(again, &part{fixes: []selected{d.selected}, first: p.err})
	}
	for len(again) > 0 { // the new drafts may reach into other files than the old ones
		var round []*part
		round, again = takeDisjoint(again)
		b.tryTogether(round)
		for _, p := range round {
			if p.err == nil {
				b.good = append(b.good, p.fixes...)
			} else {
				b.blocked = append(b.blocked, blocked{p.fixes[0], p.first})
			}
		}
	}
}

// A part of a batch, and the error with which it fails verification, or nil.
type part struct {
	fixes []selected
	err   error
	first error // of a fix that was drafted again, with which its first draft failed
}

func partsOf(groups [][]selected) []*part {
	out := make([]*part, len(groups))
	for i, fixes := range groups {
		out[i] = &part{fixes: fixes}
	}
	return out
}

// takeDisjoint takes parts from the queue that share no file.
func takeDisjoint(queue []*part) (round, rest []*part) {
	used := map[string]bool{}
	for _, p := range queue {
		meets := slices.ContainsFunc(p.fixes, func(s selected) bool {
			return slices.ContainsFunc(s.contents, func(c fixer.FileChange) bool { return used[c.Path] })
		})
		if meets {
			rest = append(rest, p)
			continue
		}
		for _, s := range p.fixes {
			for _, c := range s.contents {
				used[c.Path] = true
			}
		}
		round = append(round, p)
	}
	return round, rest
}

// tryTogether tries parts that share no file and records with each why it fails.
// It tries them together; where it is unknown which of several parts
// a new finding is due to, the two halves of these are tried.
func (b *bisection) tryTogether(round []*part) {
	if len(round) == 1 {
		b.tryPart(round[0])
		return
	}
	owner := map[string]*part{}
	var changed []*fixer.File
	changes, edited := map[string]*fixer.FileChange{}, map[*part][]*fixer.File{}
	for _, p := range round {
		files, its, err := b.editFiles(p.fixes)
		if err != nil {
			p.err = err
			continue
		}
		maps.Copy(changes, its)
		edited[p] = files
		for _, file := range files {
			owner[file.Path] = p
		}
		changed = append(changed, files...)
	}
	next := b.current.WithFiles(changed...)
	if fixer.VerifyServices(b.current, next, changes) != nil { // rare: each is asked by itself
		next = b.current.WithFiles(b.verifiedAlone(edited, changes)...)
	}
	report := b.checker.check(next)

	retry := map[*part]bool{}
	leastSeverity := map[*part]fixer.Severity{}
	for _, p := range round {
		leastSeverity[p] = fixer.Critical
		for _, s := range p.fixes {
			leastSeverity[p] = min(leastSeverity[p], s.finding.Severity)
			if p.err == nil && report.Finding(s.finding.Key()) != nil {
				p.err = errNotGone
			}
		}
	}
	attribute := func(rule, file string, blame func(p *part)) {
		parts := b.dueTo(rule, file, report, owner)
		if len(parts) == 1 && !b.checker.crossFile[rule] {
			blame(parts[0])
			return
		}
		if len(parts) == 0 || b.checker.crossFile[rule] { // no file shows what it depends on
			parts = round
		}
		for _, p := range parts {
			retry[p] = true
		}
	}
	harmless := func(finding *fixer.Finding) bool { // to whichever part it is due
		for _, severity := range leastSeverity {
			if finding.Severity >= severity {
				return false
			}
		}
		return true
	}
	var all []selected
	for _, p := range round {
		all = append(all, p.fixes...)
	}
	opened := map[*part][]fixer.Key{}
	for _, finding := range report.Findings {
		k := finding.Key()
		if b.report.Finding(k) != nil || wasKnown(finding, all, b.report) {
			continue
		}
		if b.checker.follows[finding.Rule] || b.checker.crossFile[finding.Rule] && harmless(finding) {
			b.opened[k] = true
			continue
		}
		attribute(finding.Rule, finding.File, func(p *part) {
			opened[p] = append(opened[p], k)
			if p.err == nil && finding.Severity >= leastSeverity[p] {
				p.err = opensError(finding)
			}
		})
	}
	for _, problem := range report.Problems {
		if !slices.Contains(b.report.Problems, problem) {
			attribute(problem.Rule, problem.File, func(p *part) { p.err = cmp.Or(p.err, failsError(problem)) })
		}
	}
	var unclear []*part
	for _, p := range round {
		switch {
		case p.err != nil:
		case retry[p]:
			unclear = append(unclear, p)
		default:
			for _, k := range opened[p] {
				b.opened[k] = true
			}
		}
	}
	switch n := len(unclear); {
	case n == 1:
		b.tryPart(unclear[0])
	case n > 1:
		b.tryTogether(unclear[:n/2])
		b.tryTogether(unclear[n/2:])
	}
}

// verifiedAlone returns the files of those parts whose services are verified without the
// other parts, and records the error with the others.
func (b *bisection) verifiedAlone(edited map[*part][]*fixer.File, changes map[string]*fixer.FileChange) []*fixer.File {
	var out []*fixer.File
	for p, files := range edited {
		its := map[string]*fixer.FileChange{}
		for _, file := range files {
			its[file.Path] = changes[file.Path]
		}
		if p.err = fixer.VerifyServices(b.current, b.current.WithFiles(files...), its); p.err == nil {
			out = append(out, files...)
		}
	}
	return out
}

// tryPart tries one part.
func (b *bisection) tryPart(p *part) {
	var report *Report
	if _, report, p.err = b.tryBatch(p.fixes, nil); p.err != nil {
		return
	}
	for _, finding := range report.Findings {
		if k := finding.Key(); b.report.Finding(k) == nil {
			b.opened[k] = true
		}
	}
}

// dueTo returns the parts that can have caused a change of what a rule reports of a
// file: those that edit it or a file that the rule read.
func (b *bisection) dueTo(rule, file string, report *Report, owner map[string]*part) []*part {
	var out []*part
	add := func(path string) {
		if p := owner[path]; p != nil && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	add(file)
	for _, r := range []*Report{report, b.report} {
		if one := r.results[file].forRule(rule); one != nil {
			for _, path := range one.deps.Paths() {
				add(path)
			}
		}
	}
	return out
}

// splitBatch splits a batch: into the groups that share no file, where there
// are several, else in halves.
func splitBatch(batch []selected) [][]selected {
	group := make([]int, len(batch)) // of each fix, the first fix of its group
	root := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	byFile := map[string]int{}
	for i, s := range batch {
		group[i] = i
		for _, c := range s.contents {
			if j, ok := byFile[c.Path]; ok {
				a, z := root(i), root(j)
				group[max(a, z)] = min(a, z)
			} else {
				byFile[c.Path] = i
			}
		}
	}
	at := map[int]int{}
	var groups [][]selected
	for i, s := range batch {
		r := root(i)
		if _, ok := at[r]; !ok {
			at[r] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[r]] = append(groups[at[r]], s)
	}
	if len(groups) > 1 {
		return groups
	}
	return [][]selected{batch[:len(batch)/2], batch[len(batch)/2:]}
}

// tryBatch makes the edits of a batch on the current snapshot and verifies them.
// Findings in opened may come up, whatever their severity.
func (f *folding) tryBatch(batch []selected, opened map[fixer.Key]bool) (*fixer.Snapshot, *Report, error) {
	files, changes, err := f.editFiles(batch)
	if err != nil {
		return nil, nil, err
	}
	next := f.current.WithFiles(files...)
	if err := fixer.VerifyServices(f.current, next, changes); err != nil {
		return nil, nil, err
	}
	report := f.checker.check(next)
	if err := f.verifyFindings(report, batch, opened); err != nil {
		return nil, nil, err
	}
	return next, report, nil
}

// editFiles returns the files as the edits of a batch make them, sorted by path
// and each verified by itself, and what the batch does to each.
func (f *folding) editFiles(batch []selected) ([]*fixer.File, map[string]*fixer.FileChange, error) {
	merged := map[string]*fixer.FileChange{}
	for _, s := range batch {
		for _, c := range s.contents {
			m := merged[c.Path]
			if m == nil {
				m = &fixer.FileChange{Path: c.Path, Kind: c.Kind, Create: c.Create, Comment: true}
				merged[c.Path] = m
			}
			m.Merge(c)
		}
	}
	paths := slices.Sorted(maps.Keys(merged))
	files, errs := make([]*fixer.File, len(paths)), make([]error, len(paths))
	fixer.ForEach(len(paths), func(i int) { files[i], errs[i] = f.editFile(merged[paths[i]]) })
	for _, err := range errs {
		if err != nil {
			return nil, nil, err
		}
	}
	return files, merged, nil
}

func (f *folding) editFile(change *fixer.FileChange) (*fixer.File, error) {
	was, data := f.current.File(change.Path), change.Create
	if data == nil {
		edits, err := change.AllEdits(was)
		if err != nil {
			return nil, err
		}
		if data, err = text.Apply(was.Data, edits); err != nil {
			return nil, err
		}
	}
	file := f.checker.cache.next(f.current, fixer.Source{Path: change.Path, Kind: change.Kind, Data: data})
	if err := verifyFile(was, file, change); err != nil {
		return nil, fmt.Errorf("%s: %w", change.Path, err)
	}
	return file, nil
}
