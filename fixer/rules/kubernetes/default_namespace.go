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
	Title:    "workload in the default namespace",
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
			what += " and one more workload are"
		case more > 1:
			what += fmt.Sprintf(" and %d more workloads are", more)
		default:
			what += " is"
		}
		reportObject(p, first, first.Node.Get("metadata").Get("namespace"), fixer.Finding{
			Message: what + " deployed to the default namespace",
			Advice:  "Set metadata.namespace to a namespace of the application, with a Namespace object that has Pod Security labels. Or remove the line and choose the namespace with kubectl apply -n or a kustomization",
		})
	},
}
