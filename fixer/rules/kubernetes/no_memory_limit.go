package kubernetes

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed no_memory_limit.md
var noMemoryLimitDoc string

// NoMemoryLimit reports containers without a memory limit.
var NoMemoryLimit = &fixer.Rule{
	Name:     "kubernetes/no-memory-limit",
	Title:    "no memory limit",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.NSA, ID: "resource policies"},
		{Source: fixer.Trivy, ID: "KSV-0018"},
		{Source: fixer.Checkov, ID: "CKV_K8S_13"},
		{Source: fixer.KubeLinter, ID: "unset-memory-requirements"},
		{Source: fixer.Kubescape, ID: "C-0271"},
		{Source: fixer.Polaris, ID: "memoryLimitsMissing"},
		{Source: fixer.KubeScore, ID: "container-resources"},
		{Source: fixer.KICSKubernetes, ID: "b14d1bc4-a208-45db-92f0-e21f8e2588e9", Title: "Memory Limits Not Defined"},
	},
	Params: []fixer.Param{paramMemory},
	Doc:    noMemoryLimitDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			limits := c.Node.Get("resources").Get("limits")
			podLimit := c.Workload.Pod.Get("resources").Get("limits").Get("memory")
			if !limits.Get("memory").Null() || !podLimit.Null() || c.Role == kube.Ephemeral {
				continue
			}
			spec := container.FromContainer(p, c)
			d := spec.Limits()
			report(p, c, limits, fixer.Finding{
				Message:  fmt.Sprintf("%s can take all the memory of its node", c),
				Evidence: d.Evidence,
				Fixes:    []fixer.Fix{limitFix(c, spec, d)},
			})
		}
	},
}

var paramMemory = fixer.Param{
	Name: "memory", Meaning: "memory limit, as in 512Mi or 2Gi; not below what is requested",
	Validate: new(container.Spec).ValidMemory,
}

func limitFix(c kube.Container, spec *container.Spec, d container.LimitDecision) fixer.Fix {
	memory := paramMemory.With(d.Memory)
	memory.Validate, memory.Guess = spec.ValidMemory, !d.Known
	unknown := ""
	if !d.Known {
		unknown = "nothing here tells what the program needs: "
	}
	return fixer.Fix{
		ID:     "limit",
		Title:  "limit memory to " + d.Memory,
		Level:  d.Level,
		Breaks: unknown + "the container is killed when it needs more than " + d.Memory + ", and the scheduler sets as much aside when nothing is requested",
		Verify: "kubectl top pod   stays well below the limit under load",
		Params: []fixer.Param{memory},
		Edit: func(draft *fixer.Draft) error {
			draft.YAML(c.Workload.Doc, yamldoc.Set(c.Path.Join("resources", "limits", "memory"), draft.Param("memory")))
			return nil
		},
	}
}
