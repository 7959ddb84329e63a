package rules_test

import (
	"encoding/json"
	"testing"

	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/sourcepolicy"
	spb "github.com/moby/buildkit/sourcepolicy/pb"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/rules/dockerfile"
)

// TestBuildKitReadsThePolicy: what the alternative writes is what BuildKit's own engine of
// source policies reads, and it turns the name that BuildKit resolves into the digest,
// whatever form the Dockerfile has.
func TestBuildKitReadsThePolicy(t *testing.T) {
	const digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	answer := func(name string) *image.Answer {
		ref, err := image.ParseReference(name)
		if err != nil {
			t.Fatal(err)
		}
		return &image.Answer{Ref: ref.String(), Asked: image.AskDigest | image.AskVersion, Digest: digest, Index: true}
	}
	facts := (&fixer.Facts{}).With(answer("node:22"), answer("alpine"), answer("ghcr.io/acme/tool:1.2.0"), answer("localhost:5000/base:3"))
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(
		"FROM docker.io/library/node:22 AS a\nFROM alpine AS b\nFROM localhost:5000/base:3\nCOPY --from=ghcr.io/acme/tool:1.2.0 / /\nCOPY --from=a / /\nCOPY --from=b / /\n")}})
	s := engine.NewSession(snap, facts, []*fixer.Rule{dockerfile.UnpinnedImage, dockerfile.MutableTag})
	for _, f := range s.Baseline().Findings {
		if err := s.Decide(f.Key(), engine.Decision{Verdict: engine.Accept, Fix: "policy"}); err != nil {
			t.Fatal(err)
		}
	}
	plan := s.Plan()
	if len(plan.Changes) != 1 || plan.Changes[0].Path != "source-policy.json" {
		t.Fatalf("changes: %v", plan.Changes)
	}
	var policy spb.Policy
	if err := json.Unmarshal(plan.Changes[0].After, &policy); err != nil {
		t.Fatalf("%v in\n%s", err, plan.Changes[0].After)
	}
	e := sourcepolicy.NewEngine([]*spb.Policy{&policy})
	for _, name := range []string{"docker.io/library/node:22", "docker.io/library/alpine:latest", "ghcr.io/acme/tool:1.2.0", "localhost:5000/base:3"} {
		op := &pb.SourceOp{Identifier: "docker-image://" + name}
		if changed, err := e.Evaluate(t.Context(), op); err != nil || !changed || op.Identifier != "docker-image://"+name+"@"+digest {
			t.Errorf("%s becomes %s (%v, %v)", name, op.Identifier, changed, err)
		}
	}
	op := &pb.SourceOp{Identifier: "docker-image://docker.io/library/node:22-slim"}
	if changed, err := e.Evaluate(t.Context(), op); err != nil || changed {
		t.Errorf("another tag becomes %s (%v)", op.Identifier, err)
	}
	if left := engine.NewSession(plan.After, facts, []*fixer.Rule{dockerfile.UnpinnedImage, dockerfile.MutableTag}).Baseline().Findings; len(left) > 0 {
		t.Errorf("%d findings are left", len(left))
	}
}
