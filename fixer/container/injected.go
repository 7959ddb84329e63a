package container

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
)

// An Addition is what the cluster adds to the pods of a workload, and where that
// is asked for.
type Addition struct {
	kube.Injection
	Place string // file and line, "" where the pass does not say which file it is
}

// Evidence says so.
func (a Addition) Evidence() fixer.Evidence {
	return fixer.Evidence{Kind: fixer.FromManifest, Place: a.Place, Text: a.Key + " makes " + a.By + " add containers to the pods"}
}

// Added returns what the labels and annotations of a pod, or else those of its
// namespace, ask the cluster to add to it. Where the pod leaves its namespace
// to whoever applies the files, the namespaces beside it count.
func Added(p *fixer.Pass, file string, w *kube.Workload) []Addition {
	asked, off := kube.Injections(w.Meta)
	var out []Addition
	for _, i := range asked {
		place := ""
		if p.File != nil {
			place = p.File.PlaceOf(i.Node)
		}
		out = append(out, Addition{i, place})
	}
	all := injectedNamespaces.Of(p)
	if len(all) == 0 {
		return out
	}
	name := w.Node.Get("metadata").Get("namespace").Text()
	for _, ns := range all {
		if name != "" && ns.name != name || name == "" && !fixer.Beside(ns.file, file) {
			continue
		}
		for _, a := range ns.added {
			known := slices.ContainsFunc(out, func(other Addition) bool { return other.By == a.By })
			if !known && !off[a.By] {
				out = append(out, a)
			}
		}
	}
	return out
}

// An injectedNamespace is one whose pods get containers added.
type injectedNamespace struct {
	file, name string
	added      []Addition
}

var injectedNamespaces = fixer.NewIndex(func(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, func(o *kube.Object) bool { return len(asksAsNamespace(o)) > 0 })
}, func(files []*fixer.File) []injectedNamespace {
	var out []injectedNamespace
	for _, f := range files {
		for _, o := range f.Objects {
			ns := injectedNamespace{file: f.Path, name: o.Name}
			for _, i := range asksAsNamespace(o) {
				ns.added = append(ns.added, Addition{i, f.PlaceOf(i.Node)})
			}
			if len(ns.added) > 0 {
				out = append(out, ns)
			}
		}
	}
	return out
})

func asksAsNamespace(o *kube.Object) []kube.Injection {
	if o.Kind != "Namespace" {
		return nil
	}
	asked, _ := kube.Injections(o.Node.Get("metadata"))
	return asked
}
