package netpol

import (
	"net/netip"
	"strconv"

	"github.com/oakum-sec/oakum/fixer/kube"
)

// A Pod stands for the pods of one workload, which are alike to every policy.
type Pod struct {
	ID        string // for people: "Deployment/web"; with the namespace it names the pod
	Namespace string
	Labels    map[string]string
	Ports     []NamedPort

	// HostNetwork says that the pods use the network of their node.
	HostNetwork bool

	Workload *kube.Workload // nil for one that was made otherwise
}

// A NamedPort is a port that a container declares.
type NamedPort struct {
	Name     string // "" for one without
	Protocol Protocol
	Port     int
}

// PodOf returns what the workload's pods are to policies. Namespace is the one that they
// run in, which the file need not say.
func PodOf(w *kube.Workload, namespace string) *Pod {
	out := &Pod{ID: w.ID(), Namespace: namespace, Labels: kube.Labels(w.Meta.Get("labels")), HostNetwork: w.Pod.Get("hostNetwork").IsTrue(), Workload: w}
	for _, c := range w.Containers() {
		if c.Role != kube.App && c.Role != kube.Sidecar {
			continue
		}
		for _, n := range c.Node.Get("ports").List() {
			number, err := strconv.Atoi(n.Get("containerPort").Text())
			protocol, known := ParseProtocol(n.Get("protocol").Text())
			if err == nil && known && number >= 1 && number <= maxPort {
				out.Ports = append(out.Ports, NamedPort{n.Get("name").Text(), protocol, number})
			}
		}
	}
	return out
}

// named returns the ports of a protocol with a name.
func (p *Pod) named(protocol Protocol, name string) Ports {
	var out Ports
	for _, port := range p.Ports {
		if port.Name == name && port.Protocol == protocol {
			out = out.Union(OnePort(protocol, port.Port))
		}
	}
	return out
}

// An Endpoint is one end of a connection: a pod, or where that is nil, addresses
// outside the cluster.
type Endpoint struct {
	Pod       *Pod
	Addresses Range
}

// At is the endpoint of one address outside the cluster.
func At(a netip.Addr) Endpoint { return Endpoint{Addresses: Range{a, a}} }

// String names the endpoint for people: "shop/Deployment/web" or a range of addresses.
func (e Endpoint) String() string {
	if e.Pod == nil {
		return e.Addresses.String()
	}
	return e.Pod.Namespace + "/" + e.Pod.ID
}
