package report_test

import (
	"io"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestJobsThatExistCannotBeChanged: fixes of Jobs and bare Pods were refused by kubectl
// apply, and nothing said that they have to be deleted first.
func TestJobsThatExistCannotBeChanged(t *testing.T) {
	mark := &fixer.Rule{Name: "k/mark", Title: "mark", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			w := o.Workload()
			if w == nil || w.Pod.Get("hostname") != nil || strings.HasPrefix(w.Name, "kept") {
				continue
			}
			p.Report(fixer.Finding{Path: w.ID(), Start: o.Node.Start, End: o.Node.End, Message: "no mark", Fixes: []fixer.Fix{{
				ID: "mark", Title: "Set hostname", Level: fixer.Safe, Edit: fixer.EditYAML(w.Doc, yamldoc.Set(w.PodPath.Join("hostname"), "x")),
			}}})
		}
	}}
	job := func(meta string) string {
		return "apiVersion: batch/v1\nkind: Job\nmetadata: " + meta + "\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n        - {name: a, image: a}\n"
	}
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: alone}\nspec:\n  containers:\n    - {name: a, image: a}\n"
	deployment := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - {name: a, image: a}\n"
	data := strings.Join([]string{job("{name: migrate}"), job("{name: kept}"), job("{generateName: run-}"),
		job("{name: hook, annotations: {helm.sh/hook: pre-install}}"), job("{name: argo, annotations: {argocd.argoproj.io/hook: Sync}}"), pod, deployment}, "---\n")
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "m.yaml", Kind: fixer.Kubernetes, Data: []byte(data)}})
	s := engine.NewSession(snap, nil, []*fixer.Rule{mark})
	if _, err := s.AcceptAll(fixer.Safe, nil); err != nil {
		t.Fatal(err)
	}
	fix := report.NewFix("/r", s.Plan(), report.Filter{})
	if got := strings.Join(fix.Recreated, " "); got != "Job/migrate Pod/alone" {
		t.Errorf("to recreate: %s", got)
	}
	const want = "Delete before you apply the change: Job/migrate, Pod/alone. Kubernetes refuses to change the pod\nof a Job or Pod that exists\n"
	if got := written(t, func(w io.Writer) error { return fix.Summary(w, report.Style{}, false, "") }); !strings.Contains(got, want) {
		t.Errorf("no %q in:\n%s", want, got)
	}
	if got := written(t, fix.JSON); !strings.Contains(got, "\"recreate\": [\n    \"Job/migrate\",\n    \"Pod/alone\"\n  ]") {
		t.Errorf("not in JSON:\n%s", got)
	}
	fix.Recreated = []string{"Job/a", "Job/b", "Job/c", "Job/d", "Job/e", "Job/f"}
	if got := written(t, func(w io.Writer) error { return fix.Summary(w, report.Style{}, false, "") }); !strings.Contains(got, "Job/d and 2 more.") {
		t.Errorf("not cut off:\n%s", got)
	}
}
