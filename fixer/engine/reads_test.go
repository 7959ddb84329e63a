package engine_test

import (
	"sync"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// TestRulesOfSomeKindsAreKept counts how often rules that look at files together are
// called in a fold that changes manifests alone, and what they see.
func TestRulesOfSomeKindsAreKept(t *testing.T) {
	calls, seen := map[string]int{}, map[string]int{}
	var mu sync.Mutex // rules that see different files run side by side
	counting := func(name string, kinds ...fixer.Kind) *fixer.Rule {
		return &fixer.Rule{Name: name, Severity: fixer.Low, Reads: kinds, Check: func(p *fixer.Pass) {
			mu.Lock()
			calls[name]++
			seen[name] = p.Snapshot.Len()
			mu.Unlock()
			for f := range p.Snapshot.Files() {
				p.Report(fixer.Finding{File: f.Path, Path: "file", Message: "is there"})
			}
		}}
	}
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "a.yaml", Kind: fixer.Kubernetes, Data: []byte("things:\n- name: a\n")},
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services: {web: {image: a}}\n")},
		{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM a\n")},
	})
	rules := []*fixer.Rule{
		wantKey("k/x", "x", 1, fixer.High), wantKey("k/y", "y", 2, fixer.High),
		counting("c/all"), counting("c/compose", fixer.Compose), counting("c/manifests", fixer.Kubernetes),
	}
	s := engine.NewSession(snap, nil, rules)
	plan := acceptAll(t, s, fixer.Safe)
	if got := plan.Count(engine.Fixed); got != 2 {
		t.Fatalf("%d fixes were made, not 2", got)
	}
	if calls["c/compose"] != 1 {
		t.Errorf("the rule that needs Compose files was called %d times, though none changed", calls["c/compose"])
	}
	if calls["c/manifests"] < 2 || calls["c/all"] < 2 {
		t.Errorf("rules whose files changed were called %v times", calls)
	}
	if seen["c/all"] != 3 || seen["c/compose"] != 1 || seen["c/manifests"] != 1 {
		t.Errorf("rules saw %v files", seen)
	}
	fresh := engine.Check(plan.After, nil, rules)
	if len(fresh.Findings) != len(plan.Final.Findings) || len(fresh.Findings) != 5 {
		t.Errorf("%d findings remain, a new check has %d, and 5 are right", len(plan.Final.Findings), len(fresh.Findings))
	}
}

// TestWhatTheTopologyShowsIsNotTakenForKept changes a Dockerfile that a rule for manifests
// reads through the topology.
func TestWhatTheTopologyShowsIsNotTakenForKept(t *testing.T) {
	calls := 0
	reading := &fixer.Rule{Name: "c/reads", Severity: fixer.Low, Reads: []fixer.Kind{fixer.Kubernetes}, Check: func(p *fixer.Pass) {
		calls++
		if p.Snapshot.File("Dockerfile") != nil {
			t.Error("the rule sees a Dockerfile among manifests")
		}
		if f := p.Read("Dockerfile"); f != nil {
			p.Report(fixer.Finding{File: "a.yaml", Path: string(f.Data), Message: "built here"})
		}
	}}
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "a.yaml", Kind: fixer.Kubernetes, Data: []byte("things: []\n")},
		{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM a\n")},
	})
	s := engine.NewSession(snap, nil, []*fixer.Rule{reading})
	s.SetSnapshot(snap.With("other/Dockerfile", fixer.Dockerfile, []byte("FROM b\n")))
	if calls != 1 {
		t.Errorf("called %d times, though nothing changed that it read", calls)
	}
	s.SetSnapshot(snap.With("Dockerfile", fixer.Dockerfile, []byte("FROM c\n")))
	if got := s.Baseline().Findings; calls != 2 || len(got) != 1 || got[0].Path != "FROM c\n" {
		t.Errorf("called %d times, and found %v", calls, got)
	}
}

// TestWhatIsKeptEndsWithItsFiles: a rule that found nothing is asked again when a file of
// its kinds changes, comes or goes, and only then.
func TestWhatIsKeptEndsWithItsFiles(t *testing.T) {
	calls := 0
	silent := &fixer.Rule{Name: "c/silent", Severity: fixer.Low, Reads: []fixer.Kind{fixer.Kubernetes}, Check: func(*fixer.Pass) { calls++ }}
	a, b := []byte("things: []\n"), []byte("things: [b]\n")
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "a.yaml", Kind: fixer.Kubernetes, Data: a}})
	s := engine.NewSession(snap, nil, []*fixer.Rule{silent})
	for _, step := range []struct {
		name string
		next *fixer.Snapshot
		want int
	}{
		{"nothing", snap, 1},
		{"another kind", snap.With("compose.yaml", fixer.Compose, []byte("services: {}\n")), 1},
		{"changed", snap.With("a.yaml", fixer.Kubernetes, b), 2},
		{"came", snap.With("b.yaml", fixer.Kubernetes, a), 3},
		{"came in its place", fixer.NewSnapshot([]fixer.Source{{Path: "b.yaml", Kind: fixer.Kubernetes, Data: a}}), 4},
		{"went", fixer.NewSnapshot(nil), 5},
	} {
		if s.SetSnapshot(step.next); calls != step.want {
			t.Errorf("%s: called %d times, want %d", step.name, calls, step.want)
		}
	}
}
