package fixer

import (
	"bytes"
	"strings"

	"github.com/oakum-sec/oakum/fixer/kube"
)

// Recreated returns the IDs of the Jobs and bare Pods of a file whose pods differ between
// two versions of it; either may be nil. The API server refuses such a change of one that
// exists: it has to be deleted first. What is made anew with each deployment does not
// count: objects with a generated name, and hooks.
func Recreated(was, is *File) []string {
	if was == nil || is == nil {
		return nil
	}
	after := map[string][]byte{}
	for _, o := range is.Objects {
		after[o.ID()] = podOf(o)
	}
	var out []string
	for _, o := range was.Objects {
		pod := podOf(o)
		if now, there := after[o.ID()]; there && pod != nil && !bytes.Equal(pod, now) && !madeAnew(o) {
			out = append(out, o.ID())
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
