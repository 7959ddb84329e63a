package kubernetes

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
)

//go:embed default_namespace.md
var defaultNamespaceDoc string

// DefaultNamespace reports workloads in the default namespace.
var DefaultNamespace = &fixer.Rule{
	Name:     "kubernetes/default-namespace",
	Title:    "in the namespace default",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.7.4"},
		{Source: fixer.NSA, ID: "namespaces"},
		{Source: fixer.Trivy, ID: "KSV-0110"},
		{Source: fixer.Checkov, ID: "CKV_K8S_21"},
		{Source: fixer.KubeLinter, ID: "use-namespace"},
		{Source: fixer.Kubescape, ID: "C-0061"},
		{Source: fixer.Kubescape, ID: "C-0212"},
		{Source: fixer.KICSKubernetes, ID: "611ab018-c4aa-4ba2-b0f6-a448337509a6", Title: "Using Unrecommended Namespace"},
	},
	Doc: defaultNamespaceDoc,
	Check: func(p *fixer.Pass) {
		var first *kube.Object
		more := 0
		for _, o := range p.File.Objects {
			if w := o.Workload(); o.Node.Get("metadata").Get("namespace").Text() != "default" || w == nil || w.Partial {
				continue
			}
			if first != nil {
				more++
				continue
			}
			first = o
		}
		if first == nil {
			return
		}
		what := first.Kind + "/" + first.Name
		switch {
		case more == 1:
			what += " and one more workload go"
		case more > 1:
			what += fmt.Sprintf(" and %d more workloads go", more)
		default:
			what += " goes"
		}
		reportObject(p, first, first.Node.Get("metadata").Get("namespace"), fixer.Finding{
			Message: what + " into the namespace default",
			Advice:  "name a namespace of the application's own, with a Namespace object that carries Pod Security labels; or take the line out, and say at each deployment where it goes: kubectl apply -n, or namespace: in a kustomization",
		})
	},
}
