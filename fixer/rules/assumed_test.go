package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestAssumedBoundsAreListed: the bounds of new emptyDirs, of processes and of logs were
// written without being listed among the values that nothing confirms.
func TestAssumedBoundsAreListed(t *testing.T) {
	s := engine.NewSession(fixer.NewSnapshot([]fixer.Source{
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  web:\n    image: nginx:1.27\n")},
		{Path: "web.yaml", Kind: fixer.Kubernetes, Data: []byte("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n        - {name: web, image: \"nginx:1.27\"}\n")},
	}), nil, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	plan := s.Plan()
	var got []string
	for i := range plan.Outcomes {
		got = append(got, plan.Outcomes[i].Assumed...)
	}
	written := ""
	for _, c := range plan.Changes {
		written += string(c.After)
	}
	for _, want := range []string{"size=5Gi", "pids=1024", "max-size=10m", "max-file=3"} {
		if _, value, _ := strings.Cut(want, "="); !strings.Contains(written, value) {
			t.Errorf("%s is not written:\n%s", value, written)
		}
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among the assumed values %v", want, got)
		}
	}
}
