package kubernetes

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A scope is a securityContext, the pod's or a container's, whether it is
// there or not.
type scope struct {
	who     string // for people, at the beginning of a sentence: `Pod/web`, `Container "web"`
	key     string // of findings
	context *yamldoc.Node
	path    yamldoc.Path
}

// scopes returns the pod's securityContext and those of its containers. What a
// container inherits is in the pod's alone, so that it is found once.
func scopes(w *kube.Workload) []scope {
	out := []scope{{w.ID(), w.ID(), w.Pod.Get("securityContext"), w.PodPath.Join("securityContext")}}
	for _, c := range w.Containers() {
		out = append(out, scope{c.Subject(), c.FindingPath(), c.Node.Get("securityContext"), securityContext(c)})
	}
	return out
}

// reportScope fills in the place of a setting.
func reportScope(p *fixer.Pass, s scope, what string, at *yamldoc.Node, f fixer.Finding) {
	f.Path = s.key + " " + what
	f.Start, f.End = at.KeyOrSelf().Start, at.End
	p.Report(f)
}

// securityContext returns the place of a setting in the container's
// securityContext.
func securityContext(c kube.Container, keys ...any) yamldoc.Path {
	return c.Path.Join(append([]any{"securityContext"}, keys...)...)
}

// escalates reports whether the container is privileged or adds SYS_ADMIN: the
// API server refuses allowPrivilegeEscalation: false beside either.
func escalates(c kube.Container) (advice string, yes bool) {
	if c.Node.Get("securityContext").Get("privileged").IsTrue() {
		return "Remove privileged first: the API server rejects it beside allowPrivilegeEscalation: false", true
	}
	if slices.Contains(c.AddedCapabilities(), "SYS_ADMIN") {
		return "Remove the added capability SYS_ADMIN first: the API server rejects it beside allowPrivilegeEscalation: false", true
	}
	return "", false
}

// dropsAll reports whether ALL is among the dropped capabilities, spelled as
// the Pod Security Standards demand it.
func dropsAll(c kube.Container) bool {
	return slices.Contains(c.Node.Get("securityContext").Get("capabilities").Get("drop").Texts(), "ALL")
}

// misspelledAll finds an entry that the runtime reads as ALL and the Pod
// Security Standards do not.
func misspelledAll(c kube.Container) int { return slices.Index(c.DroppedCapabilities(), "ALL") }

// prefixedAll finds an entry that is meant as ALL and drops nothing.
func prefixedAll(c kube.Container) int { return slices.Index(c.DroppedCapabilities(), "CAP_ALL") }

// dropOps drops ALL and adds what is needed back.
func dropOps(c kube.Container, need []string) []yamldoc.Op {
	var ops []yamldoc.Op
	if i := max(misspelledAll(c), prefixedAll(c)); i >= 0 {
		ops = append(ops, yamldoc.Set(securityContext(c, "capabilities", "drop", i), "ALL"))
	} else {
		ops = append(ops, yamldoc.Append(securityContext(c, "capabilities", "drop"), "ALL"))
	}
	for _, name := range need {
		ops = append(ops, yamldoc.Append(securityContext(c, "capabilities", "add"), name))
	}
	return ops
}

// appArmorAnnotation, followed by a container's name, set its profile before
// there was a field, in Kubernetes 1.30.
const appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/"
