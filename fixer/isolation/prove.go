package isolation

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/netpol"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// prove reads the files again and compares what they allow with what was meant: for each
// workload and every other end, those of the namespace and of others, a pod of no
// workload here, and all addresses. The error names a connection on which they differ.
func (p *Plan) prove(files []File, o Options) error {
	before := &netpol.Cluster{Policies: p.Set.Existing}
	after := &netpol.Cluster{Policies: slices.Clone(p.Set.Existing)}
	for i, f := range files {
		if slices.ContainsFunc(files[:i], func(o File) bool { return o.Path() == f.Path() }) {
			return fmt.Errorf("%s would be written twice", f.Path())
		}
		written, err := read(f, p.Set.Namespace)
		if err != nil {
			return fmt.Errorf("what would be written to %s is not valid: %w", f.Path(), err)
		}
		after.Policies = append(after.Policies, written...)
	}
	ends := p.ends(after, o)
	for _, w := range p.Set.Workloads {
		if w.Pod.HostNetwork {
			continue
		}
		own := netpol.Endpoint{Pod: w.Pod}
		was, is := before.For(w.Pod), after.For(w.Pod)
		open, leaking := slices.Contains(p.Open, w), o.Egress && slices.Contains(p.Leaking, w)
		for _, other := range ends {
			want := was.Ingress(own, other)
			if open {
				want = p.meant(p.ingress.flows[w], own, other, o, true)
			}
			if got := is.Ingress(own, other); !got.Equal(want) {
				return fmt.Errorf("the policies would let %s connect to %s on %s, and %s is meant", p.endName(other), w.ID, got, want)
			}
			want = was.Egress(own, other)
			if leaking {
				want = p.meant(p.egress.flows[w], own, other, o, false).Union(p.resolves(other, o))
			}
			if got := is.Egress(own, other); !got.Equal(want) {
				return fmt.Errorf("the policies would let %s connect to %s on %s, and %s is meant", w.ID, p.endName(other), got, want)
			}
		}
	}
	return nil
}

func (p *Plan) endName(e netpol.Endpoint) string {
	if e.Pod != nil && e.Pod.Namespace == p.Set.Namespace {
		return e.Pod.ID
	}
	return e.String()
}

// read reads the policies of a file. Those of other kinds only add to what they allow.
func read(f File, namespace string) ([]*netpol.Policy, error) {
	parsed, err := yamldoc.Parse([]byte(f.Content()))
	if err != nil {
		return nil, err
	}
	var out []*netpol.Policy
	for _, o := range kube.Parse(parsed) {
		if !netpol.Is(o) {
			continue
		}
		policy, err := netpol.Read(o, namespace)
		if err != nil {
			return nil, err
		}
		out = append(out, policy)
	}
	return out, nil
}

// ends are what a workload may be connected with. A rule names a namespace by its name
// alone, so of those that none names one stands for all.
func (p *Plan) ends(c *netpol.Cluster, o Options) []netpol.Endpoint {
	var out []netpol.Endpoint
	seen := map[[2]string]bool{} // other sets may hold copies
	add := func(pod *netpol.Pod) {
		if key := [2]string{pod.Namespace, pod.ID}; !seen[key] {
			seen[key] = true
			out = append(out, netpol.Endpoint{Pod: pod})
		}
	}
	alike := func(w *Workload) {
		add(&netpol.Pod{ID: "a pod with the labels of " + w.ID, Namespace: elsewhere, Labels: w.Pod.Labels})
	}
	for _, w := range p.Set.Workloads {
		add(w.Pod)
		alike(w)
	}
	named := map[string]bool{p.Set.Namespace: true, o.Controller: true, o.Monitoring: true, dnsNamespace: true, elsewhere: true}
	for _, flows := range []map[*Workload][]*flow{p.ingress.flows, p.egress.flows} {
		for _, list := range flows {
			for _, f := range list {
				if f.peer != nil && f.peer.Pod.Namespace != p.Set.Namespace {
					named[f.peer.Pod.Namespace] = true
				}
			}
		}
	}
	for _, s := range p.Set.all {
		for _, w := range s.Workloads {
			if s.Namespace != p.Set.Namespace && named[s.Namespace] {
				add(w.Pod)
				alike(w)
			}
		}
	}
	for _, namespace := range slices.Sorted(maps.Keys(named)) {
		add(&netpol.Pod{ID: "a pod that no file describes", Namespace: namespace})
	}
	for _, r := range c.Outside() {
		out = append(out, netpol.Endpoint{Addresses: r})
	}
	return out
}

// elsewhere is a namespace that nothing is meant for.
const elsewhere = "another-namespace"

// dnsNamespace is where the DNS of a cluster runs.
const dnsNamespace = "kube-system"

// meant are the ports that flows allow with an end.
func (p *Plan) meant(flows []*flow, own, other netpol.Endpoint, o Options, ingress bool) netpol.Ports {
	var out netpol.Ports
	for _, f := range flows {
		match := false
		switch f.role {
		case ofAnyone:
			match = true
		case ofPods:
			match = other.Pod == f.peer.Pod
		case ofController:
			match = o.Controller == "" || inNamespace(other, o.Controller)
		case ofMonitoring:
			match = inNamespace(other, o.Monitoring)
		case ofHost:
			match = !o.External.custom() && (other.Pod == nil && isAddressOf(f.host, other.Addresses.First) || onNode(other) && everyAddress(f.host))
		}
		if match && f.whole {
			return netpol.AllPorts()
		}
		if match {
			out = out.Union(f.ports)
		}
	}
	return out
}

// resolves are the ports on which an end answers as DNS.
func (p *Plan) resolves(e netpol.Endpoint, o Options) netpol.Ports {
	if inNamespace(e, dnsNamespace) || e.Pod == nil && o.NodeLocalDNS.IsValid() && e.Addresses.First == o.NodeLocalDNS {
		return netpol.OnePort(netpol.UDP, 53).Union(netpol.OnePort(netpol.TCP, 53))
	}
	return netpol.Ports{}
}

func inNamespace(e netpol.Endpoint, namespace string) bool {
	return e.Pod != nil && !e.Pod.HostNetwork && e.Pod.Namespace == namespace
}

// onNode reports whether an end is a pod that has the address of its node, which no file
// says: where all addresses are allowed, it is.
func onNode(e netpol.Endpoint) bool { return e.Pod != nil && e.Pod.HostNetwork }

// everyAddress reports whether all addresses stand for a host: it has a name, and that leads
// to a private network.
func everyAddress(host string) bool { return !isAddress(host) && isInside(host) }

// isAddressOf reports whether an address may be that of a host outside.
func isAddressOf(host string, a netip.Addr) bool {
	if own, err := netip.ParseAddr(host); err == nil {
		return a == own
	}
	if !a.Is4() {
		return false
	}
	return isInside(host) || !slices.ContainsFunc(private, func(p string) bool { return netip.MustParsePrefix(p).Contains(a) })
}
