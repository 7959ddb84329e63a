package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
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
			if givenBy(p, c.Workload, "memory", true) != nil {
				continue
			}
			spec := container.FromContainer(p, c)
			d := spec.Limits()
			f := fixer.Finding{
				Message:  fmt.Sprintf("%s has no memory limit and can use all memory of its node", c.Subject()),
				Evidence: d.Evidence,
				Fixes:    []fixer.Fix{limitFix(c, spec, d)},
				Advice:   d.Advice,
			}
			if by := scaledBy(p, c, "VerticalPodAutoscaler", "memory"); by != nil {
				f.Evidence = append(slices.Clone(f.Evidence), fixer.Evidence{Kind: fixer.FromManifest, Place: by.file, Text: by.ID() + " sets the memory request"})
				f.Advice = "Set a limit well above the request, or maxAllowed in " + by.ID() + ". It keeps the ratio of limit and request, so a limit without a request becomes as small as the request that it sets"
				f.Fixes[0].Level = fixer.Manual
			}
			report(p, c, limits, f)
		}
	},
}

var paramMemory = fixer.Param{
	Name: "memory", Meaning: "memory limit, as in 512Mi or 2Gi; not below the memory request",
	Validate: new(container.Spec).ValidMemory,
}

func limitFix(c kube.Container, spec *container.Spec, d container.LimitDecision) fixer.Fix {
	memory := paramMemory.With(d.Memory)
	memory.Validate, memory.Guess = spec.ValidMemory, !d.Known
	unknown := ""
	if !d.Known {
		unknown = "The memory that the application needs is unknown"
	}
	return fixer.Fix{
		ID:     "limit",
		Title:  "Set a memory limit of " + d.Memory,
		Level:  d.Level,
		Breaks: text.Sentences(unknown, "The container is OOM-killed above "+d.Memory, "Without a memory request, the limit is also used as the request"),
		Verify: "kubectl top pod\nstays well below the limit under load",
		Params: []fixer.Param{memory},
		Edit: func(draft *fixer.Draft) error {
			draft.YAML(c.Workload.Doc, yamldoc.Set(c.Path.Join("resources", "limits", "memory"), draft.Param("memory")))
			return nil
		},
	}
}
