package linemode

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestThePlanNamesJobsToDelete: line mode did not say that Kubernetes refuses to change a
// Pod that exists, neither with the plan nor after it was written.
func TestThePlanNamesJobsToDelete(t *testing.T) {
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web}]}\n"
	rule := &fixer.Rule{Name: "kubernetes/x", Severity: fixer.Medium, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		if o := p.File.Objects[0]; o.Node.Get("spec").Get("set") == nil {
			p.Report(fixer.Finding{Path: o.ID(), Start: o.Node.Start, End: o.Node.End, Message: "set is missing",
				Fixes: []fixer.Fix{{ID: "set", Title: "set it", Level: fixer.Safe, Edit: fixer.EditYAML(o.Doc, yamldoc.Set(yamldoc.P("spec", "set"), true))}}})
		}
	}}
	s := engine.NewSession(fixer.NewSnapshot([]fixer.Source{{Path: "web.yaml", Kind: fixer.Kubernetes, Data: []byte(pod)}}), nil, []*fixer.Rule{rule})
	var said strings.Builder
	if _, err := Run(t.Context(), strings.NewReader("accept\nwrite\nyes\n"), &said, s, &fakeBackend{disk: map[string]string{"web.yaml": pod}}); err != nil {
		t.Fatal(err)
	}
	const words = "Delete before you apply the change: Pod/web (web.yaml). Kubernetes refuses to change the pod of a Job or Pod that exists.\n"
	_, after, _ := strings.Cut(said.String(), "Wrote web.yaml.")
	if n := strings.Count(said.String(), words); n != 2 || !strings.Contains(after, words) {
		t.Errorf("said %d times, want with the plan and after it was written:\n%s", n, said.String())
	}
}
