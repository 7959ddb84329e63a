package engine

import (
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
)

// classify sorts what the rules reported of a file into open and suppressed
// findings, makes keys unique and puts them in canonical order. It is done once
// for a result, which many reports hold.
func (v *fileResult) classify(f *fixer.File) {
	var here []*fixer.Finding
	for _, one := range v.all() {
		v.problems = append(v.problems, one.problems...)
		for i := range one.findings {
			if finding := &one.findings[i]; finding.File == f.Path {
				here = append(here, finding)
			} else {
				v.across = append(v.across, finding)
			}
		}
	}
	slices.SortStableFunc(here, fixer.CompareFindings)
	if len(here) == 0 {
		return
	}
	v.used = map[*fixer.Suppression]bool{}
	v.open = make([]*fixer.Finding, 0, len(here))
	seen := make(map[fixer.Key]int, len(here))
	for _, finding := range here {
		finding = unique(finding, seen)
		if s := suppressionOf(f.Suppressions(), finding); s != nil {
			v.used[s] = true
			v.suppressed = append(v.suppressed, Suppressed{Finding: finding, By: *s})
			continue
		}
		v.open = append(v.open, finding)
	}
}

// finding returns the open finding with a key, or nil. A scan asks for none, so that the
// table of them is made when somebody does.
func (v *fileResult) finding(k fixer.Key) *fixer.Finding {
	v.indexed.Do(func() {
		v.index = make(map[fixer.Key]*fixer.Finding, len(v.open))
		for _, f := range v.open {
			v.index[f.Key()] = f
		}
	})
	return v.index[k]
}

// unique returns a finding with a key that was not seen before: a second one of
// the same rule and place is numbered.
func unique(f *fixer.Finding, seen map[fixer.Key]int) *fixer.Finding {
	k := f.Key()
	if seen[k]++; seen[k] == 1 {
		return f
	}
	numbered := *f
	numbered.Path = fmt.Sprintf("%s #%d", f.Path, seen[k])
	return &numbered
}

func suppressionOf(list []fixer.Suppression, f *fixer.Finding) *fixer.Suppression {
	for i := range list {
		if list[i].Covers(f) {
			return &list[i]
		}
	}
	return nil
}

// collect fills the lists of a report from the results of all files, in the order
// of their paths, and from the findings that were reported across files.
func (r *Report) collect(snap *fixer.Snapshot, results []*fileResult, across []*fixer.Finding) {
	// The results are in order of files, and each has the more severe first: all that
	// is left to do is to take them severity by severity.
	n := 0
	for _, v := range results {
		n += len(v.open)
		r.Suppressed = append(r.Suppressed, v.suppressed...)
	}
	bySeverity := map[fixer.Severity][]*fixer.Finding{}
	for _, v := range results {
		for _, f := range v.open {
			bySeverity[f.Severity] = append(bySeverity[f.Severity], f)
		}
	}
	r.Findings = make([]*fixer.Finding, 0, n+len(across))
	for severity := fixer.Critical; severity >= 0; severity-- {
		r.Findings = append(r.Findings, bySeverity[severity]...)
	}
	used := r.addAcross(snap, across)
	slices.SortStableFunc(r.Suppressed, func(a, b Suppressed) int { return fixer.CompareFindings(a.Finding, b.Finding) })
	for f := range snap.Files() {
		v := r.results[f.Path]
		if v == nil || len(f.Suppressions()) == 0 {
			continue
		}
		for i := range f.Suppressions() {
			if s := &f.Suppressions()[i]; !v.used[s] && !used[s] {
				r.Unused = append(r.Unused, *s)
			}
		}
	}
}

// addAcross adds the findings that were reported across files. It returns the
// suppressions that cover one.
func (r *Report) addAcross(snap *fixer.Snapshot, across []*fixer.Finding) map[*fixer.Suppression]bool {
	if len(across) == 0 {
		return nil
	}
	r.across = map[fixer.Key]*fixer.Finding{}
	used, seen := map[*fixer.Suppression]bool{}, map[fixer.Key]int{}
	slices.SortStableFunc(across, fixer.CompareFindings)
	for _, f := range across {
		if k := f.Key(); seen[k] == 0 && r.Finding(k) != nil {
			seen[k] = 1
		}
		f = unique(f, seen)
		file := snap.File(f.File)
		if file != nil && file.Skip == nil {
			if s := suppressionOf(file.Suppressions(), f); s != nil {
				used[s] = true
				r.Suppressed = append(r.Suppressed, Suppressed{Finding: f, By: *s})
				continue
			}
		}
		at, _ := slices.BinarySearchFunc(r.Findings, f, fixer.CompareFindings)
		for at < len(r.Findings) && fixer.CompareFindings(r.Findings[at], f) == 0 {
			at++
		}
		r.Findings = slices.Insert(r.Findings, at, f)
		r.across[f.Key()] = f
	}
	return used
}
