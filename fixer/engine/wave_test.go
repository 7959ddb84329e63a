package engine_test

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// follows is a rule that wants a key in every thing which has another one. Where
// the other is absent it reports nothing or, with advice, what has no fix.
func follows(name, key, other string, advice bool, looks *atomic.Int64) *fixer.Rule {
	return &fixer.Rule{Name: name, Title: key, Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		looks.Add(1) // files are checked side by side
		for i, thing := range p.File.YAML.Docs[0].Root.Get("things").List() {
			ready := thing.Get(other) != nil
			if thing.Get(key) != nil || !ready && !advice {
				continue
			}
			f := fixer.Finding{Path: fmt.Sprintf("things[%d].%s", i, key), Start: thing.Start, End: thing.End, Message: "no " + key, Advice: "wait"}
			if ready {
				f.Fixes = []fixer.Fix{{ID: "set", Title: "set " + key, Level: fixer.Safe, Edit: fixer.EditYAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("things", i, key), 1))}}
			}
			p.Report(f)
		}
	}}
}

// TestAcceptAllGoesOnWhereTheFoldStood has findings that come up, or get a fix,
// after other fixes: in one thing of many. Nothing is folded a second time for
// them, and yet it comes to what a fold of all decisions comes to.
func TestAcceptAllGoesOnWhereTheFoldStood(t *testing.T) {
	var looks, others atomic.Int64
	rules := []*fixer.Rule{
		wantKey("k/a", "a", 1, fixer.High),
		follows("k/b", "b", "a", false, &looks),
		follows("k/c", "c", "b", true, &others),
		follows("k/z", "z", "y", true, &others),
	}
	snap := things("f.yaml", twoThings, "g.yaml", "things:\n- name: c\n  a: 1\n  y: 2\n", "h.yaml", "things:\n- name: d\n  a: 1\n  b: 1\n  c: 1\n")
	s := engine.NewSession(snap, nil, rules)
	looks.Store(0)
	plan := acceptAll(t, s, fixer.Safe)
	if got, want := contents(t, plan, "f.yaml"), "things:\n- name: a\n  a: 1\n  b: 1\n  c: 1\n- name: b\n  a: 1\n  b: 1\n  c: 1\n  # between\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if n := looks.Load(); n != 3+3 { // at each new version of f.yaml and of g.yaml
		t.Errorf("a rule looked %d times", n)
	}
	folded := engine.Fold(snap, nil, rules, s.Decisions())
	if len(folded.Changes) != len(plan.Changes) {
		t.Fatalf("%d files change, and %d in a fold of the decisions", len(plan.Changes), len(folded.Changes))
	}
	for i, c := range folded.Changes {
		if !bytes.Equal(c.After, plan.Changes[i].After) {
			t.Errorf("%s is not what a fold of the decisions makes of it:\n%s\n%s", c.Path, plan.Changes[i].After, c.After)
		}
	}
}
