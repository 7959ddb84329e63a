package engine

import (
	"fmt"
	"maps"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"oakum/fixer"
)

// A Report is what the rules report of a snapshot.
type Report struct {
	Findings   []*fixer.Finding // open ones, in canonical order
	Suppressed []Suppressed     // those that a comment suppresses
	Unused     []fixer.Suppression
	Problems   []Problem

	index   map[fixer.Key]*fixer.Finding
	results map[string]*fileResult // by file
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
// cached until one of these changes.
type checker struct {
	facts     *fixer.Facts
	rules     []*fixer.Rule
	byKind    map[fixer.Kind][]*fixer.Rule
	crossFile map[string]bool // by name: the rule looks at several files together
	cache     *cache
}

func newChecker(facts *fixer.Facts, rules []*fixer.Rule) *checker {
	if facts == nil {
		facts = &fixer.Facts{}
	}
	c := &checker{facts: facts, rules: rules, byKind: map[fixer.Kind][]*fixer.Rule{}, crossFile: map[string]bool{}, cache: newCache()}
	for _, r := range rules {
		kinds := []fixer.Kind{r.Kind}
		if r.Kind == fixer.Manifests {
			kinds = []fixer.Kind{fixer.Compose, fixer.Kubernetes}
		}
		for _, k := range kinds {
			c.byKind[k] = append(c.byKind[k], r)
		}
		c.crossFile[r.Name] = r.Kind == ""
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
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range files {
		if results[i] = c.cache.result(snap, f); results[i] == nil {
			g.Go(func() error { results[i] = c.checkFile(snap, f); return nil })
		}
	}
	_ = g.Wait() // a rule that fails is a problem of its file, never an error

	r := &Report{index: map[fixer.Key]*fixer.Finding{}, results: map[string]*fileResult{}}
	var all []fixer.Finding
	for i, v := range results {
		for _, one := range v.rules {
			all = append(all, one.findings...)
			r.Problems = append(r.Problems, one.problems...)
		}
		r.results[files[i].Path] = v
	}
	whole := fixer.NewInspection(snap, nil, c.facts)
	for _, rule := range c.byKind[""] {
		one := runRule(whole, rule, "")
		for _, f := range one.findings {
			if file := snap.File(f.File); file != nil && !file.Context {
				all = append(all, f)
			}
		}
		r.Problems = append(r.Problems, one.problems...)
	}
	r.classify(snap, all)
	return r
}

// checkFile runs the rules of a file's kind, except those whose findings are
// cached and still current, and caches what they report.
func (c *checker) checkFile(snap *fixer.Snapshot, f *fixer.File) *fileResult {
	known := c.cache.latest(f)
	inspection := fixer.NewInspection(snap, f, c.facts)
	v := &fileResult{}
	alone := &ruleResult{deps: &fixer.Deps{}} // what depends on nothing else
	if known != nil {
		alone = known.rules[0]
	}
	v.rules = append(v.rules, alone)
	for _, rule := range c.byKind[f.Kind] {
		if known != nil {
			old := known.forRule(rule.Name)
			if old != nil && !old.deps.Unchanged(snap) {
				old = runRule(inspection, rule, f.Path)
			}
			if old != nil {
				v.rules = append(v.rules, old)
			}
			continue
		}
		one := runRule(inspection, rule, f.Path)
		if one.deps.Empty() {
			alone.findings = append(alone.findings, one.findings...)
			alone.problems = append(alone.problems, one.problems...)
			continue
		}
		v.rules = append(v.rules, one)
	}
	if len(f.Embedded()) > 0 {
		one := known.forRule(embeddedRules)
		if one == nil || !one.deps.Unchanged(snap) {
			one = c.checkEmbedded(snap, f)
		}
		v.rules = append(v.rules, one)
	}
	c.cache.store(f, v)
	return v
}

// embeddedRules stands for all rules that look at the Dockerfiles in a file.
const embeddedRules = "rules of embedded Dockerfiles"

// checkEmbedded runs the rules for Dockerfiles over those that stand in a Compose file.
func (c *checker) checkEmbedded(snap *fixer.Snapshot, f *fixer.File) *ruleResult {
	out := &ruleResult{rule: embeddedRules, deps: &fixer.Deps{}}
	for _, e := range f.Embedded() {
		found, problems := e.Check(snap, c.facts, c.byKind[fixer.Dockerfile], out.deps)
		out.findings = append(out.findings, found...)
		for _, rule := range slices.Sorted(maps.Keys(problems)) {
			out.problems = append(out.problems, Problem{Rule: rule, File: f.Path, Reason: problems[rule].Error()})
		}
	}
	return out
}

func runRule(look *fixer.Inspection, rule *fixer.Rule, file string) *ruleResult {
	found, deps, err := look.Run(rule)
	r := &ruleResult{rule: rule.Name, findings: found, deps: deps}
	if err != nil {
		r.problems = []Problem{{Rule: rule.Name, File: file, Reason: err.Error()}}
	}
	return r
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
		if s := suppressionOf(byFile[f.File], f); s != nil {
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

func suppressionOf(list []fixer.Suppression, f *fixer.Finding) *fixer.Suppression {
	for i := range list {
		if list[i].Covers(f) {
			return &list[i]
		}
	}
	return nil
}
