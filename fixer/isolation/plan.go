package isolation

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/netpol"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Plan is the connections of a set as policies are to allow them. It is plain data.
type Plan struct {
	Set *Set

	// Open are the workloads that no policy isolates for ingress yet.
	Open []*Workload
	// Leaking are those that no policy isolates for egress yet.
	Leaking []*Workload

	// HostNetwork are the workloads that no policy holds for.
	HostNetwork []*Workload

	// Unasked are the open workloads that listen on a port and that nothing here connects
	// to: whoever does is denied, unless it is one of Kept.
	Unasked []*Workload
	// Kept are the open workloads that a Service leads to and whose clients no file shows,
	// but for monitoring. Somebody connects to them, so their ports stay open.
	Kept []*Workload

	// Elsewhere are workloads of the namespace that belong to no set with these: copies of one
	// application are told apart, and what only one of the copies has is denied, too.
	Elsewhere []*Workload

	// Undescribed are the Services of the namespace that a workload connects to and that
	// no file here describes, sorted: default-deny cuts these connections, too.
	Undescribed []string

	// Evidence is what shows the connections that ingress policies allow.
	Evidence []connect.Evidence

	// Routed reports that a connection comes through an ingress controller, and Scraped
	// that one comes from monitoring. Routes are the lines that show the former.
	Routed, Scraped bool
	Routes          []connect.Place

	// Unresolved are the hosts that a workload connects to and that nothing here answers
	// to: what default-deny for egress would cut.
	Unresolved []connect.Unresolved

	ingress, egress side
	problems        []string // with both
}

// A side is the connections of one direction.
type side struct {
	flows    map[*Workload][]*flow
	problems []string
}

// A role says who the other end of a flow is.
type role int

const (
	ofPods       role = iota // the pods of a workload
	ofController             // the namespace of the ingress controller
	ofMonitoring             // the namespace of what scrapes metrics
	ofAnyone                 // every address
	ofHost                   // a host outside, by name or address
)

// A flow is connections of a workload with one other end.
type flow struct {
	role role
	peer *Workload // for ofPods; it may be of another namespace
	host string    // for ofHost

	ports netpol.Ports // all ports where whole is set
	whole bool         // the port is not known
	kept  bool         // no file shows who connects
	why   []string     // a line each
}

// Plan works out what the policies of a set are to allow.
func (s *Set) Plan(g *connect.Graph) *Plan {
	p := &Plan{Set: s, problems: slices.Clone(s.problems)}
	p.ingress.flows, p.egress.flows = map[*Workload][]*flow{}, map[*Workload][]*flow{}
	cluster := netpol.Cluster{Policies: s.Existing}
	for _, w := range s.Workloads {
		if w.service != "" {
			p.problems = append(p.problems, w.service)
		}
		if w.Pod.HostNetwork {
			p.HostNetwork = append(p.HostNetwork, w)
			continue
		}
		in, out := cluster.Isolated(w.Pod)
		if !in {
			p.Open = append(p.Open, w)
		}
		if !out {
			p.Leaking = append(p.Leaking, w)
		}
	}
	nodes := map[connect.ID]bool{}
	for _, w := range s.Workloads {
		nodes[w.node] = true
		p.ingressOf(g, w)
		p.egressOf(g, w)
	}
	for _, w := range p.Open {
		if p.listens(g, w) && len(p.ingress.flows[w]) == 0 {
			p.Unasked = append(p.Unasked, w)
		}
		if !slices.ContainsFunc(p.ingress.flows[w], func(f *flow) bool { return f.role != ofMonitoring }) {
			p.keep(g, w)
		}
	}
	p.carried()
	for _, u := range g.Unresolved {
		if nodes[u.From] {
			p.Unresolved = append(p.Unresolved, u)
		}
		if name := serviceIn(s.Namespace, u.Host, nodes[u.From]); name != "" && !slices.Contains(p.Undescribed, name) {
			p.Undescribed = append(p.Undescribed, name)
		}
	}
	slices.Sort(p.Undescribed)
	p.Elsewhere = s.elsewhere(g)
	return p
}

