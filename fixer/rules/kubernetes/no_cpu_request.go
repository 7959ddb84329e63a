package kubernetes

import (
	_ "embed"
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed no_cpu_request.md
var noCPURequestDoc string

// NoCPURequest reports containers without a CPU request.
var NoCPURequest = &fixer.Rule{
	Name:     "kubernetes/no-cpu-request",
	Title:    "no processor time requested",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Resources,
	After:    []string{"kubernetes/no-memory-limit"},
	References: []fixer.Reference{
		{Source: fixer.NSA, ID: "resource policies"},
		{Source: fixer.Trivy, ID: "KSV-0015"},
		{Source: fixer.Checkov, ID: "CKV_K8S_10"},
		{Source: fixer.KubeLinter, ID: "unset-cpu-requirements"},
		{Source: fixer.Kubescape, ID: "C-0268"},
		{Source: fixer.Polaris, ID: "cpuRequestsMissing"},
		{Source: fixer.KubeScore, ID: "container-resources"},
		{Source: fixer.KICSKubernetes, ID: "ca469dd4-c736-448f-8ac1-30a642705e0a", Title: "CPU Requests Not Set"},
	},
	Params: []fixer.Param{paramCPU, paramCPULimit},
	Doc:    noCPURequestDoc,
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

var (
	paramCPU = fixer.Param{
		Name: "cpu", Meaning: "processor time to set aside, as in 100m (a tenth of a processor) or 2", Default: container.DefaultCPU, Validate: container.ValidCPU,
	}
	paramCPULimit = fixer.Param{
		Name: "cpu-limit", Meaning: "most processor time it gets, as in 500m or 2; not below what is set aside", Default: container.DefaultCPULimit, Validate: container.ValidCPU,
	}
)

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
	request, most := paramCPU.With(d.CPU), paramCPULimit.With(d.CPULimit)
	request.Guess, most.Guess = true, true
	pending := "a pod stays pending when no node has " + d.CPU + " left for it"
	return []fixer.Fix{{
		ID:     "request",
		Title:  "request " + d.CPU + " of processor time",
		Level:  d.Level,
		Breaks: pending,
		Verify: "kubectl top pod   shows a use near the request, and no pod is pending",
		Params: []fixer.Param{request},
		Edit: func(draft *fixer.Draft) error {
			draft.YAML(c.Workload.Doc, yamldoc.Set(at.Join("requests", "cpu"), draft.Param("cpu")))
			return nil
		},
	}, {
		ID:     "request-and-limit",
		Title:  "request " + d.CPU + " of processor time, and limit it to " + d.CPULimit,
		Level:  d.Level,
		Breaks: pending + ", and the program is held up whenever it wants more than " + d.CPULimit + ", as many do when they start",
		Verify: "kubectl top pod   stays below the limit under load, and the program starts and answers as fast as before",
		Params: []fixer.Param{request, most},
		Edit: func(draft *fixer.Draft) error {
			share, most := draft.Param("cpu"), draft.Param("cpu-limit")
			r, _ := resource.ParseQuantity(share) // both were accepted
			m, _ := resource.ParseQuantity(most)
			if r.Cmp(m) > 0 {
				return fixer.Refuse("a limit of %s is less than the %s that are set aside, which the API server refuses", most, share)
			}
			draft.YAML(c.Workload.Doc, yamldoc.Set(at.Join("requests", "cpu"), share), yamldoc.Set(at.Join("limits", "cpu"), most))
			return nil
		},
	}}
}
