package rules_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// BenchmarkTogether counts what reading the files together finds in the corpus, and what
// it costs:
//
//	go test ./fixer/rules -run '^$' -bench Together -benchtime 1x
//
// Where a repository describes one pair of services twice, in Compose files and in
// manifests, the two descriptions judge each other: a connection that both show was
// found twice. Of one that only one of them shows, its evidence is printed, so that a
// person can tell what was missed from what is not there.
func BenchmarkTogether(b *testing.B) {
	var trees []tree
	var names []string
	for _, r := range corpustest.Repositories(b) {
		trees, names = append(trees, load(b, r)), append(names, filepath.Base(r))
	}
	for b.Loop() {
		var t togetherness
		t.findings = map[string]int{}
		for i := range trees {
			t.read(names[i], trees[i])
		}
		fmt.Print("\n", t.String()) // b.Log cuts it off
	}
}

// A togetherness is what was counted.
type togetherness struct {
	repositories, edges, unresolved int
	bothKinds, pairs, agreed        int
	onlyCompose, onlyKubernetes     []string
	findings                        map[string]int // by rule
	scan, without, connect          time.Duration
}

func (t *togetherness) read(name string, of tree) {
	var alone []*fixer.Rule
	for _, r := range rules.All() {
		if !strings.HasPrefix(r.Name, "cross/") {
			alone = append(alone, r)
		}
	}
	engine.Check(of.snapshot(), nil, alone) // tables that are read once
	snap := of.snapshot()
	start := time.Now()
	engine.Check(snap, nil, alone)
	t.without += time.Since(start)
	snap = of.snapshot()
	start = time.Now()
	found := engine.Check(snap, nil, rules.All())
	t.scan += time.Since(start)
	for _, f := range found.Findings {
		if strings.HasPrefix(f.Rule, "cross/") {
			t.findings[f.Rule]++
		}
	}
	snap = of.snapshot()
	engine.Check(snap, nil, nil)
	start = time.Now()
	g, err := connect.Read(snap, &fixer.Facts{})
	t.connect += time.Since(start)
	if err != nil {
		return
	}
	t.repositories++
	t.edges, t.unresolved = t.edges+len(g.Edges), t.unresolved+len(g.Unresolved)
	t.compare(name, g)
}

// compare sets the connections of Compose services beside those of the workloads of the
// same names.
func (t *togetherness) compare(name string, g *connect.Graph) {
	known := map[connect.Kind]map[string]bool{connect.Service: {}, connect.Workload: {}}
	for _, n := range g.Nodes {
		if known[n.Kind] != nil {
			known[n.Kind][n.Name] = true
		}
	}
	both := func(s string) bool { return known[connect.Service][s] && known[connect.Workload][s] }
	found := map[connect.Kind]map[string]string{connect.Service: {}, connect.Workload: {}}
	for _, e := range g.Edges {
		from, to := g.Node(e.From), g.Node(e.To)
		if from == nil || to == nil || from.Kind != to.Kind || found[from.Kind] == nil || !both(from.Name) || !both(to.Name) {
			continue
		}
		pair := from.Name + " → " + to.Name
		if old := found[from.Kind][pair]; old == "" || strings.Contains(old, "depends_on") {
			found[from.Kind][pair] = e.Evidence[0].String()
		}
	}
	all := maps.Clone(found[connect.Service])
	maps.Copy(all, found[connect.Workload])
	if len(all) == 0 {
		return
	}
	t.bothKinds++
	for _, pair := range slices.Sorted(maps.Keys(all)) {
		t.pairs++
		inCompose, inKubernetes := found[connect.Service][pair], found[connect.Workload][pair]
		line := name + " " + pair + " (" + all[pair] + ")"
		switch {
		case inCompose != "" && inKubernetes != "":
			t.agreed++
		case inCompose != "":
			t.onlyCompose = append(t.onlyCompose, line)
		default:
			t.onlyKubernetes = append(t.onlyKubernetes, line)
		}
	}
}

// String is the figures for people.
func (t *togetherness) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d repositories: %d connections, %d unresolved hosts\n", t.repositories, t.edges, t.unresolved)
	fmt.Fprintf(&s, "%d repositories show one pair of services in Compose and in manifests: %d connections, %d shown by both, %d only by Compose, %d only by manifests\n",
		t.bothKinds, t.pairs, t.agreed, len(t.onlyCompose), len(t.onlyKubernetes))
	for _, list := range []struct {
		what  string
		lines []string
	}{{"only Compose", t.onlyCompose}, {"only manifests", t.onlyKubernetes}} {
		for _, line := range list.lines {
			fmt.Fprintf(&s, "  %s: %s\n", list.what, line)
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(t.findings)) {
		fmt.Fprintf(&s, "%5d %s\n", t.findings[rule], rule)
	}
	fmt.Fprintf(&s, "all rules %s, without the rules about several files %s; the connections alone %s\n",
		t.scan.Round(time.Millisecond), t.without.Round(time.Millisecond), t.connect.Round(time.Millisecond))
	return s.String()
}
