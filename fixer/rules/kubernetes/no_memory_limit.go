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
			report(p, c, limits, fixer.Finding{
				Message: fmt.Sprintf("%s can take all the memory of its node", c),
				Fixes:   []fixer.Fix{limitFix(c)},
			})
		}
	},
}

var paramMemory = fixer.Param{
	Name: "memory", Meaning: "memory limit, as in 512Mi or 2Gi; not below what is requested",
	Validate: func(s string) error { return validMemory(s, resource.Quantity{}) },
}

func limitFix(c kube.Container) fixer.Fix {
	value := "512Mi"
	request := c.Node.Get("resources").Get("requests").Get("memory")
	requested := quantity(request)
	if requested.Cmp(resource.MustParse(value)) > 0 {
		value = request.Text() // a limit below the request is refused by the API server
	}
	memory := paramMemory.With(value)
	memory.Validate = func(s string) error { return validMemory(s, requested) }
	return fixer.Fix{
		ID:     "limit",
		Title:  "limit memory to " + value,
		Level:  fixer.Review,
		Breaks: "the container is killed when it needs more than " + value + ", and the scheduler sets as much aside when nothing is requested",
		Verify: "kubectl top pod   stays well below the limit under load",
		Params: []fixer.Param{memory},
		Edit: func(d *fixer.Draft) error {
			d.YAML(c.Workload.Doc, yamldoc.Set(c.Path.Join("resources", "limits", "memory"), d.Param("memory")))
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
