package kubernetes

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"

	"oakum/fixer"
	"oakum/fixer/container"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// CPURequest wants processor time set aside for every container.
var CPURequest = &fixer.Rule{
	Name:     "kubernetes/cpu-request",
	Title:    "no processor time requested",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Containers and sidecars without a request for processor time, where neither a limit of theirs, which counts as one, nor the
pod as a whole sets it. Init containers are left alone: they run before the others, and what those request is set aside already. A
limit beside the request is offered as another way, and not asked for: it slows a program down while its node is idle.`,
		Why: `The scheduler puts any number of such pods on one node, and under load the kernel gives them next to nothing: a neighbour that
is busy, or made busy by an attacker, starves them. An autoscaler that goes by processor time does not work without it.`,
		Breaks: `What is requested is set aside: a pod stays pending when no node has as much left.`,
		Verify: `kubectl top pod   shows a use near the request, and kubectl get pods shows none that is pending`,
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
      requests:
        cpu: 100m
`,
		References: []fixer.Reference{
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, resource policies"},
			{Source: "Trivy", ID: "KSV-0015"},
			{Source: "Checkov", ID: "CKV_K8S_10"},
			{Source: "kube-linter", ID: "unset-cpu-requirements"},
			{Source: "Kubescape", ID: "C-0268"},
			{Source: "Polaris", ID: "cpuRequestsMissing"},
			{Source: "kube-score", ID: "container-resources"},
			{Source: "KICS", ID: "CPU Requests Not Set"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			if c.Role != kube.App && c.Role != kube.Sidecar || cpuSaid(c.Node) || cpuSaid(c.Workload.Pod) {
				continue
			}
			report(p, c, c.Node.Get("resources").Get("requests"), fixer.Finding{
				Message: fmt.Sprintf("%s has no processor time set aside", c),
				Fixes:   cpuFixes(p, c),
			})
		}
	},
}

// cpuSaid reports whether the resources of a container or a pod say anything
// of processor time.
func cpuSaid(n *yamldoc.Node) bool {
	r := n.Get("resources")
	return !r.Get("requests").Get("cpu").Null() || !r.Get("limits").Get("cpu").Null()
}

// cpuFixes offers a request, and a request with a limit, as clusters want it that
// charge by it or run the programs of strangers.
func cpuFixes(p *fixer.Pass, c kube.Container) []fixer.Fix {
	d := container.FromContainer(p, c).Limits()
	at := c.Path.Join("resources")
	request := fixer.Param{Name: "cpu", Meaning: "processor time to set aside, as in 100m (a tenth of a processor) or 2", Default: d.CPU, Validate: container.ValidCPU}
	pending := "a pod stays pending when no node has " + d.CPU + " left for it"
	return []fixer.Fix{{
		ID:     "request",
		Title:  "request " + d.CPU + " of processor time",
		Level:  d.Level,
		Breaks: pending,
		Verify: "kubectl top pod   shows a use near the request, and no pod is pending",
		Params: []fixer.Param{request},
		Edit: func(draft *fixer.Draft) error {
			draft.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(at.Join("requests", "cpu"), draft.Param("cpu")))
			return nil
		},
	}, {
		ID:     "request-and-limit",
		Title:  "request " + d.CPU + " of processor time, and limit it to " + d.CPULimit,
		Level:  d.Level,
		Breaks: pending + ", and the program is held up whenever it wants more than " + d.CPULimit + ", as many do when they start",
		Verify: "kubectl top pod   stays below the limit under load, and the program starts and answers as fast as before",
		Params: []fixer.Param{request, {
			Name: "cpu-limit", Meaning: "most processor time it gets, as in 500m or 2; not below what is set aside", Default: d.CPULimit, Validate: container.ValidCPU,
		}},
		Edit: func(draft *fixer.Draft) error {
			share, most := draft.Param("cpu"), draft.Param("cpu-limit")
			r, _ := resource.ParseQuantity(share) // both were accepted
			m, _ := resource.ParseQuantity(most)
			if r.Cmp(m) > 0 {
				return fixer.Refuse("a limit of %s is less than the %s that are set aside, which the API server refuses", most, share)
			}
			draft.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(at.Join("requests", "cpu"), share), yamldoc.Set(at.Join("limits", "cpu"), most))
			return nil
		},
	}}
}
