package survey

import (
	"cmp"
	"math/bits"
	"path"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/netpol"
)

// A reach says who can connect to whom: a table of bits, because of many services on one
// network each can connect to each.
type reach struct {
	nodes []connect.Node
	index map[connect.ID]int
	bits  []uint64 // a row of them for each node
}

func newReach(nodes []connect.Node) *reach {
	r := &reach{nodes: nodes, index: make(map[connect.ID]int, len(nodes))}
	for i := range nodes {
		r.index[nodes[i].ID] = i
	}
	r.bits = make([]uint64, len(nodes)*r.width())
	return r
}

// width is how many words a row has.
func (r *reach) width() int { return (len(r.nodes) + 63) / 64 }

func (r *reach) row(i int) []uint64 { return r.bits[i*r.width() : (i+1)*r.width()] }

func (r *reach) add(from, to int) { r.row(from)[to/64] |= 1 << (to % 64) }

func (r *reach) has(from, to connect.ID) bool {
	a, ok := r.index[from]
	b, also := r.index[to]
	return ok && also && r.row(a)[b/64]&(1<<(b%64)) != 0
}

// from lists the targets of a node in the order of the graph.
func (r *reach) from(id connect.ID) []connect.ID {
	i, ok := r.index[id]
	if !ok {
		return nil
	}
	var out []connect.ID
	for k, word := range r.row(i) {
		for ; word != 0; word &= word - 1 {
			out = append(out, r.nodes[k*64+bits.TrailingZeros64(word)].ID)
		}
	}
	return out
}

func (r *reach) count() int {
	n := 0
	for _, word := range r.bits {
		n += bits.OnesCount64(word)
	}
	return n
}

// reachable returns who can connect to whom, on whatever port.
func reachable(p *fixer.Pass, g *connect.Graph) *reach {
	groups := together(g)
	cluster, pods := clusterOf(p, g)
	out := newReach(g.Nodes)
	for i := range g.Nodes {
		for k := range g.Nodes {
			a, b := &g.Nodes[i], &g.Nodes[k]
			if i == k || len(a.Places) == 0 || len(b.Places) == 0 || a.Kind != b.Kind {
				continue
			}
			switch {
			case a.Kind == connect.Service && g.ShareNetwork(a.ID, b.ID),
				a.Kind == connect.Workload && groups[a.ID] == groups[b.ID] && !cluster.Ports(netpol.Endpoint{Pod: pods[a.ID]}, netpol.Endpoint{Pod: pods[b.ID]}).Empty():
				out.add(i, k)
			}
		}
	}
	return out
}

// together puts the workloads that are taken to be in one cluster into groups.
func together(g *connect.Graph) map[connect.ID]connect.ID {
	parent := map[connect.ID]connect.ID{}
	root := func(id connect.ID) connect.ID {
		for parent[id] != "" && parent[id] != id {
			id = parent[id]
		}
		return id
	}
	join := func(a, b connect.ID) {
		if a, b = root(a), root(b); a != b {
			parent[b] = a
		}
	}
	inDir := map[string]connect.ID{}
	workload := map[connect.ID]bool{}
	for _, n := range g.Nodes {
		if n.Kind != connect.Workload {
			continue
		}
		workload[n.ID] = true
		for _, at := range n.Places {
			dir := path.Dir(at.File)
			if first := inDir[dir]; first != "" {
				join(first, n.ID)
			} else {
				inDir[dir] = n.ID
			}
		}
	}
	for _, e := range g.Edges {
		if workload[e.From] && workload[e.To] {
			join(e.From, e.To)
		}
	}
	out := map[connect.ID]connect.ID{}
	for id := range workload {
		out[id] = root(id)
	}
	return out
}

// clusterOf is the cluster that the manifests make: all pods and all policies that
// can be read. One that cannot protects nothing.
func clusterOf(p *fixer.Pass, g *connect.Graph) (*netpol.Cluster, map[connect.ID]*netpol.Pod) {
	c := &netpol.Cluster{Namespaces: map[string]map[string]string{}}
	pods := map[connect.ID]*netpol.Pod{}
	namespace := func(s string) string { return cmp.Or(s, "default") }
	for i := range g.Nodes {
		if n := &g.Nodes[i]; len(n.Pods) > 0 {
			pods[n.ID] = netpol.PodOf(n.Pods[0], namespace(n.Namespace))
			c.Pods = append(c.Pods, pods[n.ID])
		}
	}
	for f := range p.Snapshot.Files() {
		if f.Skip != nil {
			continue
		}
		for _, o := range f.Objects {
			switch {
			case o.Kind == "Namespace":
				c.Namespaces[o.Name] = kube.Labels(o.Node.Get("metadata").Get("labels"))
			case netpol.Is(o) && p.Snapshot.Applied(f.Path):
				if policy, err := netpol.Read(o, namespace(o.Namespace)); err == nil {
					c.Policies = append(c.Policies, policy)
				}
			}
		}
	}
	return c, pods
}
