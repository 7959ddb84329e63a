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
			if w == nil || w.Partial || o.Kind != "Deployment" && o.Kind != "StatefulSet" && !(o.Kind == "Rollout" && o.Group() == "argoproj.io") {
				continue
			}
			at := o.Node.Get("spec").Get("replicas")
			n, ok := at.Int()
			var evidence []fixer.Evidence
			if by, least := autoscaled(p, w); by != "" { // it decides, whatever the manifest says
				n, ok, evidence = least, true, []fixer.Evidence{{Kind: fixer.FromManifest, Text: by + " keeps at least " + text.Count(int(least), "replica", "replicas")}}
			}
			if !ok || n < 2 || kept(disruptionBudgets.Of(p), w) {
				continue
			}
			if at == nil {
				at = o.NameNode()
			}
			p.Report(fixer.Finding{
				Path: o.ID(), Start: at.KeyOrSelf().Start, End: at.End,
				Message: fmt.Sprintf("No PodDisruptionBudget: %s of %s can be evicted at the same time", allReplicas(n), o.ID()), Evidence: evidence,
				Advice: text.Sentences("Add a PodDisruptionBudget with maxUnavailable: 1 and the selector of "+o.ID(), spread(w)),
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

// An autoscaler keeps a number of replicas.
type autoscaler struct {
	id, namespace, kind, name string // of what it scales
	least                     int64
}

var autoscalers = fixer.NewIndex(func(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, isAutoscaler)
}, func(files []*fixer.File) []autoscaler {
	var out []autoscaler
	for _, f := range files {
		for _, o := range f.Objects {
			if !isAutoscaler(o) || len(out) == maxBudgets {
				continue
			}
			spec := o.Node.Get("spec")
			least, set := spec.Get("minReplicas").Int()
			if !set {
				least = 1
			}
			to := spec.Get("scaleTargetRef")
			out = append(out, autoscaler{o.ID(), o.Namespace, to.Get("kind").Text(), to.Get("name").Text(), least})
		}
	}
	return out
})

func isAutoscaler(o *kube.Object) bool {
	return o.Kind == "HorizontalPodAutoscaler" && o.Group() == "autoscaling"
}

// autoscaled returns what keeps the number of replicas of a workload, and how many at least;
// of several, in overlays of one base, the least.
func autoscaled(p *fixer.Pass, w *kube.Workload) (by string, least int64) {
	for _, a := range autoscalers.Of(p) {
		if a.kind == w.Kind && a.name == w.Name && !apart(a.namespace, w.Namespace) && (by == "" || a.least < least) {
			by, least = a.id, a.least
		}
	}
	return by, least
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
