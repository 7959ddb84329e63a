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
	for _, at := range kubeletCallers {
		caller := c.Node.At(at)
		if caller == nil {
			continue
		}
		for _, verb := range []string{"httpGet", "tcpSocket", "exec", "grpc"} {
			if n := caller.Get(verb); !n.Null() {
				out = append(out, kubeletCall{at.String(), verb, n, slices.Concat(c.Path, at).Join(verb)})
			}
		}
	}
	return out
}

// kubeletCallers are the places of probes and hooks in a container.
var kubeletCallers = []yamldoc.Path{
	yamldoc.P("livenessProbe"), yamldoc.P("readinessProbe"), yamldoc.P("startupProbe"),
	yamldoc.P("lifecycle", "postStart"), yamldoc.P("lifecycle", "preStop"),
}
