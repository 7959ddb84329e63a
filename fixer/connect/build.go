package connect

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
)

// Of returns the graph of the snapshot that a pass looks at. It is for rules
// without a kind, which see all files; it is worked out once for each check.
func Of(p *fixer.Pass) *Graph { return graphs.Of(p) }

var graphs = fixer.Share(func(p *fixer.Pass) *Graph {
	b := newBuilder(p)
	b.readCompose()
	b.readKubernetes()
	return b.connections()
})

// OfCluster returns the part of the graph that manifests make: workloads and what is outside.
// Services of Compose files and workloads never connect to each other.
func OfCluster(p *fixer.Pass) *Graph { return clusters.Of(p) }

var clusters = fixer.Share(func(p *fixer.Pass) *Graph {
	b := newBuilder(p)
	b.readKubernetes()
	return b.connections()
})

// OfFile returns the part of the graph that the services of one Compose file make. What
// they connect to in other files is known by its id alone.
func OfFile(p *fixer.Pass, file string) *Graph {
	all := projects.Of(p)
	b := newBuilder(p)
	b.compose, b.answering, b.settingsFiles = all.compose, all.answering, all.settingsFiles
	for _, m := range all.members {
		if m.file.Path == file {
			b.members = append(b.members, m)
		}
	}
	return b.connections()
}

// projects has the services of all Compose files.
var projects = fixer.Share(func(p *fixer.Pass) *builder {
	b := newBuilder(p)
	b.readCompose()
	return b
})

// Read returns the graph of a snapshot, for those who are no rule.
func Read(snap *fixer.Snapshot, facts *fixer.Facts) (*Graph, error) {
	var g *Graph
	_, _, err := fixer.NewInspection(snap, nil, facts).Run(&fixer.Rule{Name: "connect", Check: func(p *fixer.Pass) { g = Of(p) }})
	return g, err
}

func newBuilder(p *fixer.Pass) *builder {
	return &builder{pass: p, settingsFiles: settingsFiles(p.Snapshot), edges: map[edgeKey]*Edge{}, unresolved: map[unresolvedKey]*Unresolved{}, outside: map[ID]*Node{}}
}

// connections finds out what the members connect to.
func (b *builder) connections() *Graph {
	for _, m := range b.members {
		b.listens(m)
	}
	for _, m := range b.members {
		if m.w != nil {
			b.talksInPod(m)
		} else {
			b.talksInService(m)
		}
	}
	b.kube.outside(b)
	b.kube.allowed(b)
	return b.graph()
}

// A builder gathers what the sources of evidence find.
type builder struct {
	pass      *fixer.Pass
	members   []*member                       // whose connections are found
	compose   map[string]map[string][]*member // by file, by name that its containers answer to
	answering map[string][]*member            // by that name in all files, in their order
	kube      cluster

	edges      map[edgeKey]*Edge
	unresolved map[unresolvedKey]*Unresolved
	outside    map[ID]*Node

	settingsFiles func() map[string][]string // by directory
}

// A member is a Compose service or a workload as one file has it.
type member struct {
	id   ID
	name string
	node *Node

	view     compose.View           // of a Compose service
	networks map[string]string      // that it is on, to where that is written; nil for a workload
	joined   atomic.Pointer[member] // whose network it has, once that was asked

	w    *kube.Workload // of Kubernetes
	file *fixer.File
	dir  string

	ports []Port
	spec  []*container.Profile // of its images, in the order of its containers
}

type edgeKey struct {
	from, to ID
	port     int
	protocol string
	route    Route
}

type unresolvedKey struct {
	from ID
	host string
	port int
}

// connect adds a connection, or evidence to one that is known.
func (b *builder) connect(from, to ID, port int, protocol string, sure Confidence, route Route, e Evidence) {
	key := edgeKey{from, to, port, cmp.Or(protocol, "TCP"), route}
	edge := b.edges[key]
	if edge == nil {
		edge = &Edge{From: from, To: to, Port: port, Protocol: key.protocol, Route: route, Confidence: sure}
		b.edges[key] = edge
	}
	if rank(sure) < rank(edge.Confidence) {
		edge.Confidence = sure
	}
	if !slices.Contains(edge.Evidence, e) {
		edge.Evidence = append(edge.Evidence, e)
	}
}

func rank(c Confidence) int { return slices.Index([]Confidence{High, Medium, Low}, c) }

// open notes a host that nothing answers to.
func (b *builder) open(from ID, host string, port int, why string, e Evidence) {
	key := unresolvedKey{from, host, port}
	u := b.unresolved[key]
	if u == nil {
		u = &Unresolved{From: from, Host: host, Port: port, Why: why}
		b.unresolved[key] = u
	}
	if !slices.Contains(u.Evidence, e) {
		u.Evidence = append(u.Evidence, e)
	}
}

