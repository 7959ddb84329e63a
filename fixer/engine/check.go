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
	surveys   bool            // no fix is made: see Survey
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
				out[i] = c.runRule(look, c.byKind[""][i])
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
	v := &fileResult{}
	run := &running{checker: c, look: fixer.NewInspection(snap, f, c.facts), file: f.Path, groups: []*ruleResult{{deps: &fixer.Deps{}}}, found: make([][][]fixer.Finding, 1)}
	if known == nil {
		for _, rule := range c.byKind[f.Kind] {
			run.rule(rule)
		}
		v.rules = run.results()
	} else {
		v.rules = append(v.rules, known.rules[0])
		for _, one := range known.rules[1:] {
			if one.deps.Unchanged(snap) {
				v.rules = append(v.rules, one)
				continue
			}
			for _, rule := range one.rules {
				run.rule(rule)
			}
		}
		v.rules = append(v.rules, run.results()[1:]...)
	}
	if len(f.Embedded()) > 0 {
		if known != nil {
			v.embedded = known.embedded
		}
		if v.embedded == nil || !v.embedded.deps.Unchanged(snap) {
			v.embedded = c.checkEmbedded(snap, f)
		}
	}
	v.classify(f)
	c.cache.store(f, v)
	return v
}

// running is rules that are being run over one file, in groups by what their findings
// depend on: the first is those that depend on nothing.
type running struct {
	checker *checker
	look    *fixer.Inspection
	file    string
	groups  []*ruleResult
	found   [][][]fixer.Finding // for each group, rule by rule
}

func (r *running) rule(rule *fixer.Rule) {
	found, deps, err := r.checker.run(r.look, rule)
	n := 0
	if !deps.Empty() {
		n = slices.IndexFunc(r.groups, func(g *ruleResult) bool { return g.deps == deps })
	}
	if n < 0 {
		n = len(r.groups)
		r.groups, r.found = append(r.groups, &ruleResult{deps: deps}), append(r.found, nil)
	}
	g := r.groups[n]
	if n > 0 { // nobody asks which rules depend on nothing
		g.rules = append(g.rules, rule)
	}
	g.problems = append(g.problems, problems(rule, r.file, err)...)
	if len(found) > 0 {
		r.found[n] = append(r.found[n], found)
	}
}

// results returns the groups, which are kept as long as the file: without room to spare.
func (r *running) results() []*ruleResult {
	for n, g := range r.groups {
		g.findings, g.rules = slices.Concat(r.found[n]...), slices.Concat(g.rules)
	}
	return slices.Concat(r.groups)
}

// checkEmbedded runs the rules for Dockerfiles over those that stand in a Compose file.
func (c *checker) checkEmbedded(snap *fixer.Snapshot, f *fixer.File) *ruleResult {
	out := &ruleResult{deps: &fixer.Deps{}}
	for _, e := range f.Embedded() {
		found, problems := e.Check(snap, c.facts, c.byKind[fixer.Dockerfile], out.deps)
		out.findings = append(out.findings, c.kept(found)...)
		for _, rule := range slices.Sorted(maps.Keys(problems)) {
			out.problems = append(out.problems, Problem{Rule: rule, File: f.Path, Reason: problems[rule].Error()})
		}
	}
	return out
}

// run runs a rule and returns what of its findings is kept.
func (c *checker) run(look *fixer.Inspection, rule *fixer.Rule) ([]fixer.Finding, *fixer.Deps, error) {
	found, deps, err := look.Run(rule)
	return c.kept(found), deps, err
}

// kept returns what is kept of findings. What a survey would make its fixes of goes: it
// holds much of what the rules worked out of a file.
func (c *checker) kept(found []fixer.Finding) []fixer.Finding {
	if c.surveys {
		for _, f := range found {
			for i := range f.Fixes {
				f.Fixes[i].Edit = surveyed
			}
		}
	}
	return found
}

func surveyed(*fixer.Draft) error { return fixer.Refuse("a survey makes no fix") }

func (c *checker) runRule(look *fixer.Inspection, rule *fixer.Rule) *ruleResult {
	found, deps, err := c.run(look, rule)
	return &ruleResult{rules: []*fixer.Rule{rule}, findings: found, deps: deps, problems: problems(rule, "", err)}
}

func problems(rule *fixer.Rule, file string, err error) []Problem {
	if err == nil {
		return nil
	}
	return []Problem{{Rule: rule.Name, File: file, Reason: err.Error()}}
}
