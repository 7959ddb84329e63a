package report

import (
	"bytes"
	"strings"

	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/kube"
)

// recreated returns the Jobs and bare Pods whose pods a plan changes, as they are called.
// The API server refuses such a change of one that exists: it has to be deleted first.
// What is made anew with each deployment does not count: objects with a generated name,
// and hooks.
func recreated(plan *engine.Plan) []string {
	var out []string
	for _, c := range plan.Changes {
		was, is := plan.Before.File(c.Path), plan.After.File(c.Path)
		if was == nil || is == nil {
			continue
		}
		after := map[string][]byte{}
		for _, o := range is.Objects {
			after[o.ID()] = podOf(o)
		}
		for _, o := range was.Objects {
			pod := podOf(o)
			if now, there := after[o.ID()]; there && pod != nil && !bytes.Equal(pod, now) && !madeAnew(o) {
				out = append(out, o.ID())
			}
		}
	}
	return out
}

// podOf returns the text of the pod that a Job or a Pod is, nil for other objects.
func podOf(o *kube.Object) []byte {
	w := o.Workload()
	if w == nil || w.Partial || w.Kind != "Job" && w.Kind != "Pod" || w.Pod == nil {
		return nil
	}
	return w.Doc.File.Source[w.Pod.Start:w.Pod.End]
}

// madeAnew reports whether no object of an earlier deployment is there when this is applied.
func madeAnew(o *kube.Object) bool {
	meta := o.Node.Get("metadata")
	if meta.Get("name").Text() == "" {
		return true
	}
	for key := range meta.Get("annotations").All() {
		if strings.HasPrefix(key, "helm.sh/hook") || strings.HasPrefix(key, "argocd.argoproj.io/hook") {
			return true
		}
	}
	return false
}

// mostRecreated is how many are named.
const mostRecreated = 4

// recreate says which objects cannot be changed where they exist.
func (p *printer) recreate(f *Fix) {
	list := f.Recreated
	if len(list) == 0 {
		return
	}
	names := strings.Join(list[:min(len(list), mostRecreated)], ", ")
	if more := len(list) - mostRecreated; more > 0 {
		names += " and " + itoa(more) + " more"
	}
	for _, l := range wrap("Delete before you apply the change: "+names+". Kubernetes refuses to change the pod of a Job or Pod that exists", textWidth) {
		p.line(l)
	}
	p.line()
}
