package kubernetes

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// workloads returns the file's workloads that the rules speak of. It is shared and
// must not be changed.
func workloads(p *fixer.Pass) []*kube.Workload { return spokenOf.Of(p) }

var spokenOf = fixer.Share(func(p *fixer.Pass) []*kube.Workload {
	var out []*kube.Workload
	for _, o := range p.File.Objects {
		if w := o.Workload(); w != nil && !w.Partial && !windows(p, w) {
			out = append(out, w)
		}
	}
	return slices.Clip(out)
})

// containers returns the containers of the file's workloads. It is shared and must
// not be changed.
func containers(p *fixer.Pass) []kube.Container { return containersOf.Of(p) }

var containersOf = fixer.Share(func(p *fixer.Pass) []kube.Container {
	var out []kube.Container
	for _, w := range workloads(p) {
		out = append(out, w.Containers()...)
	}
	return slices.Clip(out)
})

// everyContainer returns the containers of all whole workloads, those of
// Windows too.
func everyContainer(p *fixer.Pass) []kube.Container {
	var out []kube.Container
	for _, o := range p.File.Objects {
		if w := o.Workload(); w != nil && !w.Partial {
			out = append(out, w.Containers()...)
		}
	}
	return out
}

// windows reports whether a workload's pods run on Windows nodes, as it says itself
// or as the RuntimeClass of the repository does that it asks for.
func windows(p *fixer.Pass, w *kube.Workload) bool {
	return w.Windows() != "" || w.RuntimeClass() != "" && windowsClasses.Of(p)[w.RuntimeClass()]
}

var windowsClasses = fixer.NewIndex(func(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, (*kube.Object).WindowsRuntimeClass)
}, func(files []*fixer.File) map[string]bool {
	out := map[string]bool{}
	for _, f := range files {
		for _, o := range f.Objects {
			if o.WindowsRuntimeClass() {
				out[o.Name] = true
			}
		}
	}
	return out
})

// report fills in the place of a container: its first line, which is that of
// its list item, or the node that is at fault.
func report(p *fixer.Pass, c kube.Container, at *yamldoc.Node, f fixer.Finding) {
	if at == nil {
		at = c.Node
	}
	f.Path = c.FindingPath()
	f.Start, f.End = at.KeyOrSelf().Start, at.End
	p.Report(f)
}
