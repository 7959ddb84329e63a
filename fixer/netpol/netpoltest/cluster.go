// Package netpoltest makes random clusters, for tests: namespaces, pods and policies in
// the types of the API and as manifests. The same source of numbers gives the same
// cluster.
package netpoltest

import (
	"fmt"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

// A Source gives numbers from 0 to below n.
type Source interface{ IntN(n int) int }

// A Cluster is what manifests hold.
type Cluster struct {
	Namespaces []core.Namespace
	Pods       []core.Pod
	Policies   []networking.NetworkPolicy
}

// Options say what a random cluster may have.
type Options struct {
	HostNetwork bool // pods of the host's network
	IPv6        bool // blocks of IPv6 addresses
	OddNames    bool // named ports that no pod has, or has with another protocol
}

// generator makes one cluster.
type generator struct {
	Source
	Options
}

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g generator, list ...T) T { return list[g.IntN(len(list))] }

// Random returns a cluster of up to three namespaces, six pods and five policies.
func Random(source Source, options Options) Cluster {
	g := generator{source, options}
	var out Cluster
	for i := range 1 + g.IntN(3) {
		n := core.Namespace{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("ns%d", i), Labels: g.labels()}}
		n.APIVersion, n.Kind = "v1", "Namespace"
		out.Namespaces = append(out.Namespaces, n)
	}
	for i := range 1 + g.IntN(6) {
		out.Pods = append(out.Pods, g.pod(i, pick(g, out.Namespaces...).Name))
	}
	for i := range g.IntN(6) {
		out.Policies = append(out.Policies, g.policy(i, pick(g, out.Namespaces...).Name))
	}
	return out
}

func (g generator) labels() map[string]string {
	out := map[string]string{}
	for _, key := range []string{"a", "b"} {
		if g.chance(70) {
			out[key] = pick(g, "x", "y", "z")
		}
	}
	return out
}

func (g generator) pod(i int, namespace string) core.Pod {
	p := core.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("pod%d", i), Namespace: namespace, Labels: g.labels()}}
	p.APIVersion, p.Kind = "v1", "Pod"
	p.Spec.HostNetwork = g.HostNetwork && g.chance(15)
	ports := []core.ContainerPort{{Name: "http", ContainerPort: pick[int32](g, 80, 8080)}}
	if g.chance(50) {
		ports = append(ports, core.ContainerPort{Name: "dns", ContainerPort: 53, Protocol: core.ProtocolUDP})
	}
	if g.OddNames {
		if g.chance(30) {
			ports[0].Protocol = pick(g, core.ProtocolUDP, core.ProtocolSCTP, core.ProtocolTCP)
		}
		if g.chance(20) {
			ports = ports[1:]
		}
	}
	p.Spec.Containers = []core.Container{{Name: "main", Image: "example.org/main:1", Ports: ports}}
	return p
}

func (g generator) selector() metav1.LabelSelector {
	var out metav1.LabelSelector
	if g.chance(50) {
		out.MatchLabels = map[string]string{pick(g, "a", "b"): pick(g, "x", "y", "z")}
	}
	if g.chance(35) {
		e := metav1.LabelSelectorRequirement{Key: pick(g, "a", "b")}
		e.Operator = pick(g, metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn, metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist)
		if e.Operator == metav1.LabelSelectorOpIn || e.Operator == metav1.LabelSelectorOpNotIn {
			e.Values = []string{pick(g, "x", "y"), "z"}[:1+g.IntN(2)]
		}
		out.MatchExpressions = append(out.MatchExpressions, e)
	}
	return out
}

func (g generator) policy(i int, namespace string) networking.NetworkPolicy {
	p := networking.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("policy%d", i), Namespace: namespace}}
	p.APIVersion, p.Kind = "networking.k8s.io/v1", "NetworkPolicy"
	p.Spec.PodSelector = g.selector()
	p.Spec.PolicyTypes = pick(g, nil, []networking.PolicyType{"Ingress"}, []networking.PolicyType{"Egress"}, []networking.PolicyType{"Ingress", "Egress"})
	for range g.IntN(3) {
		p.Spec.Ingress = append(p.Spec.Ingress, networking.NetworkPolicyIngressRule{From: g.peers(), Ports: g.ports()})
	}
	for range g.IntN(3) {
		p.Spec.Egress = append(p.Spec.Egress, networking.NetworkPolicyEgressRule{To: g.peers(), Ports: g.ports()})
	}
	return p
}

func (g generator) peers() []networking.NetworkPolicyPeer {
	var out []networking.NetworkPolicyPeer
	for range g.IntN(3) {
		var p networking.NetworkPolicyPeer
		kind := g.IntN(4)
		if kind == 3 {
			p.IPBlock = g.block()
		}
		if kind == 0 || kind == 1 {
			s := g.selector()
			p.PodSelector = &s
		}
		if kind == 1 || kind == 2 {
			s := g.selector()
			if g.chance(40) {
				s = metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": pick(g, "ns0", "ns1", "ns2")}}
			}
			p.NamespaceSelector = &s
		}
		out = append(out, p)
	}
	return out
}

func (g generator) block() *networking.IPBlock {
	blocks := []networking.IPBlock{
		{CIDR: "0.0.0.0/0"},
		{CIDR: "0.0.0.0/0", Except: []string{"10.0.0.0/8", "192.168.0.0/16"}},
		{CIDR: "10.0.0.0/8"},
		{CIDR: "10.1.0.0/16", Except: []string{"10.1.2.0/24", "10.1.2.0/25"}},
		{CIDR: "10.1.2.3/32"},
		{CIDR: "203.0.113.0/24", Except: []string{"203.0.113.128/25"}},
	}
	if g.IPv6 {
		blocks = append(blocks, networking.IPBlock{CIDR: "::/0"}, networking.IPBlock{CIDR: "2001:db8::/32", Except: []string{"2001:db8:1::/48"}})
	}
	return &blocks[g.IntN(len(blocks))]
}

func (g generator) ports() []networking.NetworkPolicyPort {
	var out []networking.NetworkPolicyPort
	for range g.IntN(3) {
		var p networking.NetworkPolicyPort
		if g.chance(70) {
			protocol := pick(g, core.ProtocolTCP, core.ProtocolUDP, core.ProtocolSCTP, core.ProtocolTCP)
			p.Protocol = &protocol
		}
		switch g.IntN(5) {
		case 0, 1:
			v := intstr.FromInt32(pick[int32](g, 53, 80, 8080))
			p.Port = &v
		case 2:
			v, end := intstr.FromInt32(pick[int32](g, 1, 80, 8000)), pick[int32](g, 8000, 9000, 65535)
			p.Port, p.EndPort = &v, &end
		case 3:
			v := intstr.FromString("http")
			if g.OddNames {
				v = intstr.FromString(pick(g, "http", "dns", "none"))
			} else { // the name that every pod has, with its protocol
				p.Protocol = nil
			}
			p.Port = &v
		}
		out = append(out, p)
	}
	return out
}

// Manifest is the cluster as one file.
func (c Cluster) Manifest() ([]byte, error) {
	var out []byte
	add := func(v any) error {
		data, err := yaml.Marshal(v)
		out = append(out, "---\n"...)
		out = append(out, data...)
		return err
	}
	for i := range c.Namespaces {
		if err := add(&c.Namespaces[i]); err != nil {
			return nil, err
		}
	}
	for i := range c.Pods {
		if err := add(&c.Pods[i]); err != nil {
			return nil, err
		}
	}
	for i := range c.Policies {
		if err := add(&c.Policies[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
