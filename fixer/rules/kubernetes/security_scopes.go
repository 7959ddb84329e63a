package kubernetes

import (
	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// A scope is a securityContext, the pod's or a container's, whether it is
// there or not.
type scope struct {
	who     string // for people: `pod Pod/web`, `container "web"`
	key     string // of findings
	context *yamldoc.Node
	path    yamldoc.Path
}

// scopes returns the pod's securityContext and those of its containers. What a
// container inherits is in the pod's alone, so that it is found once.
func scopes(w *kube.Workload) []scope {
	out := []scope{{"pod " + w.ID(), w.ID(), w.Pod.Get("securityContext"), w.PodPath.Join("securityContext")}}
	for _, c := range w.Containers() {
		out = append(out, scope{c.String(), c.FindingPath(), c.Node.Get("securityContext"), securityContext(c)})
	}
	return out
}

// reportScope fills in the place of a setting.
func reportScope(p *fixer.Pass, s scope, what string, at *yamldoc.Node, f fixer.Finding) {
	f.Path = s.key + " " + what
	f.Start, f.End = at.KeyOrSelf().Start, at.End
	p.Report(f)
}
