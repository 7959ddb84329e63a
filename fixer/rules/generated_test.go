package rules_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// What a tool writes is reported on and not edited, neither for a finding in it
// nor for one elsewhere whose fix would reach it.
func TestGeneratedFilesAreNotEdited(t *testing.T) {
	const why = "line 1 says that a tool generates it"
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM debian:13\nUSER 10001\n")},
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  web:\n    build: .\n    user: \"2000\"\n")},
		{Path: "made.yaml", Kind: fixer.Compose, Generated: why, Data: []byte("services:\n  web:\n    build: .\n    user: \"10001\"\n")},
		{Path: "web.yaml", Kind: fixer.Kubernetes, Generated: why, Data: []byte("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: memcached:1.6\n")},
	})
	s := engine.NewSession(snap, nil, rules.All())
	found := 0
	for _, f := range engine.Check(snap, nil, rules.All()).Findings {
		if f.File != "web.yaml" && f.File != "made.yaml" {
			continue
		}
		found++
		if len(f.Fixes) > 0 || !strings.HasPrefix(f.Advice, "Change the source of this generated file ("+why+")") {
			t.Errorf("%s has a fix, or does not say why it has none:\n%s", f.Key(), told(f))
		}
	}
	if found < 5 {
		t.Errorf("only %d findings in what is generated", found)
	}
	mismatch := fixer.Key{Rule: "cross/uid-mismatch", File: "compose.yaml", Path: "services.web"}
	if err := s.Decide(mismatch, engine.Decision{Verdict: engine.Accept, Fix: "follow-manifest"}); err != nil {
		t.Fatal(err)
	}
	plan := s.Plan()
	for _, c := range plan.Changes {
		t.Errorf("%s is changed", c.Path)
	}
	for _, o := range plan.Outcomes {
		if o.Finding.Key() == mismatch && !strings.Contains(o.Reason, "made.yaml is not edited: the file is generated ("+why+")") {
			t.Errorf("%s: %s", o.Result, o.Reason)
		}
	}
}
