package kubernetes

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/container"
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
	spec := container.FromContainer(p, c)
	d := spec.Limits()
	return fixer.Fix{
		ID:     "limit",
		Title:  "limit memory to " + d.Memory,
		Level:  d.Level,
		Breaks: "the container is killed when it needs more than " + d.Memory + ", and the scheduler sets as much aside when nothing is requested",
		Verify: "kubectl top pod   stays well below the limit under load",
		Params: []fixer.Param{{
			Name: "memory", Meaning: "memory limit, as in 512Mi or 2Gi; not below what is requested", Default: d.Memory, Validate: spec.ValidMemory,
		}},
		Edit: func(draft *fixer.Draft) error {
			draft.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(c.Path.Join("resources", "limits", "memory"), draft.Param("memory")))
			return nil
		},
	}
}
