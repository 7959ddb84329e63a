package cross

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/kube/podsecurity"
)

// A census knows the pods of a snapshot by the namespace they name. Each pod
// is judged once, and each group of pods is counted once, so that its cost
// does not grow with the product of namespaces and pods.
type census struct {
	named   map[string][]*pod
	unnamed []*pod
	tallies map[string]tally
}

type pod struct {
	*kube.Workload
	file    string
	verdict *podsecurity.Verdict // nil until asked for
}

func newCensus(snap *fixer.Snapshot) *census {
	c := &census{named: map[string][]*pod{}, tallies: map[string]tally{}}
	for f := range snap.Files() {
		for _, o := range f.Objects {
			w := o.Workload()
			switch {
			case w == nil || w.Partial:
			case w.Namespace == "":
				c.unnamed = append(c.unnamed, &pod{Workload: w, file: f.Path})
			default:
				c.named[w.Namespace] = append(c.named[w.Namespace], &pod{Workload: w, file: f.Path})
			}
		}
	}
	return c
}

// of counts the pods of a namespace. What is counted too many can only lower
// the level that is found.
func (c *census) of(ns *namespace) tally {
	folder := path.Dir(ns.file)
	among := "."
	if ns.variant {
		among = folder
	}
	t := c.count("named "+ns.Name+" "+among, c.named[ns.Name], among)
	return t.with(c.count("unnamed "+folder, c.unnamed, folder))
}

func (c *census) count(key string, pods []*pod, folder string) tally {
	if t, ok := c.tallies[key]; ok {
		return t
	}
	t := tally{lowest: len(levels) - 1}
	for _, p := range pods {
		if folder != "." && !strings.HasPrefix(p.file, folder+"/") {
			continue
		}
		if p.verdict == nil {
			v := podsecurity.Evaluate(p.Workload)
			p.verdict = &v
		}
		t = t.with(tally{count: 1, lowest: rank(p.verdict), holding: []*pod{p}, held: 1})
	}
	c.tallies[key] = t
	return t
}

// levels in rising order. What cannot be judged counts as the lowest.
var levels = []podsecurity.Level{podsecurity.Privileged, podsecurity.Baseline, podsecurity.Restricted}

func rank(v *podsecurity.Verdict) int { return max(slices.Index(levels, v.Level), 0) }

// A tally is what is known of a group of pods: how many they are, the level
// that all of them have, and those that have no higher one.
type tally struct {
	count   int
	lowest  int    // index in levels
	holding []*pod // the first of those at the lowest level
	held    int    // how many are at the lowest level
}

// maxPods is how many pods the evidence names.
const maxPods = 3

func (t tally) with(o tally) tally {
	switch {
	case o.count == 0:
		return t
	case t.count == 0 || o.lowest < t.lowest:
		o.count += t.count
		return o
	case o.lowest == t.lowest:
		t.held += o.held
		room := max(0, min(maxPods-len(t.holding), len(o.holding)))
		t.holding = append(slices.Clip(t.holding), o.holding[:room]...)
	}
	t.count += o.count
	return t
}

func (t tally) level() podsecurity.Level { return levels[t.lowest] }

// evidence says which level the pods have, and which ones keep it there.
func (t tally) evidence() []fixer.Evidence {
	out := []fixer.Evidence{{Kind: fixer.FromEvaluator, Source: "Pod Security " + podsecurity.Version, Text: fmt.Sprintf("the pods seen in it (%d) are %s", t.count, t.level())}}
	if t.level() == podsecurity.Restricted {
		return out
	}
	for _, p := range t.holding {
		out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Place: p.file, Text: p.ID() + " is " + because(p.verdict)})
	}
	if more := t.held - len(t.holding); more > 0 {
		out = append(out, fixer.Evidence{Kind: fixer.FromEvaluator, Text: fmt.Sprintf("%d more pods like these", more)})
	}
	return out
}

func because(v *podsecurity.Verdict) string {
	switch {
	case v.Err != nil:
		return "of no known level: " + v.Err.Error()
	case len(v.Violations) > 0:
		return string(v.Level) + ": " + v.Violations[0].Reason
	}
	return string(v.Level)
}
