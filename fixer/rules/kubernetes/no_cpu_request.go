package kubernetes

import (
	_ "embed"
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed no_cpu_request.md
var noCPURequestDoc string

// NoCPURequest reports containers without a CPU request.
var NoCPURequest = &fixer.Rule{
	Name:     "kubernetes/no-cpu-request",
	Title:    "no CPU request",
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
			if givenBy(p, c.Workload, "cpu", false) != nil || scaledBy(p, c, "VerticalPodAutoscaler", "cpu") != nil {
				continue
			}
			f := fixer.Finding{
				Message: fmt.Sprintf("%s has no CPU request", c.Subject()),
				Fixes:   cpuFixes(p, c),
			}
			if by := scaledBy(p, c, "HorizontalPodAutoscaler", "cpu"); by != nil {
				f.Severity = fixer.Medium
				f.Message += ", so " + by.ID() + " cannot scale by its CPU"
				f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Place: by.file, Text: by.ID() + " scales by the part of the CPU request that is used"}}
				for i := range f.Fixes {
					f.Fixes[i].Breaks = text.Sentences(f.Fixes[i].Breaks, by.ID()+" starts to scale by this request")
				}
			}
			report(p, c, c.Node.Get("resources").Get("requests"), f)
		}
	},
}

var (
	paramCPU = fixer.Param{
		Name: "cpu", Meaning: "CPU request, as in 100m (a tenth of a CPU) or 2", Default: container.DefaultCPU, Validate: container.ValidCPU,
	}
	paramCPULimit = fixer.Param{
		Name: "cpu-limit", Meaning: "CPU limit, as in 500m or 2; not below the CPU request", Default: container.DefaultCPULimit, Validate: container.ValidCPU,
	}
)

// cpuSaid reports whether the resources of a container or a pod say anything
// of the CPU.
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
	pending := "The pod stays pending when no node has " + d.CPU + " of CPU left"
	return []fixer.Fix{{
		ID:     "request",
		Title:  "Set a CPU request of " + d.CPU,
		Level:  fixer.Review,
		Breaks: pending,
		Verify: "kubectl top pod\nshows a CPU usage near the request\n\nkubectl get pods\nshows no pending pod",
		Params: []fixer.Param{request},
		Edit: func(draft *fixer.Draft) error {
			draft.YAML(c.Workload.Doc, yamldoc.Set(at.Join("requests", "cpu"), draft.Param("cpu")))
			return nil
		},
	}, {
		ID:     "request-and-limit",
		Title:  "Set a CPU request of " + d.CPU + " and a CPU limit of " + d.CPULimit,
		Level:  fixer.Review,
		Breaks: text.Sentences(pending, "The application is throttled whenever it needs more than "+d.CPULimit+", as many do at start"),
		Verify: "kubectl top pod\nstays below the limit under load\n\nkubectl get pods\nshows no pending pod",
		Params: []fixer.Param{request, most},
		Edit: func(draft *fixer.Draft) error {
			share, most := draft.Param("cpu"), draft.Param("cpu-limit")
			r, _ := resource.ParseQuantity(share) // both were accepted
			m, _ := resource.ParseQuantity(most)
			if r.Cmp(m) > 0 {
				return fixer.Refuse("the CPU limit %s is below the CPU request %s, which the API server rejects", most, share)
			}
			draft.YAML(c.Workload.Doc, yamldoc.Set(at.Join("requests", "cpu"), share), yamldoc.Set(at.Join("limits", "cpu"), most))
			return nil
		},
	}}
}
