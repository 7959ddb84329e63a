package kubernetes

import (
	"fmt"
	"slices"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// ProbeHost wants probes to go to their own pod.
var ProbeHost = &fixer.Rule{
	Name:     "kubernetes/probe-host",
	Title:    "lets the kubelet call another host",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Probes and lifecycle hooks (httpGet, tcpSocket) that name a host, which the baseline standard forbids since Kubernetes
1.34. Where the host is the loopback address, it is removed, so that the probe goes to the pod; with hostNetwork, where a program
may listen on the loopback address only, it is reported without a fix, and so is any other host.`,
		Why: `The kubelet makes the call from the node. Who can create pods can make it call what only nodes reach: the cloud's metadata
service, the kubelet's own ports, other machines of the network.`,
		Breaks: `The probe goes to the pod's own address: it fails if the program listens on the loopback address only.`,
		Verify: `kubectl describe pod POD   shows the probe without a host, and no "probe failed"`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    livenessProbe:
      httpGet:
        host: 127.0.0.1
        path: /healthz
        port: 8080
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    livenessProbe:
      httpGet:
        path: /healthz
        port: 8080
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "baseline: hostProbesAndHostLifecycle (1.34)", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "Kyverno", ID: "restrict probe and lifecycle hosts"},
			{Source: "Kubernetes", ID: "KEP-4940"},
		},
	},
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
				out = append(out, kubeletCall{at.String(), verb, n, c.Path.Join(steps(at)...).Join(verb)})
			}
		}
	}
	return out
}

func steps(p yamldoc.Path) []any {
	out := make([]any, len(p))
	for i, s := range p {
		out[i] = s
	}
	return out
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
			Edit: func(d *fixer.Draft) error {
				d.YAML(p.File.Path, c.Workload.Doc, yamldoc.Remove(call.path.Join("host")))
				return nil
			},
		}}
	}
	p.Report(f)
}
