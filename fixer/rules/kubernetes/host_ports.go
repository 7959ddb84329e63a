package kubernetes

import (
	"cmp"
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed host_ports.md
var hostPortsDoc string

// HostPorts reports containers with a hostPort.
var HostPorts = &fixer.Rule{
	Name:     "kubernetes/host-ports",
	Title:    "hostPort on a container port",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: hostPorts"},
		{Source: fixer.CISKubernetes, ID: "5.2.13"},
		{Source: fixer.Trivy, ID: "KSV-0024"},
		{Source: fixer.Checkov, ID: "CKV_K8S_26"},
		{Source: fixer.Kubescape, ID: "C-0044"},
		{Source: fixer.Kubescape, ID: "C-0204"},
		{Source: fixer.Polaris, ID: "hostPortSet"},
		{Source: fixer.KICSKubernetes, ID: "2b1836f1-dcce-416e-8e16-da8c71920633", Title: "Workload Host Port Not Specified"},
	},
	Doc: hostPortsDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			if c.Workload.Pod.Get("hostNetwork").IsTrue() {
				continue
			}
			for i, port := range c.Node.Get("ports").List() {
				if n, ok := port.Get("hostPort").Int(); ok && n != 0 {
					reportHostPort(p, c, i, port, n)
				}
			}
		}
	},
}

func reportHostPort(p *fixer.Pass, c kube.Container, i int, port *yamldoc.Node, number int64) {
	set := port.Get("hostPort")
	f := fixer.Finding{
		Path: fmt.Sprintf("%s ports[%d]", c.FindingPath(), number), Start: set.KeyOrSelf().Start, End: set.End,
		Message: fmt.Sprintf("%s uses port %d of its node (hostPort)", c.Subject(), number),
	}
	service := serviceFor(p, c.Workload, port)
	why, agent := nodeAgent(c.Workload)
	switch {
	case letsIn(c):
		f.Severity = fixer.Low
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: "The image is an ingress controller, and --publish-service is not set"}}
		f.Advice = "Remove hostPort if clients connect through a Service of type LoadBalancer. Without load balancers, hostPort may be the only way into the cluster"
	case agent:
		f.Severity = fixer.Low
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}}
		f.Advice = "Use a Service with internalTrafficPolicy: Local if clients on the same node rely on the port. Then remove hostPort"
	case service == "":
		f.Advice = "Create a Service for the port, let clients use the name of the Service, and remove hostPort. No Service in this directory routes to the port"
	default:
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: service + " routes to the port"}}
		f.Fixes = []fixer.Fix{{
			ID:     "remove",
			Title:  fmt.Sprintf("Remove hostPort %d", number),
			Level:  fixer.Review,
			Breaks: fmt.Sprintf("Clients that connect to port %d of the node. Clients of %s are not affected", number, service),
			Verify: "kubectl get endpointslices\nstill lists the pod behind " + text.VisibleLine(service),
			Edit: func(d *fixer.Draft) error {
				at := c.Path.Join("ports", i)
				ops := []yamldoc.Op{yamldoc.Remove(at.Join("hostPort"))}
				if port.Own("hostIP") != nil { // says nothing without a port
					ops = append(ops, yamldoc.Remove(at.Join("hostIP")))
				}
				d.YAML(c.Workload.Doc, ops...)
				return nil
			},
		}}
	}
	p.Report(f)
}

// letsIn reports whether the container is an ingress controller whose ports on
// the node may be the way into the cluster: it tells its clients no Service's
// address, or one of its own choice.
func letsIn(c kube.Container) bool {
	ref, err := image.ParseReference(c.Image)
	if err != nil || !slices.ContainsFunc([]string{"ingress", "traefik", "contour"}, func(word string) bool {
		return strings.Contains(ref.Repository, word)
	}) {
		return false
	}
	service := false
	for _, arg := range append(c.Node.Get("command").Texts(), c.Node.Get("args").Texts()...) {
		service = service || strings.HasPrefix(arg, "--publish-service=")
		if strings.HasPrefix(arg, "--publish-status-address") {
			return true
		}
	}
	return !service
}

// serviceFor returns a Service, of the file or of one beside it, that leads to
// the container port, "" for none.
func serviceFor(p *fixer.Pass, w *kube.Workload, port *yamldoc.Node) string {
	for _, o := range p.Topology().Services(path.Dir(p.File.Path)) {
		spec := o.Node.Get("spec")
		if o.Namespace != w.Namespace || spec.Get("type").Text() == "ExternalName" || !kube.Selects(spec.Get("selector"), w.Meta.Get("labels")) {
			continue
		}
		targets := []string{port.Get("containerPort").Text(), port.Get("name").Text()}
		if slices.ContainsFunc(spec.Get("ports").List(), func(sp *yamldoc.Node) bool {
			to := sp.Get("targetPort").Text()
			if to == "" {
				to = sp.Get("port").Text()
			}
			return to != "" && slices.Contains(targets, to) && protocol(sp) == protocol(port)
		}) {
			return o.ID()
		}
	}
	return ""
}

// protocol is that of a port, of a container or a Service.
func protocol(port *yamldoc.Node) string { return cmp.Or(port.Get("protocol").Text(), "TCP") }
