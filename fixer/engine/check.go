package engine

import (
	"fmt"
	"maps"
	"oakum/fixer"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// A Report is what the rules say of a snapshot.
type Report struct {
	Findings   []*fixer.Finding // open ones, in canonical order
	Suppressed []Suppressed     // those a comment asked to leave alone
	Unused     []fixer.Suppression
	Problems   []Problem

	index map[fixer.Key]*fixer.Finding
}

// Suppressed pairs a finding with the comment that covers it.
type Suppressed struct {
	Finding *fixer.Finding
	By      fixer.Suppression
}

// A Problem is a rule that failed on a file: a defect of oakum that must
// neither end the run nor stay silent.
type Problem struct {
	Rule   string
	File   string
	Reason string
}

// Finding returns the open finding with the given key, or nil.
func (r *Report) Finding(k fixer.Key) *fixer.Finding { return r.index[k] }

// Check runs the rules over the snapshot.
func Check(snap *fixer.Snapshot, facts *fixer.Facts, rules []*fixer.Rule) *Report {
	return newChecker(facts, rules).check(snap)
}

// A checker runs rules and remembers what they said of files. Rules with a kind
// see their file, the facts, and other files only through the topology, which
// notes which: so their findings hold for as long as these files are the same
// and the topology draws the same links.
type checker struct {
	facts *fixer.Facts
	rules []*fixer.Rule

	mu   sync.Mutex
	memo map[*fixer.File]*remembered
}

// remembered is what the rules said of a file, and what that rests on.
type remembered struct {
	links    string // fingerprint of the topology
	rests    map[string]*fixer.File
	findings []fixer.Finding
	problems []Problem
}

func newChecker(facts *fixer.Facts, rules []*fixer.Rule) *checker {
	if facts == nil {
		facts = &fixer.Facts{}
	}
	return &checker{facts: facts, rules: rules, memo: map[*fixer.File]*remembered{}}
}

// fork returns a checker that starts with what c remembers and keeps what it
// learns to itself, so that a long session does not hold on to every version
// of every file it ever folded.
func (c *checker) fork() *checker {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &checker{facts: c.facts, rules: c.rules, memo: maps.Clone(c.memo)}
}

func (c *checker) check(snap *fixer.Snapshot) *Report {
	var files []*fixer.File
	for f := range snap.Files() {
		if f.Skip == nil && !f.Context {
			files = append(files, f)
		}
	}
	perFile := make([]*remembered, len(files))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range files {
		g.Go(func() error { perFile[i] = c.checkFile(snap, files[i]); return nil })
	}
	_ = g.Wait()

	r := &Report{index: map[fixer.Key]*fixer.Finding{}}
	var all []fixer.Finding
	for _, v := range perFile {
		all = append(all, v.findings...)
		r.Problems = append(r.Problems, v.problems...)
	}
	whole := fixer.NewInspection(snap, nil, c.facts, nil)
	for _, rule := range c.rules {
		if rule.Kind == "" {
			found, problem := run(whole, rule, "")
			for _, f := range found {
				if file := snap.File(f.File); file != nil && !file.Context {
					all = append(all, f)
				}
			}
			r.Problems = append(r.Problems, problem...)
		}
	}
	r.file(snap, all)
	return r
}

func (c *checker) checkFile(snap *fixer.Snapshot, f *fixer.File) *remembered {
	links := snap.Topology().Fingerprint()
	c.mu.Lock()
	v := c.memo[f]
	c.mu.Unlock()
	if v != nil && v.holds(snap, links) {
		return v
	}
	v = &remembered{links: links, rests: map[string]*fixer.File{}}
	look := fixer.NewInspection(snap, f, c.facts, func(path string) { v.rests[path] = snap.File(path) })
	for _, rule := range c.rules {
		if rule.Kind == f.Kind {
			found, problem := run(look, rule, f.Path)
			v.findings = append(v.findings, found...)
			v.problems = append(v.problems, problem...)
		}
	}
	c.mu.Lock()
	c.memo[f] = v
	c.mu.Unlock()
	return v
}

func (v *remembered) holds(snap *fixer.Snapshot, links string) bool {
	if v.links != links {
		return false
	}
	for path, file := range v.rests {
		if snap.File(path) != file {
			return false
		}
	}
	return true
}

// run calls one rule. A rule that panics on hostile input is a defect, but one
// that costs its own findings in this file, not the run.
func run(c *fixer.Inspection, rule *fixer.Rule, file string) (found []fixer.Finding, problems []Problem) {
	defer func() {
		if v := recover(); v != nil {
			found, problems = nil, []Problem{{Rule: rule.Name, File: file, Reason: fmt.Sprint(v)}}
		}
	}()
	return c.Run(rule), nil
}

// file sorts findings into open and suppressed ones, makes keys unique and
// puts them in canonical order.
func (r *Report) file(snap *fixer.Snapshot, all []fixer.Finding) {
	list := make([]*fixer.Finding, len(all))
	for i := range all {
		f := all[i]
		list[i] = &f
	}
	slices.SortStableFunc(list, fixer.CompareFindings)

	byFile := map[string][]fixer.Suppression{}
	used := map[*fixer.Suppression]bool{}
	for f := range snap.Files() {
		if s := f.Suppressions(); len(s) > 0 && f.Skip == nil {
			byFile[f.Path] = s
		}
	}
	seen := map[fixer.Key]int{}
	for _, f := range list {
		k := f.Key()
		if seen[k]++; seen[k] > 1 {
			f.Path = fmt.Sprintf("%s #%d", f.Path, seen[k])
		}
		if s := covering(byFile[f.File], f); s != nil {
			used[s] = true
			r.Suppressed = append(r.Suppressed, Suppressed{Finding: f, By: *s})
			continue
		}
		r.Findings = append(r.Findings, f)
		r.index[f.Key()] = f
	}
	for f := range snap.Files() {
		for i := range byFile[f.Path] {
			if s := &byFile[f.Path][i]; !used[s] && !f.Context {
				r.Unused = append(r.Unused, *s)
			}
		}
	}
}

func covering(list []fixer.Suppression, f *fixer.Finding) *fixer.Suppression {
	for i := range list {
		if list[i].Covers(f) {
			return &list[i]
		}
	}
	return nil
}
