package netpol

import (
	"k8s.io/apimachinery/pkg/labels"

	"github.com/oakum-sec/oakum/fixer/kube"
)

// A Policy is one NetworkPolicy.
type Policy struct {
	Namespace, Name string

	// Pods selects those of the namespace that the policy is for.
	Pods labels.Selector

	// IsolatesIngress and IsolatesEgress say in which directions the pods take or make
	// only the connections that a rule allows.
	IsolatesIngress, IsolatesEgress bool

	Ingress, Egress []Rule

	Object *kube.Object // it was read from; nil for one that was made otherwise
}

// A Rule allows connections with one of the peers to one of the ports.
type Rule struct {
	Peers []Peer // none stands for everybody
	Ports []Port // none stands for all ports
}

// A Peer is pods or addresses. Block is set for addresses and nil for pods.
type Peer struct {
	// Namespaces selects those of the pods; nil is the namespace of the policy.
	Namespaces labels.Selector
	// Pods selects among those; nil selects all.
	Pods labels.Selector

	Block *Block
}

// A Port is some ports of one protocol.
type Port struct {
	Protocol    Protocol
	Name        string // a port of the pod that is connected to; then First and Last are 0
	First, Last int    // both included
}

// selects reports whether the policy is for a pod.
func (p *Policy) selects(pod *Pod) bool {
	return !pod.HostNetwork && pod.Namespace == p.Namespace && p.Pods.Matches(labels.Set(pod.Labels))
}

// blocks are the addresses that the policy speaks of.
func (p *Policy) blocks() []*Block {
	var out []*Block
	for _, rules := range [][]Rule{p.Ingress, p.Egress} {
		for _, r := range rules {
			for _, peer := range r.Peers {
				if peer.Block != nil {
					out = append(out, peer.Block)
				}
			}
		}
	}
	return out
}
