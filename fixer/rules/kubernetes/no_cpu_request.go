package kubernetes

import (
	_ "embed"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
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
				Fixes:   []fixer.Fix{cpuFix(c), cpuLimitFix(c)},
			})
		}
	},
}

var (
	paramCPU = fixer.Param{
		Name: "cpu", Meaning: "processor time to set aside, as in 100m (a tenth of a processor) or 2", Default: cpuShare, Validate: validCPU,
	}
	paramCPULimit = fixer.Param{
		Name: "cpu-limit", Meaning: "most processor time it gets, as in 500m or 2; not below what is set aside", Default: "500m", Validate: validCPU,
	}
)

// cpuSaid reports whether the resources of a container or a pod say anything
// of processor time.
func cpuSaid(n *yamldoc.Node) bool {
	r := n.Get("resources")
	return !r.Get("requests").Get("cpu").Null() || !r.Get("limits").Get("cpu").Null()
}

const cpuShare = "100m"

func cpuFix(c kube.Container) fixer.Fix {
	return fixer.Fix{
		ID:     "request",
		Title:  "request " + cpuShare + " of processor time",
		Level:  fixer.Review,
		Breaks: "a pod stays pending when no node has " + cpuShare + " left for it",
		Verify: "kubectl top pod   shows a use near the request, and no pod is pending",
		Params: []fixer.Param{paramCPU},
		Edit: func(d *fixer.Draft) error {
			d.YAML(c.Workload.Doc, yamldoc.Set(c.Path.Join("resources", "requests", "cpu"), d.Param("cpu")))
			return nil
		},
	}
}

// cpuLimitFix sets a limit, too, as clusters want it that charge by it or run
// the programs of strangers.
func cpuLimitFix(c kube.Container) fixer.Fix {
	limit := paramCPULimit.Default
	return fixer.Fix{
		ID:     "request-and-limit",
		Title:  "request " + cpuShare + " of processor time, and limit it to " + limit,
		Level:  fixer.Review,
		Breaks: "a pod stays pending when no node has " + cpuShare + " left for it, and the program is held up whenever it wants more than " + limit + ", as many do when they start",
		Verify: "kubectl top pod   stays below the limit under load, and the program starts and answers as fast as before",
		Params: []fixer.Param{paramCPU, paramCPULimit},
		Edit: func(d *fixer.Draft) error {
			request, most := d.Param("cpu"), d.Param("cpu-limit")
			r, _ := resource.ParseQuantity(request) // both were accepted
			m, _ := resource.ParseQuantity(most)
			if r.Cmp(m) > 0 {
				return fixer.Refuse("a limit of %s is less than the %s that are set aside, which the API server refuses", most, request)
			}
			at := c.Path.Join("resources")
			d.YAML(c.Workload.Doc, yamldoc.Set(at.Join("requests", "cpu"), request), yamldoc.Set(at.Join("limits", "cpu"), most))
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