// elsewhere are the workloads that other sets of the namespace have, and this one has not,
// that something may connect to: those that listen.
func (s *Set) elsewhere(g *connect.Graph) []*Workload {
	var out []*Workload
	if s.Namespace == "" {
		return nil
	}
	for _, o := range s.all {
		if o == s || o.Namespace != s.Namespace {
			continue
		}
		for _, w := range o.Workloads {
			same := func(x *Workload) bool { return x.ID == w.ID }
			if n := g.Node(w.node); n != nil && len(n.Ports) > 0 && !w.Pod.HostNetwork && !slices.ContainsFunc(s.Workloads, same) && !slices.ContainsFunc(out, same) {
				out = append(out, w)
			}
		}
	}
	return out
}

// keep leaves the ports of a workload open that a Service leads to, although no file shows
// who connects: the Service is there for somebody, whom default-deny would cut for certain.
func (p *Plan) keep(g *connect.Graph, w *Workload) {
	n := g.Node(w.node)
	if n == nil || len(n.Services) == 0 {
		return
	}
	p.Kept = append(p.Kept, w)
	f := &flow{role: ofAnyone, kept: true, why: []string{fmt.Sprintf("Service/%s leads here, and no file shows who uses it: name the clients when you know them", n.Services[0].Name)}}
	for _, s := range n.Services {
		f.whole = f.whole || len(s.Ports) == 0
		for _, port := range s.Ports {
			protocol, _ := netpol.ParseProtocol(port.Protocol)
			f.ports = f.ports.Union(netpol.OnePort(protocol, port.Number))
		}
	}
	if f.whole { // a Service does not say which ports it leads to
		f.ports, f.whole = declared(w.Pod)
	}
	p.ingress.add(w, f)
}

// serviceIn is the Service of a namespace that a host names which nothing here answers
// to; "" where it is none. inside says that whoever connects runs in the namespace.
func serviceIn(namespace, host string, inside bool) string {
	labels := strings.Split(strings.TrimSuffix(strings.TrimSuffix(host, ".cluster.local"), ".svc"), ".")
	own := len(labels) == 1 && inside || len(labels) > 1 && namespace != "" && labels[len(labels)-1] == namespace
	if !own || strings.ContainsAny(host, "$_") { // a variable, a placeholder
		return ""
	}
	return labels[max(0, len(labels)-2)]
}

// Incomplete says why the connections found cannot be all of the namespace, "" where
// nothing speaks against it: workloads listen and nothing here connects to them, and they
// are most of those that listen, or no workload is known to connect to another. Their
// clients are told elsewhere, in code, so default-deny would cut them for certain.
func (p *Plan) Incomplete(g *connect.Graph) string {
	listening, between := 0, false
	for _, w := range p.Open {
		if p.listens(g, w) {
			listening++
		}
		between = between || slices.ContainsFunc(p.ingress.flows[w], func(f *flow) bool { return f.role == ofPods && f.peer != w })
	}
	if len(p.Unasked) == 0 || between && 2*len(p.Unasked) <= listening {
		return ""
	}
	return fmt.Sprintf("no file here shows who connects to %s, so default-deny could cut what is not shown", text.Some(Names(p.Unasked)))
}

// listens reports whether a workload is a server, as far as its ports tell.
func (p *Plan) listens(g *connect.Graph, w *Workload) bool {
	n := g.Node(w.node)
	return n != nil && len(n.Ports) > 0 && n.Object != "Job" && n.Object != "CronJob"
}

// Connections is how many connections the policies for ingress allow: of one end with
// another workload. Those between the pods of one are not among them.
func (p *Plan) Connections() int {
	n := 0
	for _, w := range p.Open {
		for _, f := range p.ingress.flows[w] {
			if f.peer != w && !f.kept {
				n++
			}
		}
	}
	return n
}

