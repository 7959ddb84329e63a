package netpol_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/netpol"
	"github.com/oakum-sec/oakum/fixer/netpol/netpoltest"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// The second implementation: it asks about one connection at a time, straight from
// the types of the API, and shares nothing with the room.

type naive struct{ netpoltest.Cluster }

// point is one end: a pod, or an address.
type point struct {
	pod  *core.Pod
	addr netip.Addr
}

func (n naive) allows(from, to point, port int32, protocol core.Protocol) bool {
	return n.sideAllows(from, to, to, port, protocol, false) && n.sideAllows(to, from, to, port, protocol, true)
}

func (n naive) sideAllows(own, other, to point, port int32, protocol core.Protocol, ingress bool) bool {
	if own.pod == nil || own.pod.Spec.HostNetwork {
		return true
	}
	governed := false
	for _, p := range n.Policies {
		if p.Namespace != own.pod.Namespace || !labelsMatch(p.Spec.PodSelector, own.pod.Labels) || !governs(p, ingress) {
			continue
		}
		governed = true
		if ingress {
			for _, r := range p.Spec.Ingress {
				if n.peersMatch(p.Namespace, r.From, other) && portsMatch(r.Ports, to, port, protocol) {
					return true
				}
			}
			continue
		}
		for _, r := range p.Spec.Egress {
			if n.peersMatch(p.Namespace, r.To, other) && portsMatch(r.Ports, to, port, protocol) {
				return true
			}
		}
	}
	return !governed
}

func governs(p networking.NetworkPolicy, ingress bool) bool {
	for _, t := range p.Spec.PolicyTypes {
		if ingress == (t == "Ingress") {
			return true
		}
	}
	return p.Spec.PolicyTypes == nil && (ingress || len(p.Spec.Egress) > 0)
}

func (n naive) peersMatch(namespace string, peers []networking.NetworkPolicyPeer, other point) bool {
	for _, p := range peers {
		if b := p.IPBlock; b != nil {
			if other.pod != nil {
				if other.pod.Spec.HostNetwork && (b.CIDR == "0.0.0.0/0" || b.CIDR == "::/0") && b.Except == nil {
					return true
				}
				continue
			}
			in := netip.MustParsePrefix(b.CIDR).Contains(other.addr)
			for _, e := range b.Except {
				in = in && !netip.MustParsePrefix(e).Contains(other.addr)
			}
			if in {
				return true
			}
			continue
		}
		if other.pod == nil || other.pod.Spec.HostNetwork {
			continue
		}
		spaceOK := other.pod.Namespace == namespace
		if p.NamespaceSelector != nil {
			for _, ns := range n.Namespaces {
				if ns.Name == other.pod.Namespace {
					all := map[string]string{"kubernetes.io/metadata.name": ns.Name}
					for k, v := range ns.Labels {
						all[k] = v
					}
					spaceOK = labelsMatch(*p.NamespaceSelector, all)
				}
			}
		}
		if spaceOK && (p.PodSelector == nil || labelsMatch(*p.PodSelector, other.pod.Labels)) {
			return true
		}
	}
	return len(peers) == 0
}

func labelsMatch(s metav1.LabelSelector, labels map[string]string) bool {
	for k, v := range s.MatchLabels {
		if have, ok := labels[k]; !ok || have != v {
			return false
		}
	}
	for _, e := range s.MatchExpressions {
		have, ok := labels[e.Key]
		listed := false
		for _, v := range e.Values {
			listed = listed || ok && v == have
		}
		switch e.Operator {
		case metav1.LabelSelectorOpIn:
			if !listed {
				return false
			}
		case metav1.LabelSelectorOpNotIn:
			if listed {
				return false
			}
		case metav1.LabelSelectorOpExists:
			if !ok {
				return false
			}
		case metav1.LabelSelectorOpDoesNotExist:
			if ok {
				return false
			}
		}
	}
	return true
}

func portsMatch(ports []networking.NetworkPolicyPort, to point, port int32, protocol core.Protocol) bool {
	for _, p := range ports {
		wanted := core.ProtocolTCP
		if p.Protocol != nil {
			wanted = *p.Protocol
		}
		if wanted != protocol {
			continue
		}
		switch {
		case p.Port == nil:
			return true
		case p.Port.Type == intstr.String:
			if to.pod == nil {
				continue
			}
			for _, c := range to.pod.Spec.Containers {
				for _, own := range c.Ports {
					ownProtocol := own.Protocol
					if ownProtocol == "" {
						ownProtocol = core.ProtocolTCP
					}
					if own.Name == p.Port.StrVal && ownProtocol == protocol && own.ContainerPort == port {
						return true
					}
				}
			}
		case p.EndPort != nil:
			if p.Port.IntVal <= port && port <= *p.EndPort {
				return true
			}
		case p.Port.IntVal == port:
			return true
		}
	}
	return len(ports) == 0
}

