// Package kubernetes holds the rules for Kubernetes manifests, one per file.
//
// They share a view: whole Linux workloads and their containers. Partial
// patches are left alone, because what they lack is said elsewhere, and so are
// Windows pods, to which these settings do not apply.
package kubernetes

import (
	"slices"
	"strings"

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

// securityContext returns the place of a setting in the container's
// securityContext.
func securityContext(c kube.Container, keys ...any) yamldoc.Path {
	return c.Path.Join("securityContext").Join(keys...)
}

func isTrue(n *yamldoc.Node) bool {
	v, ok := n.Bool()
	return ok && v
}

func isFalse(n *yamldoc.Node) bool {
	v, ok := n.Bool()
	return ok && !v
}

// added returns the capabilities a container adds, in upper case and without
// the CAP_ prefix some write.
func added(c kube.Container) []string { return capabilities(c, "add") }

func capabilities(c kube.Container, which string) []string {
	var out []string
	for _, n := range c.Node.Get("securityContext").Get("capabilities").Get(which).List() {
		out = append(out, strings.TrimPrefix(strings.ToUpper(n.Text()), "CAP_"))
	}
	return out
}

// escalates reports whether the container is privileged or adds SYS_ADMIN: the
// API server refuses allowPrivilegeEscalation: false beside either.
func escalates(c kube.Container) (why string, yes bool) {
	if isTrue(c.Node.Get("securityContext").Get("privileged")) {
		return "it is privileged", true
	}
	if slices.Contains(added(c), "SYS_ADMIN") {
		return "it adds the capability SYS_ADMIN", true
	}
	return "", false
}

// hostLevel reports whether a workload works on its node rather than in its
// own container: a DaemonSet, or a pod that mounts the host's files or shares
// its process table. Agents, network and storage plug-ins look like this, and
// what they hold is mostly needed.
func hostLevel(w *kube.Workload) (why string, yes bool) {
	switch {
	case w.Kind == "DaemonSet":
		return "a DaemonSet usually serves its node", true
	case isTrue(w.Pod.Get("hostPID")):
		return "the pod shares the process table of its node", true
	}
	for _, v := range w.Pod.Get("volumes").List() {
		if path := v.Get("hostPath").Get("path").Text(); path != "" {
			return "the pod mounts " + path + " of its node", true
		}
	}
	return "", false
}