// Names are the ids of workloads.
func Names(list []*Workload) []string {
	var out []string
	for _, w := range list {
		out = append(out, w.ID)
	}
	return out
}

// ingressOf adds who connects to a workload.
func (p *Plan) ingressOf(g *connect.Graph, w *Workload) {
	if !slices.Contains(p.Open, w) {
		return
	}
	for _, e := range g.To(w.node) {
		if n := g.Node(e.From); n == nil || n.Kind != connect.Service {
			p.Evidence = append(p.Evidence, e.Evidence[0])
		}
		f := &flow{why: why(e), ports: portsOf(e), whole: e.Port == 0}
		if f.whole {
			f.ports, f.whole = declared(w.Pod)
		}
		switch n := g.Node(e.From); {
		case e.Route == connect.Ingress || e.Route == connect.Gateway:
			f.role, p.Routed = ofController, true
			for _, shown := range e.Evidence {
				p.Routes = append(p.Routes, shown.Place)
			}
		case e.Route == connect.Scrape || e.From == connect.Monitoring:
			f.role, p.Scraped = ofMonitoring, true
		case n == nil || n.Kind == connect.Outside:
			f.role = ofAnyone // a port of a node or of a load balancer, or the API server: addresses that no file says
		case n.Kind == connect.Workload:
			p.addPeers(&p.ingress, w, e.From, f)
			continue
		default:
			continue // a Compose service does not run in the cluster
		}
		p.ingress.add(w, f)
	}
	if w.peers > 1 {
		at := fmt.Sprintf("%s has %d replicas, which may connect to each other", w.ID, w.peers)
		p.ingress.add(w, &flow{peer: w, ports: netpol.AllPorts(), whole: true, why: []string{at}})
		p.egress.add(w, &flow{peer: w, ports: netpol.AllPorts(), whole: true, why: []string{at}})
	}
}

// egressOf adds whom a workload connects to.
func (p *Plan) egressOf(g *connect.Graph, w *Workload) {
	if !slices.Contains(p.Leaking, w) {
		return
	}
	for _, e := range g.From(w.node) {
		f := &flow{why: why(e), ports: portsOf(e), whole: e.Port == 0}
		switch n := g.Node(e.To); {
		case e.To == connect.APIServer:
			f.role = ofAnyone
			f.ports = netpol.OnePort(netpol.TCP, 443).Union(netpol.OnePort(netpol.TCP, 6443)) // behind the Service is the port of the server itself
			f.whole = false
		case n == nil || n.Kind == connect.Outside:
			f.role = ofAnyone
		case n.Kind == connect.External:
			f.role, f.host = ofHost, n.Name
		case n.Kind == connect.Workload:
			p.addPeers(&p.egress, w, e.To, f)
			continue
		default:
			continue
		}
		p.egress.add(w, f)
	}
}

// addPeers adds a flow with the workload of a node: the one of this set, else those of
// other namespaces.
func (p *Plan) addPeers(in *side, w *Workload, node connect.ID, f *flow) {
	for _, o := range p.Set.Workloads {
		if o.node == node {
			in.addPods(w, o, f)
			return
		}
	}
	seen := map[string]bool{}
	for _, s := range p.Set.all {
		for _, o := range s.Workloads {
			if o.node != node || s == p.Set || seen[s.Namespace] {
				continue
			}
			seen[s.Namespace] = true
			switch s.Namespace {
			case p.Set.Namespace: // a copy of this namespace has it
			case "":
				in.problems = append(in.problems, fmt.Sprintf("%s and %s connect, and no file says in which namespace %s runs (%s)", w.ID, o.ID, o.ID, o.Place))
			default:
				own := *f
				in.addPods(w, o, &own)
			}
		}
	}
}

