package kubernetes

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/yamldoc"
)

// ServiceAccountField wants the account named by the field that stays.
var ServiceAccountField = &fixer.Rule{
	Name:     "kubernetes/deprecated-service-account-field",
	Title:    "names its account by a deprecated field",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Pods that name their ServiceAccount by serviceAccount instead of serviceAccountName. Where both are there, the API server
goes by serviceAccountName, and the other one is removed. Custom resources with a pod in them are left alone: what they read is
theirs to say.`,
		Why: `The field is deprecated since Kubernetes 1.0 and unknown to many tools: a check of who may do what passes over a pod that
names its account in this way.`,
		Breaks: `Nothing: the API server keeps both fields the same, whichever one was written.`,
		Verify: `kubectl get pod POD -o jsonpath='{.spec.serviceAccountName}'   prints the account`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  serviceAccount: web
  containers:
  - name: web
    image: example.org/web:1.4
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  serviceAccountName: web
  containers:
  - name: web
    image: example.org/web:1.4
`,
		References: []fixer.Reference{
			{Source: "kube-linter", ID: "deprecated-service-account-field"},
			{Source: "Kubescape", ID: "C-0294"},
			{Source: "Kubernetes API", ID: "PodSpec.serviceAccount", URL: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			w := o.Workload()
			if w == nil || w.Partial || !ownGroup(w.Group()) {
				continue
			}
			old, name := w.Pod.Get("serviceAccount"), w.Pod.Get("serviceAccountName").Text()
			if old.Text() == "" {
				continue
			}
			f := fixer.Finding{
				Path: w.ID() + " serviceAccount", Start: old.KeyOrSelf().Start, End: old.End,
				Message: fmt.Sprintf("%s names its account by the deprecated field serviceAccount", w.ID()),
			}
			title := "rename it to serviceAccountName"
			ops := []yamldoc.Op{yamldoc.Remove(w.PodPath.Join("serviceAccount"))}
			if name == "" {
				ops = append(ops, yamldoc.Set(w.PodPath.Join("serviceAccountName"), old.Text()))
			} else {
				title = "remove it: serviceAccountName says " + name
			}
			f.Fixes = []fixer.Fix{{
				ID: "rename", Title: title, Level: fixer.Safe,
				Verify: "kubectl get pod POD -o jsonpath='{.spec.serviceAccountName}'   prints the account",
				Edit: func(d *fixer.Draft) error {
					d.YAML(p.File.Path, w.Doc, ops...)
					return nil
				},
			}}
			p.Report(f)
		}
	},
}

// ownGroup reports whether an API group is one of Kubernetes' own that hold
// workloads.
func ownGroup(group string) bool {
	switch group {
	case "", "apps", "batch", "extensions":
		return true
	}
	return false
}
