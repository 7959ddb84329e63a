package rules_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestSafeFixesSayTheExceptionOfTheirRule: the finding said that its fix breaks nothing, and
// the page of its rule named what it does break.
func TestSafeFixesSayTheExceptionOfTheirRule(t *testing.T) {
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("version: \"3\"\nservices:\n  web:\n    image: nginx:1.27\n")},
		{Path: "web.yaml", Kind: fixer.Kubernetes, Data: []byte("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n        - {name: web, image: \"nginx:1.27\"}\n")},
	})
	want := map[string]string{"compose/obsolete-version": "docker-compose before 1.27", "kubernetes/seccomp": "debuggers on old kernels, container builders, some browser sandboxes"}
	for _, f := range engine.Check(snap, nil, rules.All()).Findings {
		exception, wanted := want[f.Rule]
		if !wanted {
			continue
		}
		delete(want, f.Rule)
		if f.Level() != fixer.Safe || !strings.Contains(f.Fixes[0].Breaks, exception) {
			t.Errorf("%s, %s: breaks %q, want %q", f.Rule, f.Level(), f.Fixes[0].Breaks, exception)
		}
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}
