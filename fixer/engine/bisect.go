package engine

import (
	"cmp"
	"maps"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
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
// blocked. The others are made together. Where that fails too, the first of those
// are made that fail together; the rest of these wait for the next pass.
func (f *folding) verifyBatch(batch []selected) *batchResult {
	whole, err := f.tryBatch(batch, nil)
	if err == nil {
		return &batchResult{next: whole.next, report: whole.report, good: batch}
	}
	b := &bisection{folding: f, whole: whole, opened: map[fixer.Key]bool{}}
	b.run(batch, err)
	good := sortedLike(batch, b.good)
	if whole != nil && len(good) == len(batch) && !b.redrafted && f.verifyFindings(whole.report, good, b.opened) == nil {
		return &batchResult{next: whole.next, report: whole.report, good: good} // what came up may
	}
	for len(good) > 0 {
		var a *attempt
		if a, err = f.tryBatch(good, b.opened); err == nil {
			return &batchResult{next: a.next, report: a.report, good: good, blocked: b.blocked}
		}
		if len(good) == 1 { // it passed a moment ago; rules are pure
			b.blocked = append(b.blocked, blocked{good[0], err})
			break
		}
		good = b.fewer(good, a)
	}
	return &batchResult{blocked: b.blocked}
}

// A bisection finds the fixes of a failed batch that fail alone. Parts that
// share no file are tried in one go, and a failure is attributed to the part that can
// have caused it, so that the number of tries does not grow with the number of
// files.
type bisection struct {
	*folding
	whole     *attempt // of the batch, which failed by what its rules report; nil where it failed before
	good      []selected
	blocked   []blocked
	redrafted bool // some of the good ones are not what the batch has

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
		if whole := b.whole; whole != nil && len(queue) == 0 { // these parts are the batch
			b.judge(round, whole.report, nil)
		} else {
			b.tryTogether(round)
		}
		b.whole = nil
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

// fewer returns those of fixes that are good alone and fail together, as a shows, which can
// be tried next: all in files where nothing fails, and the first of each other group.
func (b *bisection) fewer(good []selected, a *attempt) []selected {
	round := partsOf(groupsOf(good))
	if a == nil || len(round) == 1 {
		return good[:1]
	}
	b.judge(round, a.report, b.opened)
	var out []selected
	for _, p := range round {
		if p.err != nil {
			p.fixes = p.fixes[:1]
		}
		out = append(out, p.fixes...)
	}
	if len(out) == len(good) { // no group of files shows what fails
		return good[:1]
	}
	return sortedLike(good, out)
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
				b.good, b.redrafted = append(b.good, p.fixes...), true
			} else {
				b.blocked = append(b.blocked, blocked{p.fixes[0], p.first})
			}
		}
	}
}

// tryTogether tries parts that share no file and records with each why it fails.
// It tries them together; where it is unknown which of several parts
// a new finding is due to, the two halves of these are tried.
func (b *bisection) tryTogether(round []*part) {
	if len(round) == 1 {
		b.tryPart(round[0])
		return
	}
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
		changed = append(changed, files...)
	}
	next := b.current.WithFiles(changed...)
	if fixer.VerifyServices(b.current, next, changes) != nil { // rare: each is asked by itself
		next = b.current.WithFiles(b.verifiedAlone(edited, changes)...)
	}
	b.judge(round, b.checker.check(next), nil)
}

// judge records why parts that share no file fail, by what the rules report of all of them.
// Where a new finding can be due to several parts, these are tried apart from each other.
// Findings in opened may have come up.
func (b *bisection) judge(round []*part, report *Report, opened map[fixer.Key]bool) {
	owner := map[string]*part{}
	for _, p := range round {
		if p.err != nil {
			continue // it is not made
		}
		for _, s := range p.fixes {
			for _, c := range s.contents {
				owner[c.Path] = p
			}
		}
	}
	retry := &jointly{}
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
			retry.all = true
			return
		}
		retry.add(parts)
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
	known := remember(all, b.report)
	openedBy := map[*part][]fixer.Key{}
	for _, finding := range report.Findings {
		k := finding.Key()
		if b.report.Finding(k) != nil || opened[k] || known.has(finding) {
			continue
		}
		if b.checker.follows[finding.Rule] || b.checker.crossFile[finding.Rule] && harmless(finding) {
			b.opened[k] = true
			continue
		}
		attribute(finding.Rule, finding.File, func(p *part) {
			openedBy[p] = append(openedBy[p], k)
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
		case retry.has(p):
			unclear = append(unclear, p)
		default:
			for _, k := range openedBy[p] {
				b.opened[k] = true
			}
		}
	}
	for _, apart := range retry.groups(unclear) {
		b.tryTogether(apart)
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
	a, err := b.tryBatch(p.fixes, nil)
	if p.err = err; err != nil {
		return
	}
	for _, finding := range a.report.Findings {
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
