package cross

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/kube/podsecurity"
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
	forms   []*kube.Workload     // in which kustomizations build it for the namespace
	network string               // what adds a container to it that sets up its network
	verdict *podsecurity.Verdict // that of the loosest form; nil until asked for
}

func (p *pod) judge() *podsecurity.Verdict {
	if p.verdict == nil {
		for _, form := range p.forms {
			if v := podsecurity.Evaluate(form); p.verdict == nil || rank(&v) < rank(p.verdict) {
				p.verdict = &v
			}
		}
		if p.network != "" && rank(p.verdict) > 0 {
			p.verdict = &podsecurity.Verdict{Level: podsecurity.Privileged, Violations: []podsecurity.Violation{{
				Level: podsecurity.Baseline, Reason: p.network + " adds a container with NET_ADMIN",
			}}}
		}
	}
	return p.verdict
}

func newCensus(pass *fixer.Pass) *census {
	c := &census{named: map[string][]*pod{}, tallies: map[string]tally{}}
	for f := range pass.Snapshot.Files() {
		for n, o := range f.Objects {
			if w := o.Workload(); w != nil && !w.Partial {
				c.add(pass, f.Path, w, pass.Snapshot.Forms(f, n))
			}
		}
	}
	return c
}

// add counts a workload in each namespace in which a form of it runs.
func (c *census) add(pass *fixer.Pass, file string, w *kube.Workload, forms []*kube.Workload) {
	in := map[string][]*kube.Workload{}
	var order []string
	for _, form := range forms {
		name := form.Node.Get("metadata").Get("namespace").Text()
		if in[name] == nil {
			order = append(order, name)
		}
		in[name] = append(in[name], form)
	}
	for _, name := range order {
		p := &pod{Workload: w, file: file, forms: in[name]}
		for _, form := range p.forms {
			for _, a := range container.Added(pass, file, form) {
				if a.Network {
					p.network = a.By
				}
			}
		}
		if name == "" {
			c.unnamed = append(c.unnamed, p)
		} else {
			c.named[name] = append(c.named[name], p)
		}
	}
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
		t = t.with(tally{count: 1, lowest: rank(p.judge()), holding: []*pod{p}, held: 1})
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
	out := []fixer.Evidence{{Kind: fixer.FromEvaluator, Source: "Pod Security " + podsecurity.Version, Text: t.says()}}
	if t.level() == podsecurity.Restricted {
		return out
	}
	for _, p := range t.holding {
		out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Place: p.file, Text: p.ID() + because(p.verdict)})
	}
	if more := t.held - len(t.holding); more > 0 {
		out = append(out, fixer.Evidence{Kind: fixer.FromEvaluator, Text: fmt.Sprintf("%d more pods are at this level", more)})
	}
	return out
}

// says is the level that all pods have, in words.
func (t tally) says() string {
	if t.count == 1 {
		return fmt.Sprintf("The one pod found in the namespace is at the %s level", t.level())
	}
	if t.level() == podsecurity.Restricted {
		return fmt.Sprintf("All %d pods found in the namespace are at the restricted level", t.count)
	}
	return fmt.Sprintf("%d of %d pods found in the namespace are at the %s level, the least strict level here", t.held, t.count, t.level())
}

func because(v *podsecurity.Verdict) string {
	switch {
	case v.Err != nil:
		return " cannot be evaluated: " + v.Err.Error()
	case len(v.Violations) > 0:
		return " is at the " + string(v.Level) + " level: " + v.Violations[0].Reason
	}
	return " is at the " + string(v.Level) + " level"
}