// outsider returns the id of a node outside of the repository, which is there
// from then on.
func (b *builder) outsider(id ID, kind Kind, name string) ID {
	if b.outside[id] == nil {
		b.outside[id] = &Node{ID: id, Kind: kind, Name: name}
	}
	return id
}

func (b *builder) external(host string) ID {
	return b.outsider(ID("external:"+host), External, host)
}

// graph is all that was found, in order.
func (b *builder) graph() *Graph {
	g := &Graph{}
	services := map[ID]*member{}
	g.share = func(x, y ID) bool {
		m, o := services[x], services[y]
		return m != nil && o != nil && b.share(m, o)
	}
	index := map[ID]int{}
	for _, m := range b.members {
		i, known := index[m.id]
		if !known {
			i = len(g.Nodes)
			index[m.id] = i
			g.Nodes = append(g.Nodes, *m.node)
			g.Nodes[i].Places, g.Nodes[i].Pods, g.Nodes[i].Services = nil, nil, nil
		}
		n := &g.Nodes[i]
		if m.w == nil {
			services[m.id] = m
		}
		for _, profile := range m.spec {
			if profile.BuiltHere() && !slices.Contains(n.Dockerfiles, profile.Build.Path) {
				n.Dockerfiles = append(n.Dockerfiles, profile.Build.Path)
			}
		}
		n.Places = append(n.Places, m.node.Places...)
		n.Pods = append(n.Pods, m.node.Pods...)
		n.Services = append(n.Services, m.node.Services...)
		for _, p := range m.ports {
			n.Ports = addPort(n.Ports, p)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b.outside)) {
		g.Nodes = append(g.Nodes, *b.outside[id])
	}
	for i := range g.Nodes {
		slices.Sort(g.Nodes[i].Dockerfiles)
		slices.SortStableFunc(g.Nodes[i].Services, func(a, b ServiceRef) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(g.Nodes[i].Ports, func(a, b Port) int { return cmp.Or(a.Number-b.Number, strings.Compare(a.Protocol, b.Protocol)) })
	}
	b.foldPortless()
	for _, e := range b.edges {
		if to := g.index(e.To, index); e.Port == 0 && e.Route == "" && to != nil {
			e.Port = to.onlyPort()
		}
		sortEvidence(e.Evidence)
		g.Edges = append(g.Edges, *e)
	}
	for _, u := range b.unresolved {
		sortEvidence(u.Evidence)
		g.Unresolved = append(g.Unresolved, *u)
	}
	g.sort()
	return g
}

// foldPortless gives what is known of a connection without a port to those between
// the same two whose port is known.
func (b *builder) foldPortless() {
	ported := map[[2]ID][]*Edge{}
	for _, e := range b.edges {
		if e.Port != 0 && e.Route == "" {
			ported[[2]ID{e.From, e.To}] = append(ported[[2]ID{e.From, e.To}], e)
		}
	}
	for key, e := range b.edges {
		others := ported[[2]ID{e.From, e.To}]
		if e.Port != 0 || e.Route != "" || len(others) == 0 {
			continue
		}
		for _, o := range others {
			for _, line := range e.Evidence {
				if !slices.Contains(o.Evidence, line) {
					o.Evidence = append(o.Evidence, line)
				}
			}
		}
		delete(b.edges, key)
	}
}

// index returns the node of a member.
func (g *Graph) index(id ID, index map[ID]int) *Node {
	if i, ok := index[id]; ok {
		return &g.Nodes[i]
	}
	return nil
}

// onlyPort is the port that a node listens on, where it is one for TCP; else 0.
func (n *Node) onlyPort() int {
	out := 0
	for _, p := range n.Ports {
		if p.Protocol != "TCP" {
			continue
		}
		if out != 0 {
			return 0
		}
		out = p.Number
	}
	return out
}

func sortEvidence(list []Evidence) {
	slices.SortStableFunc(list, func(a, b Evidence) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, strings.Compare(a.Text, b.Text))
	})
}

// addPort adds a port to those that are known, or what is new of it.
func addPort(list []Port, p Port) []Port {
	for i := range list {
		if list[i].Number == p.Number && list[i].Protocol == p.Protocol {
			list[i].Name = cmp.Or(list[i].Name, p.Name)
			for _, e := range p.Evidence {
				if !slices.Contains(list[i].Evidence, e) {
					list[i].Evidence = append(list[i].Evidence, e)
				}
			}
			return list
		}
	}
	p.Evidence = slices.Clone(p.Evidence)
	return append(list, p)
}

// withPort is a host as it is shown: "db:5432", "db" without a port.
func withPort(host string, port int) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == 0 {
		return host
	}
	return host + ":" + strconv.Itoa(port)
}
