package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed probe_host.md
var probeHostDoc string

// ProbeHost reports probes that name a host.
var ProbeHost = &fixer.Rule{
	Name:     "kubernetes/probe-host",
	Title:    "lets the kubelet call another host",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: hostProbesAndHostLifecycle (1.34)"},
		{Source: fixer.Gatekeeper, ID: "host-probes-lifecycle"},
		{Source: fixer.KEP, ID: "KEP-4940"},
	},
	Doc: probeHostDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			for _, call := range kubeletCalls(c) {
				if host := call.node.Get("host"); host.Text() != "" {
					reportProbeHost(p, c, call, host)
				}
			}
		}
	},
}

func reportProbeHost(p *fixer.Pass, c kube.Container, call kubeletCall, host *yamldoc.Node) {
	f := fixer.Finding{
		Path: c.FindingPath() + " " + call.name + "." + call.verb, Start: host.KeyOrSelf().Start, End: host.End,
		Message: fmt.Sprintf("%s of %s lets the kubelet call %s", call.name, c, host.Text()),
	}
	loopback := slices.Contains([]string{"127.0.0.1", "localhost", "::1", "[::1]", "0.0.0.0"}, host.Text())
	switch {
	case loopback && c.Workload.Pod.Get("hostNetwork").IsTrue():
		f.Severity = fixer.Low
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: "hostNetwork is true: the address is that of the node itself"}}
		f.Advice = "let the program listen on the node's address too and remove host, or probe it by exec, which needs no host"
	case !loopback:
		f.Advice = "a probe tells whether this container works: let it call the container itself, and have that check what it depends on"
	default:
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: "the call is made from the node, so that " + host.Text() + " is the node and not the pod"}}
		f.Fixes = []fixer.Fix{{
			ID:     "remove",
			Title:  "remove host from " + call.name,
			Level:  fixer.Review,
			Breaks: "the probe goes to the pod's own address, and fails if the program listens on the loopback address only",
			Verify: "kubectl describe pod POD   shows no failed probe",
			Edit:   fixer.EditYAML(c.Workload.Doc, yamldoc.Remove(call.path.Join("host"))),
		}}
	}
	p.Report(f)
}
