package fixer

import (
	"bytes"
	"reflect"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// Recreated returns the IDs of the Jobs and bare Pods of a file whose pods differ between
// two versions of it; either may be nil. The API server refuses such a change of one that
// exists: it has to be deleted first. What it takes does not count: other images of a bare
// Pod, and comments. Nor does what is made anew with each deployment: objects with a
// generated name, and hooks.
func Recreated(was, is *File) []string {
	if was == nil || is == nil {
		return nil
	}
	after := map[string]*kube.Workload{}
	for _, o := range is.Objects {
		if w := fixedPod(o); w != nil {
			after[o.ID()] = w
		}
	}
	var out []string
	for _, o := range was.Objects {
		before := fixedPod(o)
		if now := after[o.ID()]; before != nil && now != nil && !madeAnew(o) && !samePod(before, now) {
			out = append(out, o.ID())
		}
	}
	return out
}

// fixedPod returns the Job or Pod that an object is, nil for other objects.
func fixedPod(o *kube.Object) *kube.Workload {
	w := o.Workload()
	if w == nil || w.Partial || w.Kind != "Job" && w.Kind != "Pod" || w.Pod == nil {
		return nil
	}
	return w
}

// samePod reports whether the API server takes the one pod in the place of the other.
func samePod(was, is *kube.Workload) bool {
	pod := func(w *kube.Workload) []byte { return w.Doc.File.Source[w.Pod.Start:w.Pod.End] }
	equal := bytes.Equal(pod(was), pod(is))
	if !equal {
		a, failed := was.Pod.Data()
		b, alsoFailed := is.Pod.Data()
		if was.Kind == "Pod" {
			a, b = withoutImages(a), withoutImages(b)
		}
		equal = failed == nil && alsoFailed == nil && reflect.DeepEqual(a, b)
	}
	return equal && (was.Kind == "Pod" || sameData(was.Meta, is.Meta)) // the metadata of a Pod may change
}

func sameData(a, b *yamldoc.Node) bool {
	x, failed := a.Data()
	y, alsoFailed := b.Data()
	return failed == nil && alsoFailed == nil && reflect.DeepEqual(x, y)
}

// withoutImages are the data of a pod without what may change in a Pod that exists.
func withoutImages(pod any) any {
	fields, _ := pod.(yamldoc.Map)
	out := slices.Clone(fields)
	for i, field := range out {
		list, _ := field.Value.([]any)
		if field.Key != "containers" && field.Key != "initContainers" {
			continue
		}
		list = slices.Clone(list)
		for j, c := range list {
			if c, ok := c.(yamldoc.Map); ok {
				list[j] = slices.DeleteFunc(slices.Clone(c), func(p yamldoc.Pair) bool { return p.Key == "image" })
			}
		}
		out[i].Value = list
	}
	return out
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
