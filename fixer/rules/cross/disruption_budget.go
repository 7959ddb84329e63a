package cross

import (
	"fmt"
	"slices"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// DisruptionBudget wants workloads of several pods to keep some through the
// drain of a node.
var DisruptionBudget = &fixer.Rule{
	Name:     "cross/disruption-budget",
	Title:    "several pods, no disruption budget",
	Severity: fixer.Low,
	Doc: fixer.Doc{
		What: `Deployments and StatefulSets with two or more replicas that no PodDisruptionBudget of the repository selects, once per
workload. It is advice: no fix is offered. Left alone: workloads with one replica or none given (an autoscaler may decide),
and budgets with matchExpressions, which are taken to select everything in their namespace.`,
		Why: `When nodes are drained for an update, all pods of a workload may be evicted at the same time, though there are several of
them so that one is always there.`,
		Breaks: `A budget that allows no eviction (minAvailable as high as the replicas) blocks the drain of nodes.`,
		Verify: `kubectl get pdb   shows ALLOWED DISRUPTIONS of at least 1`,
		Bad: `-- web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: example.org/web:1.4
`,
		Good: `-- web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: example.org/web:1.4
-- budget.yaml --
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: web}
`,
		References: []fixer.Reference{
			{Source: "Polaris", ID: "missingPodDisruptionBudget, topologySpreadConstraint"},
			{Source: "kube-score", ID: "deployment-has-poddisruptionbudget, statefulset-has-poddisruptionbudget"},
			{Source: "kube-linter", ID: "no-anti-affinity"},
			{Source: "KICS", ID: "Deployment Without PodDisruptionBudget, StatefulSet Without PodDisruptionBudget"},
		},
	},
	Check: func(p *fixer.Pass) {
		budgets := disruptionBudgets(p.Snapshot)
		for f := range p.Snapshot.Files() {
			for _, o := range f.Objects {
				w := o.Workload()
				if w == nil || w.Partial || o.Kind != "Deployment" && o.Kind != "StatefulSet" {
					continue
				}
				replicas := o.Node.Get("spec").Get("replicas")
				n, ok := replicas.Int()
				if !ok || n < 2 || kept(budgets, w) {
					continue
				}
				p.Report(fixer.Finding{
					File: f.Path, Path: o.ID(), Start: replicas.KeyOrSelf().Start, End: replicas.End,
					Message: fmt.Sprintf("all %d pods of %s may be evicted at once", n, o.ID()),
					Advice:  "add a PodDisruptionBudget with maxUnavailable: 1 and the workload's own selector" + spread(w),
				})
			}
		}
	},
}

// A budget is what a PodDisruptionBudget selects.
type budget struct {
	namespace string
	labels    map[string]string // all of them; empty for everything
}

func disruptionBudgets(snap *fixer.Snapshot) []budget {
	var out []budget
	for f := range snap.Files() {
		for _, o := range f.Objects {
			if o.Kind != "PodDisruptionBudget" || o.Group() != "policy" {
				continue
			}
			b := budget{namespace: o.Namespace}
			if selector := o.Node.Get("spec").Get("selector"); len(selector.Get("matchExpressions").List()) == 0 {
				b.labels = labelsOf(selector.Get("matchLabels"))
			}
			if len(out) < maxBudgets {
				out = append(out, b)
			}
		}
	}
	return out
}

// maxBudgets is how many budgets are looked at, each for each workload: more
// than repositories have.
const maxBudgets = 1000

func labelsOf(n *yamldoc.Node) map[string]string {
	out := map[string]string{}
	for key, v := range n.All() {
		out[key] = v.Text()
	}
	return out
}

// kept reports whether a budget may select the pods of a workload. What names
// no namespace may be in any.
func kept(budgets []budget, w *kube.Workload) bool {
	labels := labelsOf(w.Meta.Get("labels"))
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
	return "; to be sure that they are on different nodes, add topologySpreadConstraints over kubernetes.io/hostname"
}
