package netpol

import (
	"maps"

	"k8s.io/apimachinery/pkg/labels"
)

// nameLabel is the label that Kubernetes gives each namespace: its name.
const nameLabel = "kubernetes.io/metadata.name"

// A Cluster is pods and the policies that hold for them.
type Cluster struct {
	// Namespaces are the labels of namespaces by name. The label with the name, which
	// Kubernetes adds, need not be among them, nor a namespace without others.
	Namespaces map[string]map[string]string

	Pods     []*Pod
	Policies []*Policy
}

// Allows reports whether a connection is allowed. Of an end outside the cluster the
// first address counts. A pod always reaches itself; the two ends are two pods, which
// may be of one workload.
func (c *Cluster) Allows(from, to Endpoint, port int, protocol Protocol) bool {
	return c.Ports(from, to).Has(protocol, port)
}

// Ports returns the ports on which one end may connect to the other. Of an end outside
// the cluster the first address counts.
func (c *Cluster) Ports(from, to Endpoint) Ports {
	out := c.Egress(from, to)
	if out.Empty() {
		return out
	}
	return out.Intersect(c.Ingress(to, from))
}

// Egress returns the ports that the policies for where a connection starts allow.
func (c *Cluster) Egress(from, to Endpoint) Ports { return c.side(from, to, false) }

// Ingress returns the ports that the policies for where a connection ends allow.
func (c *Cluster) Ingress(to, from Endpoint) Ports { return c.side(to, from, true) }

// Isolated reports in which directions a pod takes or makes only connections that a
// policy allows.
func (c *Cluster) Isolated(pod *Pod) (ingress, egress bool) {
	for _, p := range c.Policies {
		if p.selects(pod) {
			ingress, egress = ingress || p.IsolatesIngress, egress || p.IsolatesEgress
		}
	}
	return ingress, egress
}

// For returns the cluster with only the policies that hold for a pod: what a pod takes and
// makes is the same in both, and asked about faster in this one.
func (c *Cluster) For(pod *Pod) *Cluster {
	out := *c
	out.Policies = nil
	for _, p := range c.Policies {
		if p.selects(pod) {
			out.Policies = append(out.Policies, p)
		}
	}
	return &out
}

// side returns the ports that the policies of one end allow with the other.
func (c *Cluster) side(own, other Endpoint, ingress bool) Ports {
	out, isolated := Ports{}, false
	if own.Pod == nil {
		return AllPorts()
	}
	to := other
	if ingress {
		to = own
	}
	for _, p := range c.Policies {
		rules := p.Egress
		isolates := p.IsolatesEgress
		if ingress {
			rules, isolates = p.Ingress, p.IsolatesIngress
		}
		if !isolates || !p.selects(own.Pod) {
			continue
		}
		isolated = true
		for _, r := range rules {
			if c.isPeer(p, r, other) {
				out = out.Union(r.ports(to))
			}
		}
	}
	if !isolated {
		return AllPorts()
	}
	return out
}

// isPeer reports whether a rule is about an endpoint.
func (c *Cluster) isPeer(p *Policy, r Rule, e Endpoint) bool {
	if len(r.Peers) == 0 {
		return true
	}
	for _, peer := range r.Peers {
		switch {
		case peer.Block != nil && e.Pod == nil:
			if peer.Block.Contains(e.Addresses.First) {
				return true
			}
		case peer.Block != nil:
			if e.Pod.HostNetwork && peer.Block.everything() {
				return true
			}
		case e.Pod == nil || e.Pod.HostNetwork:
		case c.inNamespaces(p, peer, e.Pod) && (peer.Pods == nil || peer.Pods.Matches(labels.Set(e.Pod.Labels))):
			return true
		}
	}
	return false
}

func (c *Cluster) inNamespaces(p *Policy, peer Peer, pod *Pod) bool {
	if peer.Namespaces == nil {
		return pod.Namespace == p.Namespace
	}
	return peer.Namespaces.Matches(labels.Set(c.labelsOf(pod.Namespace)))
}

// labelsOf are the labels of a namespace. One whose name is not known has none.
func (c *Cluster) labelsOf(namespace string) map[string]string {
	out := maps.Clone(c.Namespaces[namespace])
	if out == nil {
		out = map[string]string{}
	}
	if namespace != "" {
		out[nameLabel] = namespace
	}
	return out
}

// ports are those that the rule allows to an endpoint.
func (r Rule) ports(to Endpoint) Ports {
	if len(r.Ports) == 0 {
		return AllPorts()
	}
	var out Ports
	for _, p := range r.Ports {
		switch {
		case p.Name == "":
			out = out.Union(PortRange(p.Protocol, p.First, p.Last))
		case to.Pod != nil:
			out = out.Union(to.Pod.named(p.Protocol, p.Name))
		}
	}
	return out
}