// load reads the manifest of a cluster as a repository's would be.
func load(t *testing.T, data []byte) *netpol.Cluster {
	t.Helper()
	file, err := yamldoc.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	out := &netpol.Cluster{Namespaces: map[string]map[string]string{}}
	for _, o := range kube.Parse(file) {
		switch {
		case netpol.Is(o):
			p, err := netpol.Read(o, o.Namespace)
			if err != nil {
				t.Fatal(err)
			}
			out.Policies = append(out.Policies, p)
		case o.Workload() != nil:
			out.Pods = append(out.Pods, netpol.PodOf(o.Workload(), o.Namespace))
		case o.Kind == "Namespace":
			labels := map[string]string{}
			for k, v := range o.Node.Get("metadata").Get("labels").All() {
				labels[k] = v.Text()
			}
			out.Namespaces[o.Name] = labels
		}
	}
	return out
}

// TestRandomClusters compares the room with the second implementation: every pair of
// pods and addresses, at ports on both sides of where anything begins or ends.
func TestRandomClusters(t *testing.T) {
	points := []string{"0.0.0.0", "9.255.255.255", "10.0.0.0", "10.1.1.255", "10.1.2.0", "10.1.2.3", "10.1.2.200", "10.1.3.0", "10.255.255.255", "11.0.0.0",
		"192.168.7.7", "203.0.113.127", "203.0.113.128", "255.255.255.255", "::", "2001:db8::1", "2001:db8:1::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}
	ports := []int32{1, 52, 53, 80, 81, 7999, 8000, 8080, 9000, 9001, 65535}
	asked, allowed := 0, 0
	clusters := 300
	if testing.Short() {
		clusters = 60
	}
	for seed := range clusters {
		given := netpoltest.Random(rand.New(rand.NewPCG(uint64(seed), 15)), netpoltest.Options{HostNetwork: true, IPv6: true, OddNames: true})
		data, err := given.Manifest()
		if err != nil {
			t.Fatal(err)
		}
		cluster, second := load(t, data), naive{given}
		whole := slices.Collect(cluster.Connections())
		type end struct {
			point
			netpol.Endpoint
		}
		var ends []end
		for i, p := range cluster.Pods {
			ends = append(ends, end{point{pod: &given.Pods[i]}, netpol.Endpoint{Pod: p}})
		}
		for _, s := range points {
			a := netip.MustParseAddr(s)
			ends = append(ends, end{point{addr: a}, netpol.At(a)})
		}
		for _, from := range ends {
			for _, to := range ends {
				if from.pod == nil && to.pod == nil {
					continue
				}
				listed := relation(whole, from.Endpoint, to.Endpoint)
				for _, protocol := range netpol.Protocols {
					for _, port := range ports {
						want := second.allows(from.point, to.point, port, core.Protocol(protocol.String()))
						if got := cluster.Allows(from.Endpoint, to.Endpoint, int(port), protocol); got != want {
							t.Fatalf("seed %d: %s to %s on %s %d: %t, want %t\n%s", seed, from.Endpoint, to.Endpoint, protocol, port, got, want, data)
						}
						if listed.Has(protocol, int(port)) != want {
							t.Fatalf("seed %d: the connections list %s for %s to %s, which %s %d is to be in: %t\n%s", seed, listed, from.Endpoint, to.Endpoint, protocol, port, want, data)
						}
						asked++
						if want {
							allowed++
						}
					}
				}
			}
		}
	}
	if allowed < asked/20 || allowed > asked*19/20 {
		t.Errorf("%d of %d connections are allowed: the clusters show little", allowed, asked)
	}
}

// relation is what the listed connections say of two ends.
func relation(whole []netpol.Connection, from, to netpol.Endpoint) netpol.Ports {
	same := func(listed, asked netpol.Endpoint) bool {
		return listed.Pod == asked.Pod && (asked.Pod != nil || listed.Addresses.Contains(asked.Addresses.First))
	}
	for _, c := range whole {
		if same(c.From, from) && same(c.To, to) {
			return c.Ports
		}
	}
	return netpol.Ports{}
}
