package kubernetes

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed no_empty_dir_limit.md
var noEmptyDirLimitDoc string

// NoEmptyDirLimit reports emptyDir volumes without a sizeLimit.
var NoEmptyDirLimit = &fixer.Rule{
	Name:     "kubernetes/no-empty-dir-limit",
	Title:    "emptyDir volume without a size limit",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.KubernetesDocs, ID: "emptyDir", Link: "https://kubernetes.io/docs/concepts/storage/volumes/#emptydir"},
		{Source: fixer.Kyverno, ID: "add-emptydir-sizelimit"},
	},
	Params: []fixer.Param{paramLimit},
	Doc:    noEmptyDirLimitDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			if storageLimited(w) {
				continue
			}
			scratch, data := unlimited(p, w)
			if len(scratch) > 0 {
				f := emptyDirFinding(w, scratch, "volumes")
				f.Fixes = []fixer.Fix{emptyDirFix(w, scratch)}
				p.Report(f)
			}
			if len(data) > 0 {
				f := emptyDirFinding(w, data, "data volumes")
				f.Advice = "Set sizeLimit to the most that the application may store. A pod above the limit is evicted and loses its data: store data to keep in a PersistentVolumeClaim"
				p.Report(f)
			}
		}
	},
}

var paramLimit = fixer.Param{Name: "limit", Meaning: "sizeLimit of each of these volumes, as in 5Gi", Default: defaultSize, Assumed: true, Validate: validCapacity}

// An emptyVolume is an emptyDir of a pod.
type emptyVolume struct {
	index int // in the pod's volumes
	name  string
	node  *yamldoc.Node
}

// unlimited returns the empty volumes that can be written to and have no
// limit: those for files that come and go, and those that hold data.
func unlimited(p *fixer.Pass, w *kube.Workload) (scratch, data []emptyVolume) {
	written, kept := map[string]bool{}, map[string]bool{}
	for _, c := range w.Containers() {
		for _, m := range c.Node.Get("volumeMounts").List() {
			if !m.Get("readOnly").IsTrue() {
				name := m.Get("name").Text()
				written[name] = true
				kept[name] = kept[name] || forData(p, c, name, path.Clean(m.Get("mountPath").Text()))
			}
		}
	}
	for i, v := range w.Pod.Get("volumes").List() {
		empty, name := v.Get("emptyDir"), v.Get("name").Text()
		switch {
		case empty == nil || empty.Get("medium").Text() != "" || !empty.Get("sizeLimit").Null() || !written[name]:
		case kept[name]:
			data = append(data, emptyVolume{i, name, v})
		default:
			scratch = append(scratch, emptyVolume{i, name, v})
		}
	}
	return scratch, data
}

// forData reports whether a volume holds what a program keeps, as far as
// the table of images and names tell.
func forData(p *fixer.Pass, c kube.Container, name, mount string) bool {
	if e := container.OfImage(p, c.Image).Entry; e != nil && container.HoldsData(e, mount) {
		return true
	}
	if strings.HasPrefix(mount, "/var/lib/") || strings.HasSuffix(name, "db") || path.Base(mount) == "db" {
		return true
	}
	return slices.ContainsFunc([]string{"data", "storage", "store", "registry"}, func(word string) bool {
		return strings.Contains(name+mount, word)
	})
}

// storageLimited reports whether the pod as a whole may take so much of the
// node's disk: the kubelet adds up what the containers that have a limit may
// take, and holds the pod with its empty volumes to that.
func storageLimited(w *kube.Workload) bool {
	said := func(n *yamldoc.Node) bool { return !n.Get("resources").Get("limits").Get("ephemeral-storage").Null() }
	return said(w.Pod) || slices.ContainsFunc(w.Containers(), func(c kube.Container) bool { return said(c.Node) })
}

func emptyDirFinding(w *kube.Workload, open []emptyVolume, place string) fixer.Finding {
	return fixer.Finding{
		Path: w.ID() + " " + place, Start: open[0].node.Start, End: open[len(open)-1].node.End,
		Message: fmt.Sprintf("%s can fill the disk of its node: no sizeLimit on %s", w.ID(), text.Some(names(open))),
	}
}

func names(volumes []emptyVolume) []string {
	var out []string
	for _, v := range volumes {
		out = append(out, v.name)
	}
	return out
}

func emptyDirFix(w *kube.Workload, open []emptyVolume) fixer.Fix {
	return fixer.Fix{
		ID:     "limit",
		Title:  "Set sizeLimit of " + text.Some(names(open)) + " to " + defaultSize,
		Level:  fixer.Review,
		Breaks: sizeBreaks + ", and its contents are lost",
		Verify: "kubectl exec POD -- du -sh MOUNTPATH\nstays far below the limit after a day of normal use",
		Params: []fixer.Param{paramLimit},
		Edit: func(d *fixer.Draft) error {
			for _, v := range open {
				d.YAML(w.Doc, yamldoc.Set(w.PodPath.Join("volumes", v.index, "emptyDir", "sizeLimit"), d.Param("limit")))
			}
			return nil
		},
	}
}
