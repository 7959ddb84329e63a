package kubernetes

import (
	"cmp"
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed deprecated_service_account_field.md
var serviceAccountFieldDoc string

// ServiceAccountField reports the deprecated field serviceAccount.
var ServiceAccountField = &fixer.Rule{
	Name:     "kubernetes/deprecated-service-account-field",
	Title:    "deprecated serviceAccount field",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.KubeLinter, ID: "deprecated-service-account-field"},
		{Source: fixer.Kubescape, ID: "C-0294"},
		{Source: fixer.KubernetesDocs, ID: "PodSpec.serviceAccount", Link: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/"},
	},
	Doc: serviceAccountFieldDoc,
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
				Message:  fmt.Sprintf("%s sets the deprecated field serviceAccount", w.ID()),
				Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Kubernetes", Text: "The API server gives serviceAccount and serviceAccountName one value"}},
			}
			title := "Rename serviceAccount to serviceAccountName"
			ops := []yamldoc.Op{yamldoc.Remove(w.PodPath.Join("serviceAccount"))}
			if name == "" {
				ops = append(ops, yamldoc.Set(w.PodPath.Join("serviceAccountName"), old.Text()))
			} else {
				title = "Remove serviceAccount: serviceAccountName is already " + name
			}
			f.Fixes = []fixer.Fix{{
				ID: "rename", Title: title, Level: fixer.Safe,
				Verify: "kubectl get pod POD -o jsonpath='{.spec.serviceAccountName}'\nprints " + text.VisibleLine(cmp.Or(name, old.Text())),
				Edit:   fixer.EditYAML(w.Doc, ops...),
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
