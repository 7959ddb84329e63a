package kustomize

import (
	"fmt"
	"testing"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestPatchesAreReadOnce: a patch was read again for each manifest beside it, which took a
// tenth of all memory that a scan asked for.
func TestPatchesAreReadOnce(t *testing.T) {
	files := map[string][]byte{
		"o/kustomization.yaml": []byte("resources: [a0.yaml, a1.yaml, a2.yaml]\npatches:\n- path: p.yaml\n- patch: |\n    - {op: add, path: /spec/replicas, value: 2}\n  target: {kind: Deployment}\n"),
		"o/p.yaml":             []byte("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a1}\nspec: {paused: true}\n"),
	}
	p := New(files)
	for round := range 2 {
		for n := range 3 {
			f, err := yamldoc.Parse(fmt.Appendf(nil, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a%d}\nspec: {selector: {}}\n", n))
			if err != nil {
				t.Fatal(err)
			}
			built := p.Renderings(fmt.Sprintf("o/a%d.yaml", n), kube.Parse(f))
			if len(built) != 1 {
				t.Fatalf("%d forms of a%d", len(built), n)
			}
			spec := built[0].Objects[0].Node.Get("spec")
			if got := spec.Get("replicas").Text(); got != "2" {
				t.Errorf("round %d: a%d has %q replicas", round, n, got)
			}
			if got := spec.Get("paused").IsTrue(); got != (n == 1) {
				t.Errorf("round %d: a%d is paused: %t", round, n, got)
			}
		}
	}
	if n := len(p.patches.read); n != 2 {
		t.Errorf("%d texts of patches were read, not 2", n)
	}
}
