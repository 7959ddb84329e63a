package kubernetes

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// NoLimits wants a memory limit.
var NoLimits = &fixer.Rule{
	Name:     "kubernetes/no-limits",
	Title:    "no memory limit",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Containers without a memory limit, where the pod has none either. A value that is there is never changed. A limit on
processor time is not asked for: it slows a program down without protecting its neighbours from more than a request does.`,
		Why: `A container without a limit can take all the memory of its node, by a leak or by an attacker's request, and the
kernel then kills whatever it finds, not necessarily the culprit.`,
		Breaks: `A container that needs more than the limit is killed. Without a request of its own, the limit is also what the
scheduler sets aside, so that a pod may no longer fit on a node.`,
		Verify: `kubectl top pod   stays well below the limit under load, and kubectl get pod shows no OOMKilled`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    resources:
      limits:
        memory: 512Mi
`,
		References: []fixer.Reference{
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, resource policies"},
			{Source: "Trivy", ID: "KSV-0018"},
			{Source: "Checkov", ID: "CKV_K8S_13"},
			{Source: "kube-linter", ID: "unset-memory-requirements"},
			{Source: "Kubescape", ID: "C-0271"},
			{Source: "Polaris", ID: "memoryLimitsMissing"},
			{Source: "kube-score", ID: "container-resources"},
			{Source: "KICS", ID: "Memory Limits Not Defined"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			limits := c.Node.Get("resources").Get("limits")
			podLimit := c.Workload.Pod.Get("resources").Get("limits").Get("memory")
			if !limits.Get("memory").Null() || !podLimit.Null() || c.Role == kube.Ephemeral {
				continue
			}
			report(p, c, limits, fixer.Finding{
				Message: fmt.Sprintf("%s can take all the memory of its node", c),
				Fixes:   []fixer.Fix{limitFix(p, c)},
			})
		}
	},
}

func limitFix(p *fixer.Pass, c kube.Container) fixer.Fix {
	value := "512Mi"
	request := c.Node.Get("resources").Get("requests").Get("memory")
	requested := quantity(request)
	if requested.Cmp(resource.MustParse(value)) > 0 {
		value = request.Text() // a limit below the request is refused by the API server
	}
	return fixer.Fix{
		ID:     "limit",
		Title:  "limit memory to " + value,
		Level:  fixer.Review,
		Breaks: "the container is killed when it needs more than " + value + ", and the scheduler sets as much aside when nothing is requested",
		Verify: "kubectl top pod   stays well below the limit under load",
		Params: []fixer.Param{{
			Name: "memory", Meaning: "memory limit, as in 512Mi or 2Gi; not below what is requested", Default: value,
			Validate: func(s string) error { return validMemory(s, requested) },
		}},
		Edit: func(d *fixer.Draft) error {
			d.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(c.Path.Join("resources", "limits", "memory"), d.Param("memory")))
			return nil
		},
	}
}

func quantity(n *yamldoc.Node) resource.Quantity {
	q, _ := resource.ParseQuantity(n.Text())
	return q
}

func validMemory(s string, request resource.Quantity) error {
	q, err := resource.ParseQuantity(s)
	switch {
	case err != nil:
		return errors.New("a quantity like 512Mi or 2Gi")
	case q.Cmp(resource.MustParse("4Mi")) < 0:
		return errors.New("at least 4Mi: less does not start a container")
	case q.Cmp(request) < 0:
		return fmt.Errorf("at least what is requested, %s", request.String())
	}
	return nil
}
