package cross

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed disruption_budget.md
var disruptionBudgetDoc string

// DisruptionBudget reports replicated workloads without a PodDisruptionBudget,
// which may stand in another file.
var DisruptionBudget = &fixer.Rule{
	Name:     "cross/disruption-budget",
	Title:    "no PodDisruptionBudget",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Polaris, ID: "missingPodDisruptionBudget"},
		{Source: fixer.Polaris, ID: "topologySpreadConstraint"},
		{Source: fixer.KubeScore, ID: "deployment-has-poddisruptionbudget"},
		{Source: fixer.KubeScore, ID: "statefulset-has-poddisruptionbudget"},
		{Source: fixer.KubeLinter, ID: "no-anti-affinity"},
		{Source: fixer.KICSKubernetes, ID: "b23e9b98-0cb6-4fc9-b257-1f3270442678", Title: "Deployment Without PodDisruptionBudget"},
		{Source: fixer.KICSKubernetes, ID: "1db3a5a5-bf75-44e5-9e44-c56cfc8b1ac5", Title: "StatefulSet Without PodDisruptionBudget"},
	},
	Doc: disruptionBudgetDoc,
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			w := o.Workload()
			if w == nil || w.Partial || o.Kind != "Deployment" && o.Kind != "StatefulSet" {
				continue
			}
			replicas := o.Node.Get("spec").Get("replicas")
			n, ok := replicas.Int()
			if !ok || n < 2 || kept(disruptionBudgets.Of(p), w) {
				continue
			}
			p.Report(fixer.Finding{
				Path: o.ID(), Start: replicas.KeyOrSelf().Start, End: replicas.End,
				Message: fmt.Sprintf("No PodDisruptionBudget: %s of %s can be evicted at the same time", allReplicas(n), o.ID()),
				Advice:  text.Sentences("Add a PodDisruptionBudget with maxUnavailable: 1 and the selector of "+o.ID(), spread(w)),
			})
		}
	},
}

func allReplicas(n int64) string {
	if n == 2 {
		return "both replicas"
	}
	return fmt.Sprintf("all %d replicas", n)
}

// A budget is what a PodDisruptionBudget selects.
type budget struct {
	namespace string
	labels    map[string]string // all of them; empty for everything
}

var disruptionBudgets = fixer.NewIndex(func(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, isBudget)
}, func(files []*fixer.File) []budget {
	var out []budget
	for _, f := range files {
		for _, o := range f.Objects {
			if !isBudget(o) || len(out) == maxBudgets {
				continue
			}
			b := budget{namespace: o.Namespace}
			if selector := o.Node.Get("spec").Get("selector"); len(selector.Get("matchExpressions").List()) == 0 {
				b.labels = kube.Labels(selector.Get("matchLabels"))
			}
			out = append(out, b)
		}
	}
	return out
})

func isBudget(o *kube.Object) bool { return o.Kind == "PodDisruptionBudget" && o.Group() == "policy" }

// maxBudgets is how many budgets are looked at, each for each workload: more
// than repositories have.
const maxBudgets = 1000

// kept reports whether a budget may select the pods of a workload. What names
// no namespace may be in any.
func kept(budgets []budget, w *kube.Workload) bool {
	labels := kube.Labels(w.Meta.Get("labels"))
	return slices.ContainsFunc(budgets, func(b budget) bool {
		if b.namespace != "" && w.Namespace != "" && b.namespace != w.Namespace {
			return false
		}
		for key, want := range b.labels {
			if labels[key] != want {
				return false
			}
		}
		return true
	})
}

// spread adds advice for pods that nothing keeps on different nodes. The
// scheduler spreads them softly by itself.
func spread(w *kube.Workload) string {
	if len(w.Pod.Get("topologySpreadConstraints").List()) > 0 || w.Pod.Get("affinity").Get("podAntiAffinity").Len() > 0 {
		return ""
	}
	return "Add topologySpreadConstraints with topologyKey: kubernetes.io/hostname to run the pods on different nodes"
}
