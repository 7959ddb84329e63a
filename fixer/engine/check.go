package engine

import (
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"oakum/fixer"
)

// A Report is what the rules say of a snapshot.
type Report struct {
	Findings   []*fixer.Finding // open ones, in canonical order
	Suppressed []Suppressed     // those a comment asked to leave alone
	Unused     []fixer.Suppression
	Problems   []Problem

	index map[fixer.Key]*fixer.Finding
	deps  map[string]map[string]*fixer.File // by file, the others that its findings depend on
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

// A checker runs rules. Those with a kind see their file, the facts, and other
// files only through the topology, which says which: so their findings are
// remembered until one of these changes.
type checker struct {
	facts  *fixer.Facts
	rules  []*fixer.Rule
	byKind map[fixer.Kind][]*fixer.Rule
	whole  map[string]bool // by name: it looks at files together
	memory *memory
}

func newChecker(facts *fixer.Facts, rules []*fixer.Rule) *checker {
	if facts == nil {
		facts = &fixer.Facts{}
	}
	c := &checker{facts: facts, rules: rules, byKind: map[fixer.Kind][]*fixer.Rule{}, whole: map[string]bool{}, memory: newMemory()}
	for _, r := range rules {
		c.byKind[r.Kind] = append(c.byKind[r.Kind], r)
		c.whole[r.Name] = r.Kind == ""
	}
	return c
}

func (c *checker) check(snap *fixer.Snapshot) *Report {
	var files []*fixer.File
	for f := range snap.Files() {
		if f.Skip == nil && !f.Context {
			files = append(files, f)
		}
	}
	results := make([]*fileResult, len(files))
	links := snap.Topology().Fingerprint()
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range files {
		if results[i] = c.memory.result(snap, f, links); results[i] == nil {
			g.Go(func() error { results[i] = c.checkFile(snap, f, links); return nil })
		}
	}
	_ = g.Wait() // a rule that fails is a problem of its file, never an error

	r := &Report{index: map[fixer.Key]*fixer.Finding{}, deps: map[string]map[string]*fixer.File{}}
	var all []fixer.Finding
	for i, v := range results {
		all = append(all, v.findings...)
		r.Problems = append(r.Problems, v.problems...)
		if len(v.deps) > 0 {
			r.deps[files[i].Path] = v.deps
		}
	}
	whole := fixer.NewInspection(snap, nil, c.facts, nil)
	for _, rule := range c.byKind[""] {
		found, problem := run(whole, rule, "")
		for _, f := range found {
			if file := snap.File(f.File); file != nil && !file.Context {
				all = append(all, f)
			}
		}
		r.Problems = append(r.Problems, problem...)
	}
	r.classify(snap, all)
	return r
}

// checkFile runs the rules of a file's kind and remembers what they say.
func (c *checker) checkFile(snap *fixer.Snapshot, f *fixer.File, links string) *fileResult {
	v := &fileResult{links: links, deps: map[string]*fixer.File{}}
	look := fixer.NewInspection(snap, f, c.facts, func(path string) {
		if path != f.Path {
			v.deps[path] = snap.File(path)
		}
	})
	for _, rule := range c.byKind[f.Kind] {
		found, problem := run(look, rule, f.Path)
		v.findings = append(v.findings, found...)
		v.problems = append(v.problems, problem...)
	}
	c.memory.keep(f, v)
	return v
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

// classify sorts findings into open and suppressed ones, makes keys unique and
// puts them in canonical order.
func (r *Report) classify(snap *fixer.Snapshot, all []fixer.Finding) {
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
