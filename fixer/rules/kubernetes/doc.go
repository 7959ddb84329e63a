// Package kubernetes holds the rules for Kubernetes manifests, one per file.
//
// They share a view: whole Linux workloads and their containers. Partial
// patches are left alone, because what they lack is said elsewhere, and so are
// Windows pods, to which these settings do not apply.
package kubernetes

import (
	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// workloads returns the file's workloads that the rules speak of.
func workloads(p *fixer.Pass) []*kube.Workload {
	var out []*kube.Workload
	for _, o := range p.File.Objects {
		if w := o.Workload(); w != nil && !w.Partial && !windows(w) {
			out = append(out, w)
		}
	}
	return out
}

// containers returns the containers of the file's workloads.
func containers(p *fixer.Pass) []kube.Container {
	var out []kube.Container
	for _, w := range workloads(p) {
		out = append(out, w.Containers()...)
	}
	return out
}

func windows(w *kube.Workload) bool {
	return w.Pod.Get("os").Get("name").Text() == "windows" ||
		w.Pod.Get("nodeSelector").Get("kubernetes.io/os").Text() == "windows" ||
		w.Pod.Get("nodeSelector").Get("beta.kubernetes.io/os").Text() == "windows"
}

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

// hostLevel reports whether a workload works on its node rather than in its
// own container: a DaemonSet, or a pod that mounts the host's files or shares
// its process table. Agents, network and storage plug-ins look like this, and
// what they hold is mostly needed.
func hostLevel(w *kube.Workload) (why string, yes bool) {
	switch {
	case w.Kind == "DaemonSet":
		return "a DaemonSet usually serves its node", true
	case w.Pod.Get("hostPID").IsTrue():
		return "the pod shares the process table of its node", true
	}
	for _, v := range w.Pod.Get("volumes").List() {
		if path := v.Get("hostPath").Get("path").Text(); path != "" {
			return "the pod mounts " + path + " of its node", true
		}
	}
	return "", false
}
