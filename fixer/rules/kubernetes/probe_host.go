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
	Title:    "probe of another host",
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
		Message: fmt.Sprintf("%s of %s makes the kubelet connect to %s", call.name, c, host.Text()),
	}
	loopback := slices.Contains([]string{"127.0.0.1", "localhost", "::1", "[::1]", "0.0.0.0"}, host.Text())
	switch {
	case loopback && c.Workload.Pod.Get("hostNetwork").IsTrue():
		f.Severity = fixer.Low
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: "hostNetwork is true, so the address is the loopback address of the node"}}
		f.Advice = "Make the application listen on the address of the node and remove host, or use an exec probe"
	case !loopback:
		f.Advice = "Remove host, so that the probe checks the container itself. Let the application check its own dependencies"
	default:
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: "The kubelet connects from the node, so " + host.Text() + " is the node and not the pod"}}
		f.Fixes = []fixer.Fix{{
			ID:     "remove",
			Title:  "Remove host from " + call.name,
			Level:  fixer.Review,
			Breaks: "Applications that listen on the loopback address only: the probe then connects to the pod IP and fails",
			Verify: "kubectl describe pod POD\nshows no failed probe",
			Edit:   fixer.EditYAML(c.Workload.Doc, yamldoc.Remove(call.path.Join("host"))),
		}}
	}
	p.Report(f)
}