// addPods adds a flow with the pods of a workload, where a policy can name them.
func (in *side) addPods(w, o *Workload, f *flow) {
	f.peer = o
	switch {
	case o.Pod.HostNetwork:
		f.role, f.peer = ofAnyone, nil
		f.why = append(f.why, o.ID+" uses the network of its node, whose address no file says")
	case o.Selector == nil:
		in.problems = append(in.problems, o.unselectable())
		return
	case o.home != w.home && w.home.relabels != "":
		in.problems = append(in.problems, fmt.Sprintf("%s adds labels to every selector, so a policy for %s could not name %s of %s", w.home.relabels, w.ID, o.ID, o.home.Name()))
		return
	}
	in.add(w, f)
}

// add adds a flow, or its ports to one with the same end.
func (in *side) add(w *Workload, f *flow) {
	for _, known := range in.flows[w] {
		if known.role == f.role && known.peer == f.peer && known.host == f.host {
			known.ports, known.whole = known.ports.Union(f.ports), known.whole || f.whole
			for _, line := range f.why {
				if !slices.Contains(known.why, line) {
					known.why = append(known.why, line)
				}
			}
			return
		}
	}
	in.flows[w] = append(in.flows[w], f)
}

func portsOf(e connect.Edge) netpol.Ports {
	protocol, _ := netpol.ParseProtocol(e.Protocol)
	if e.Port == 0 {
		return netpol.AllPorts()
	}
	return netpol.OnePort(protocol, e.Port)
}

// declared are the ports that containers declare, all where they declare none.
func declared(p *netpol.Pod) (ports netpol.Ports, whole bool) {
	for _, port := range p.Ports {
		ports = ports.Union(netpol.OnePort(port.Protocol, port.Port))
	}
	if ports.Empty() {
		return netpol.AllPorts(), true
	}
	return ports, false
}

// why is the evidence of an edge without its lines, which the next edit moves.
func why(e connect.Edge) []string {
	var out []string
	for _, v := range e.Evidence {
		if !slices.Contains(out, v.Text) {
			out = append(out, v.Text)
		}
	}
	return out
}

// Problem says why no policies can be written for the set, "" where they can.
func (p *Plan) Problem() string {
	if len(p.Open) > 0 && p.Connections() == 0 {
		asked := slices.DeleteFunc(slices.Clone(p.Open), func(w *Workload) bool { return !slices.Contains(p.Kept, w) && !slices.Contains(p.Unasked, w) })
		if len(asked) == 0 { // nothing tells which of them is a server
			asked = p.Open
		}
		return fmt.Sprintf("no file here shows who connects to %s, so default-deny could cut what is not shown", text.Some(Names(asked)))
	}
	for _, w := range p.Open {
		if len(p.ingress.flows[w]) > 0 && w.Selector == nil {
			return w.unselectable()
		}
	}
	return first(slices.Concat(p.problems, p.ingress.problems))
}

// EgressProblem says why egress cannot be limited even where ingress can, "" where it can.
func (p *Plan) EgressProblem() string {
	for _, w := range p.Leaking {
		if len(p.egress.flows[w]) > 0 && w.Selector == nil {
			return w.unselectable()
		}
		if w.mesh != "" {
			return fmt.Sprintf("%s gets a sidecar of %s, which connects to its control plane", w.ID, w.mesh)
		}
	}
	return first(slices.Concat(p.problems, p.egress.problems))
}

func first(list []string) string { return strings.Join(list[:min(1, len(list))], "") }

// Hosts are the hosts outside that the workloads connect to, sorted.
func (p *Plan) Hosts() []string {
	found := map[string]bool{}
	for _, w := range p.Leaking {
		for _, f := range p.egress.flows[w] {
			if f.role == ofHost {
				found[f.host] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// sortedFlows are flows in the order in which they are written.
func sortedFlows(list []*flow) []*flow {
	out := slices.Clone(list)
	name := func(f *flow) string {
		if f.peer != nil {
			return f.peer.Pod.Namespace + "/" + f.peer.ID
		}
		return f.host
	}
	slices.SortStableFunc(out, func(a, b *flow) int {
		return cmp.Or(cmp.Compare(a.role, b.role), strings.Compare(name(a), name(b)))
	})
	return out
}
