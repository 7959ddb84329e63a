package kubernetes

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"

	"oakum/fixer"
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
				Fixes:   []fixer.Fix{cpuFix(p, c), cpuLimitFix(p, c)},
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

const cpuShare = "100m"

func cpuFix(p *fixer.Pass, c kube.Container) fixer.Fix {
	return fixer.Fix{
		ID:     "request",
		Title:  "request " + cpuShare + " of processor time",
		Level:  fixer.Review,
		Breaks: "a pod stays pending when no node has " + cpuShare + " left for it",
		Verify: "kubectl top pod   shows a use near the request, and no pod is pending",
		Params: []fixer.Param{cpuParam()},
		Edit: func(d *fixer.Draft) error {
			d.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(c.Path.Join("resources", "requests", "cpu"), d.Param("cpu")))
			return nil
		},
	}
}

func cpuParam() fixer.Param {
	return fixer.Param{Name: "cpu", Meaning: "processor time to set aside, as in 100m (a tenth of a processor) or 2", Default: cpuShare, Validate: validCPU}
}

// cpuLimitFix sets a limit, too, as clusters want it that charge by it or run
// the programs of strangers.
func cpuLimitFix(p *fixer.Pass, c kube.Container) fixer.Fix {
	const limit = "500m"
	return fixer.Fix{
		ID:     "request-and-limit",
		Title:  "request " + cpuShare + " of processor time, and limit it to " + limit,
		Level:  fixer.Review,
		Breaks: "a pod stays pending when no node has " + cpuShare + " left for it, and the program is held up whenever it wants more than " + limit + ", as many do when they start",
		Verify: "kubectl top pod   stays below the limit under load, and the program starts and answers as fast as before",
		Params: []fixer.Param{cpuParam(), {
			Name: "cpu-limit", Meaning: "most processor time it gets, as in 500m or 2; not below what is set aside", Default: limit, Validate: validCPU,
		}},
		Edit: func(d *fixer.Draft) error {
			request, most := d.Param("cpu"), d.Param("cpu-limit")
			r, _ := resource.ParseQuantity(request) // both were accepted
			m, _ := resource.ParseQuantity(most)
			if r.Cmp(m) > 0 {
				return fixer.Refuse("a limit of %s is less than the %s that are set aside, which the API server refuses", most, request)
			}
			at := c.Path.Join("resources")
			d.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(at.Join("requests", "cpu"), request), yamldoc.Set(at.Join("limits", "cpu"), most))
			return nil
		},
	}
}

func validCPU(s string) error {
	q, err := resource.ParseQuantity(s)
	switch {
	case err != nil:
		return errors.New("a quantity like 100m or 2")
	case q.Cmp(resource.MustParse("1m")) < 0:
		return errors.New("at least 1m, the smallest share there is")
	case q.Cmp(resource.MustParse("1000")) > 0:
		return errors.New("at most 1000 processors: 100m is a tenth of one, and Mi is for memory")
	}
	return nil
}
