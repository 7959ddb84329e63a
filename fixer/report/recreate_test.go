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
	var ids []string
	for _, r := range fix.Recreated {
		ids = append(ids, r.ID)
	}
	if got := strings.Join(ids, " "); got != "Job/migrate Pod/alone" {
		t.Errorf("to recreate: %s", got)
	}
	const want = "Delete before you apply the change: Job/migrate (m.yaml), Pod/alone (m.yaml). Kubernetes refuses\nto change the pod of a Job or Pod that exists\n"
	if got := written(t, func(w io.Writer) error { return fix.Summary(w, report.Style{}, false, "") }); !strings.Contains(got, want) {
		t.Errorf("no %q in:\n%s", want, got)
	}
	if got := written(t, fix.JSON); strings.Count(got, "\"recreate\": [") != 2 || !strings.Contains(got, "\"recreate\": [\n    \"Job/migrate\",\n    \"Pod/alone\"\n  ]") {
		t.Errorf("not in JSON, for all and for the file:\n%s", got)
	}
	for _, id := range []string{"b", "c", "d", "e"} {
		fix.Recreated = append(fix.Recreated, report.Recreated{ID: "Job/" + id, Files: []string{"m.yaml"}})
	}
	if got := written(t, func(w io.Writer) error { return fix.Summary(w, report.Style{}, false, "") }); !strings.Contains(got, "Job/c (m.yaml) and 2 more.") {
		t.Errorf("not cut off:\n%s", got)
	}
}

// TestTextsToPasteNameJobsToDelete: neither the text of a pull request nor a commit message
// said that a Job has to be deleted first, and a Job in two files was named twice.
func TestTextsToPasteNameJobsToDelete(t *testing.T) {
	job := []byte("apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n        - {name: a, image: a}\n")
	s := engine.NewSession(fixer.NewSnapshot([]fixer.Source{{Path: "a/m.yaml", Kind: fixer.Kubernetes, Data: job}, {Path: "b/m.yaml", Kind: fixer.Kubernetes, Data: job}}), nil,
		[]*fixer.Rule{{Name: "k/mark", Title: "mark", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
			w := p.File.Objects[0].Workload()
			if w.Pod.Get("hostname") == nil {
				p.Report(fixer.Finding{Path: w.ID(), Message: "no mark", Fixes: []fixer.Fix{{
					ID: "mark", Title: "Set hostname", Level: fixer.Safe, Edit: fixer.EditYAML(w.Doc, yamldoc.Set(w.PodPath.Join("hostname"), "x")),
				}}})
			}
		}}})
	if _, err := s.AcceptAll(fixer.Safe, nil); err != nil {
		t.Fatal(err)
	}
	fix := report.NewFix("/r", s.Plan(), report.Filter{})
	const section = "\n## Delete before you apply the change\n\nKubernetes refuses to change the pod of a Job or Pod that exists:\n\n- `Job/migrate` in `a/m.yaml`, `b/m.yaml`\n"
	if got := written(t, fix.PullRequest); !strings.Contains(got, section) {
		t.Errorf("no %q in:\n%s", section, got)
	}
	const lines = "\nDelete before you apply the change: Job/migrate (a/m.yaml, b/m.yaml).\nKubernetes refuses to change the pod of a Job or Pod that exists.\n"
	if got := written(t, fix.CommitMessage); !strings.Contains(got, lines) {
		t.Errorf("no %q in:\n%s", lines, got)
	}
}

// TestChangesThatTheServerTakes: another image of a bare Pod and a comment in a Job are no
// reason to delete them.
func TestChangesThatTheServerTakes(t *testing.T) {
	file := func(data string) *fixer.File {
		return fixer.NewSnapshot([]fixer.Source{{Path: "m.yaml", Kind: fixer.Kubernetes, Data: []byte(data)}}).File("m.yaml")
	}
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      image: a:1\n"
	job := "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n        - name: a\n          image: a:1\n"
	for _, c := range []struct {
		name, was, old, new, want string
	}{
		{"image of a Pod", pod, "a:1", "a:2", ""},
		{"image of a Job", job, "a:1", "a:2", "Job/a"},
		{"command of a Pod", pod, "image: a:1", "image: a:1\n      command: [b]", "Pod/a"},
		{"comment in a Job", job, "name: a\n", "name: a # kept\n", ""},
		{"labels of the pod of a Job", job, "a: b", "a: c", "Job/a"},
	} {
		got := strings.Join(fixer.Recreated(file(c.was), file(strings.Replace(c.was, c.old, c.new, 1))), " ")
		if got != c.want {
			t.Errorf("%s: to recreate: %q, want %q", c.name, got, c.want)
		}
	}
}
