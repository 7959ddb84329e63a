package survey

import (
	"cmp"
	"path"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/netpol"
)

// reachable returns who can connect to whom, on whatever port.
func reachable(p *fixer.Pass, g *connect.Graph) map[connect.ID][]connect.ID {
	groups := together(g)
	cluster, pods := clusterOf(p, g)
	out := map[connect.ID][]connect.ID{}
	for i := range g.Nodes {
		for k := range g.Nodes {
			a, b := &g.Nodes[i], &g.Nodes[k]
			if i == k || len(a.Places) == 0 || len(b.Places) == 0 || a.Kind != b.Kind {
				continue
			}
			switch {
			case a.Kind == connect.Service && g.ShareNetwork(a.ID, b.ID),
				a.Kind == connect.Workload && groups[a.ID] == groups[b.ID] && !cluster.Ports(netpol.Endpoint{Pod: pods[a.ID]}, netpol.Endpoint{Pod: pods[b.ID]}).Empty():
				out[a.ID] = append(out[a.ID], b.ID)
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
