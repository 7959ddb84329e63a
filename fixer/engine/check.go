package engine

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/oakum-sec/oakum/fixer"
)

// A Report is what the rules report of a snapshot.
type Report struct {
	Findings   []*fixer.Finding // open ones, in canonical order
	Suppressed []Suppressed     // those that a comment suppresses
	Unused     []fixer.Suppression
	Problems   []Problem

	results map[string]*fileResult       // by file
	across  map[fixer.Key]*fixer.Finding // those that another file's rules, or rules of the whole snapshot, reported
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
func (r *Report) Finding(k fixer.Key) *fixer.Finding {
	if v := r.results[k.File]; v != nil {
		if f := v.finding(k); f != nil {
			return f
		}
	}
	return r.across[k]
}

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
	follows   map[string]bool // by name: fixer.Rule.Consequence
	cache     *cache
}

func newChecker(facts *fixer.Facts, rules []*fixer.Rule) *checker {
	if facts == nil {
		facts = &fixer.Facts{}
	}
	c := &checker{facts: facts, rules: rules, byKind: map[fixer.Kind][]*fixer.Rule{}, crossFile: map[string]bool{}, follows: map[string]bool{}, cache: newCache()}
	for _, r := range rules {
		kinds := []fixer.Kind{r.Kind}
		if r.Kind == fixer.Manifests {
			kinds = []fixer.Kind{fixer.Compose, fixer.Kubernetes}
		}
		for _, k := range kinds {
			c.byKind[k] = append(c.byKind[k], r)
		}
		c.crossFile[r.Name] = r.Kind == ""
		c.follows[r.Name] = r.Consequence
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
	var together []*ruleResult
	var both sync.WaitGroup
	both.Go(func() { together = c.checkTogether(snap) })
	results := make([]*fileResult, len(files))
	fixer.ForEach(len(files), func(i int) {
		if results[i] = c.cache.result(snap, files[i]); results[i] == nil {
			results[i] = c.checkFile(snap, files[i])
		}
	})
	both.Wait()

	r := &Report{results: make(map[string]*fileResult, len(files))}
	var across []*fixer.Finding
	for i, v := range results {
		across = append(across, v.across...)
		r.Problems = append(r.Problems, v.problems...)
		r.results[files[i].Path] = v
	}
	for _, one := range together {
		for i := range one.findings {
			f := &one.findings[i]
			if file := snap.File(f.File); file != nil && !file.Context {
				across = append(across, f)
			}
		}
		r.Problems = append(r.Problems, one.problems...)
	}
	r.collect(snap, results, across)
	return r
}

// checkTogether runs the rules that look at files together. Those that see the same files
// share what they work out, one after the other, beside those that see others. What is
// kept and still current is not worked out again.
func (c *checker) checkTogether(snap *fixer.Snapshot) []*ruleResult {
	out := make([]*ruleResult, len(c.byKind[""]))
	again := map[string][]int{} // by what they see
	for i, rule := range c.byKind[""] {
		if out[i] = c.cache.together(rule, snap); out[i] == nil {
			reads := fmt.Sprint(rule.Reads)
			again[reads] = append(again[reads], i)
		}
	}
	var all sync.WaitGroup
	for _, rules := range again {
		all.Go(func() {
			look := fixer.NewInspection(snap, nil, c.facts)
			if reads := c.byKind[""][rules[0]].Reads; len(reads) > 0 {
				look = fixer.NewInspectionOf(snap, reads, c.facts)
			}
			for _, i := range rules {
				out[i] = runRule(look, c.byKind[""][i], "")
				c.cache.keepTogether(c.byKind[""][i], out[i])
			}
		})
	}
	all.Wait()
	return out
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
	var found [][]fixer.Finding // by rules that depend on nothing else
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
		list, deps, err := inspection.Run(rule)
		if deps.Empty() {
			found = append(found, list)
			alone.problems = append(alone.problems, problems(rule, f.Path, err)...)
			continue
		}
		v.rules = append(v.rules, &ruleResult{rule: rule.Name, findings: slices.Concat(list), deps: deps, problems: problems(rule, f.Path, err)})
	}
	if known == nil {
		alone.findings = slices.Concat(found...)
	}
	if len(f.Embedded()) > 0 {
		one := known.forRule(embeddedRules)
		if one == nil || !one.deps.Unchanged(snap) {
			one = c.checkEmbedded(snap, f)
		}
		v.rules = append(v.rules, one)
	}
	v.classify(f)
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
	if deps.Empty() {
		deps = &fixer.Deps{}
	}
	return &ruleResult{rule: rule.Name, findings: found, deps: deps, problems: problems(rule, file, err)}
}

func problems(rule *fixer.Rule, file string, err error) []Problem {
	if err == nil {
		return nil
	}
	return []Problem{{Rule: rule.Name, File: file, Reason: err.Error()}}
}
