package kubernetes

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/kube"
)

// DefaultNamespace wants workloads in a namespace of their own.
var DefaultNamespace = &fixer.Rule{
	Name:     "kubernetes/default-namespace",
	Title:    "in the namespace default",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Workloads that name the namespace default, one finding per file. Left alone: workloads that name none, because whoever
applies the file says where it goes (kubectl -n, the namespace of a kustomization, the destination of a GitOps tool), and
objects that are no workload.`,
		Why: `Quotas, network policies, roles and Pod Security levels are set per namespace. In default programs that have nothing to
do with each other share them, and what is applied without a thought lands there too.`,
		Breaks: `Short names of Services (web instead of web.default.svc) are looked up in the namespace of the pod that asks: what
talks to each other moves together. Claims and Secrets do not move by themselves.`,
		Verify: `kubectl get pods -n NAMESPACE   shows the pods, and they still reach each other`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: default
spec:
  containers:
  - name: web
    image: example.org/web:1.4
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
  - name: web
    image: example.org/web:1.4
`,
		References: []fixer.Reference{
			{Source: "CIS Kubernetes", ID: "5.7.4"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, namespaces"},
			{Source: "Trivy", ID: "KSV-0110"},
			{Source: "Checkov", ID: "CKV_K8S_21"},
			{Source: "kube-linter", ID: "use-namespace"},
			{Source: "Kubescape", ID: "C-0061, C-0212"},
			{Source: "KICS", ID: "Using Unrecommended Namespace"},
		},
	},
	Check: func(p *fixer.Pass) {
		var first *kube.Object
		more := 0
		for _, o := range p.File.Objects {
			if w := o.Workload(); o.Namespace != "default" || w == nil || w.Partial {
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
