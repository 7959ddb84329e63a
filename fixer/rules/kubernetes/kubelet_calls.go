package kubernetes

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A kubeletCall is what the kubelet does for a probe or a lifecycle hook.
type kubeletCall struct {
	name string // "livenessProbe", "lifecycle.preStop"
	verb string // "httpGet", "tcpSocket", "exec", "grpc"
	node *yamldoc.Node
	path yamldoc.Path
}

// kubeletCalls returns the probes and hooks of a container.
func kubeletCalls(c kube.Container) []kubeletCall {
	var out []kubeletCall
	for _, at := range []yamldoc.Path{
		yamldoc.P("livenessProbe"), yamldoc.P("readinessProbe"), yamldoc.P("startupProbe"),
		yamldoc.P("lifecycle", "postStart"), yamldoc.P("lifecycle", "preStop"),
	} {
		for _, verb := range []string{"httpGet", "tcpSocket", "exec", "grpc"} {
			if n := c.Node.At(at.Join(verb)); !n.Null() {
				out = append(out, kubeletCall{at.String(), verb, n, slices.Concat(c.Path, at).Join(verb)})
			}
		}
	}
	return out
}
