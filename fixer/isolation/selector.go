package isolation

import (
	"fmt"
	"maps"
	"slices"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// volatile are labels that another release of the same application changes, or that a
// controller sets: the last ones to tell workloads apart by.
var volatile = []string{
	"app.kubernetes.io/instance", "app.kubernetes.io/version", "version", "release", "helm.sh/chart", "chart", "heritage", "app.kubernetes.io/managed-by", "pod-template-generation",
}

// generated are labels that only a controller sets, each time to another value.
var generated = []string{"pod-template-hash", "controller-revision-hash", "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "controller-uid", "batch.kubernetes.io/controller-uid"}

// selectors chooses for each workload the labels that select its pods and no others of
// the set: those of its own selector, without volatile ones unless these are what
// tells it from others.
func (s *Set) selectors() {
	labelled := map[[2]string][]*Workload{}
	for _, w := range s.Workloads {
		for key, value := range w.Pod.Labels {
			labelled[[2]string{key, value}] = append(labelled[[2]string{key, value}], w)
		}
	}
	for _, w := range s.Workloads {
		for _, candidate := range w.candidates() {
			if len(candidate) > 0 && selectsOnly(candidate, w, labelled) {
				w.Selector = candidate
				break
			}
		}
	}
}

// candidates are the selectors that may do, the shortest first.
func (w *Workload) candidates() []map[string]string {
	all := maps.Clone(w.Pod.Labels)
	for _, key := range generated {
		delete(all, key)
	}
	own := map[string]string{}
	spec := w.object.Node.Get("spec").Get("selector")
	labels := spec.Get("matchLabels")
	if w.object.Kind == "ReplicationController" {
		labels = spec
	}
	for key, value := range labels.All() {
		if _, known := all[key]; known && value.Is(yamldoc.Scalar) {
			own[key] = value.Text()
		}
	}
	var out []map[string]string
	for _, from := range []map[string]string{own, all} {
		short := maps.Clone(from)
		maps.DeleteFunc(short, func(key, _ string) bool { return slices.Contains(volatile, key) })
		out = append(out, short)
		for _, key := range volatile {
			if value, ok := from[key]; ok {
				longer := maps.Clone(out[len(out)-1])
				longer[key] = value
				out = append(out, longer)
			}
		}
	}
	return out
}

// selectsOnly reports whether labels select the pods of a workload, in every form in which
// they are built, and of no other one. labelled are the workloads of the set by each of their
// labels.
func selectsOnly(labels map[string]string, w *Workload, labelled map[[2]string][]*Workload) bool {
	for _, form := range w.forms {
		for key, value := range labels {
			if has := form.Meta.Get("labels").Get(key); has.Null() || has.Text() != value {
				return false
			}
		}
	}
	fewest, first := []*Workload(nil), true // only those that have the rarest label can have all
	for key, value := range labels {
		if list := labelled[[2]string{key, value}]; first || len(list) < len(fewest) {
			fewest, first = list, false
		}
	}
	return !slices.ContainsFunc(fewest, func(o *Workload) bool { return o != w && selects(labels, o.Pod.Labels) })
}

func selects(selector, labels map[string]string) bool {
	for key, value := range selector {
		if has, ok := labels[key]; !ok || has != value {
			return false
		}
	}
	return true
}

// unselectable says why no policy can name a workload.
func (w *Workload) unselectable() string {
	if len(w.Pod.Labels) == 0 {
		return fmt.Sprintf("the pods of %s have no labels, so no NetworkPolicy can select them", w.ID)
	}
	return fmt.Sprintf("no labels tell the pods of %s from those of other workloads in every form in which they are built", w.ID)
}
