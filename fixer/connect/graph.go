package connect

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/kube"
)

// A Graph is who talks to whom in a repository.
type Graph struct {
	Nodes      []Node       // sorted by id
	Edges      []Edge       // sorted by from, to, port and protocol
	Unresolved []Unresolved // sorted by from and host

	share   func(a, b ID) bool
	indexed sync.Once
	to      map[ID][]Edge
}

// An ID names a node: "compose:compose.yaml#web", "kubernetes:shop/Deployment/web",
// "internet". Two nodes never have the same.
type ID string

// The ids of what is outside of the repository and is there once.
const (
	Internet   ID = "internet"   // whoever can reach a published port or an Ingress
	APIServer  ID = "api-server" // the API server of the cluster
	Monitoring ID = "monitoring" // what scrapes pods that are annotated for it
	Host       ID = "host"       // the machine that Docker runs on, or the node of a pod
)

// A Kind says what a node is.
type Kind string

// The kinds of nodes.
const (
	Service  Kind = "service"  // a service of a Compose file
	Workload Kind = "workload" // a workload of Kubernetes
	Outside  Kind = "outside"  // one of the ids above
	External Kind = "external" // a host outside of the repository, such as api.example.com
)

// A Node is something that connects or is connected to.
type Node struct {
	ID   ID
	Kind Kind
	Name string // of the service, workload or host

	// Namespace and Object are those of a workload: "shop", "Deployment". A namespace
	// that no file says is "".
	Namespace, Object string

	// Places are where it is written, sorted; several where the repository has copies of
	// it. They are empty for what is outside.
	Places []Place

	Ports []Port // what it listens on, sorted

	// Services are the Services of Kubernetes that lead to it, sorted by name: somebody
	// connects to it, even where no file shows who.
	Services []ServiceRef

	// HostNetwork says that it has the network of its host: no policy of Kubernetes and
	// no network of Compose holds it.
	HostNetwork bool

	// Dockerfiles are the paths of those that build its images here, sorted.
	Dockerfiles []string

	// View is the Compose service. Pods are the workload in the order of Places.
	// Both are those of the snapshot and must not be changed.
	View compose.View
	Pods []*kube.Workload
}

// A Place is a line of a file.
type Place struct {
	File string
	Line int // from 1
}

// String is the place for people: "compose.yaml:12".
func (p Place) String() string { return p.File + ":" + strconv.Itoa(p.Line) }

// A ServiceRef is a Service of Kubernetes that leads to a workload.
type ServiceRef struct {
	Name  string
	Ports []Port // of the pods; none where it does not say which, or by a name that no container has
}

// A Port is one that a node listens on.
type Port struct {
	Number   int    // of the container
	Protocol string // "TCP", "UDP" or "SCTP"
	Name     string // as a named targetPort or probe refers to it, "" without one
	Evidence []Evidence
}

// A Confidence says how sure a connection is.
type Confidence string

// The degrees of confidence.
const (
	High   Confidence = "high"   // an address with a port, a route, a published port
	Medium Confidence = "medium" // a name without a port, a configuration file, depends_on
	Low    Confidence = "low"    // the name fits several targets, or a variable decides it
)

// An Edge is a connection that one node makes to another.
type Edge struct {
	From, To ID

	// Port is the port of the target's container, 0 where nothing tells it: the
	// connection may be to any port of the target.
	Port     int
	Protocol string // "TCP", "UDP" or "SCTP"

	Confidence Confidence

	// Route says how traffic from outside comes in; "" for other edges.
	Route Route

	// Evidence is what shows it, at least one, sorted by file and line.
	Evidence []Evidence
}

// A Route is how traffic from outside of the repository reaches a node.
type Route string

// The routes.
const (
	Published    Route = "published"    // a port of a Compose service on all addresses of the host
	Loopback     Route = "loopback"     // a port of a Compose service on the loopback address of the host
	LoadBalancer Route = "LoadBalancer" // a Service of this type
	NodePort     Route = "NodePort"     // a Service of this type
	ExternalIP   Route = "externalIPs"  // a Service with these
	HostPort     Route = "hostPort"     // a port of a container
	HostNetwork  Route = "hostNetwork"  // a pod or service in the network of its host
	Ingress      Route = "Ingress"      // by an ingress controller
	Gateway      Route = "Gateway"      // by a route of the Gateway API or of a mesh
	Webhook      Route = "webhook"      // from the API server
	Scrape       Route = "scrape"       // from monitoring
)

// Evidence is one line that shows a connection.
type Evidence struct {
	Text string // "web env DB_URL → db:5432"; holds no secret
	Place
	Source Source
}

// String is the evidence with its place in front.
func (e Evidence) String() string { return e.Place.String() + ": " + e.Text }

// A Source is the kind of line that shows a connection.
type Source string

// The sources of evidence.
const (
	FromEnv       Source = "env"        // a variable
	FromEnvFile   Source = "env-file"   // a variable of an environment file
	FromConfigMap Source = "configmap"  // a value of a ConfigMap
	FromSecret    Source = "secret"     // a value of a Secret
	FromCommand   Source = "command"    // an entrypoint, a command, arguments
	FromConfig    Source = "config"     // a configuration file
	FromProbe     Source = "probe"      // a probe or health check
	FromDependsOn Source = "depends_on" // depends_on or links
	FromPort      Source = "port"       // a published or declared port
	FromRoute     Source = "route"      // an Ingress, a route of a Gateway, a type of a Service, a label for a reverse proxy
	FromRBAC      Source = "rbac"       // a role bound to a service account
	FromObject    Source = "object"     // another object that names a Service
	FromPolicy    Source = "policy"     // a NetworkPolicy that lets one workload connect to another
)

// An Unresolved is a host that a node connects to and that nothing here answers to.
type Unresolved struct {
	From ID
	Host string
	Port int // as written, 0 without one

	// Why says what is missing: "no Service has this name".
	Why string

	Evidence []Evidence
}

// Node returns the node with an id, nil where there is none.
func (g *Graph) Node(id ID) *Node {
	i, ok := slices.BinarySearchFunc(g.Nodes, id, func(n Node, id ID) int { return strings.Compare(string(n.ID), string(id)) })
	if !ok {
		return nil
	}
	return &g.Nodes[i]
}

// Edge returns the surest edge from one node to another, nil where there is none.
func (g *Graph) Edge(from, to ID) *Edge {
	var best *Edge
	i, _ := slices.BinarySearchFunc(g.Edges, from, func(e Edge, id ID) int { return strings.Compare(string(e.From), string(id)) })
	for ; i < len(g.Edges) && g.Edges[i].From == from; i++ {
		if e := &g.Edges[i]; e.To == to && (best == nil || rank(e.Confidence) < rank(best.Confidence)) {
			best = e
		}
	}
	return best
}

// ShareNetwork reports whether two Compose services are on one network, so that
// each can connect to all ports of the other.
func (g *Graph) ShareNetwork(a, b ID) bool { return g.share != nil && g.share(a, b) }

// To returns the edges that end at a node, in order.
func (g *Graph) To(id ID) []Edge {
	g.indexed.Do(func() {
		g.to = map[ID][]Edge{}
		for _, e := range g.Edges {
			g.to[e.To] = append(g.to[e.To], e)
		}
	})
	return slices.Clip(g.to[id])
}

// From returns the edges that start at a node, in order.
func (g *Graph) From(id ID) []Edge {
	i, _ := slices.BinarySearchFunc(g.Edges, id, func(e Edge, id ID) int { return strings.Compare(string(e.From), string(id)) })
	end := i
	for end < len(g.Edges) && g.Edges[end].From == id {
		end++
	}
	return slices.Clone(g.Edges[i:end])
}

// sort brings everything into its order.
func (g *Graph) sort() {
	slices.SortFunc(g.Nodes, func(a, b Node) int { return strings.Compare(string(a.ID), string(b.ID)) })
	slices.SortFunc(g.Edges, func(a, b Edge) int {
		return cmp.Or(strings.Compare(string(a.From), string(b.From)), strings.Compare(string(a.To), string(b.To)),
			a.Port-b.Port, strings.Compare(a.Protocol, b.Protocol), strings.Compare(string(a.Route), string(b.Route)))
	})
	slices.SortFunc(g.Unresolved, func(a, b Unresolved) int {
		return cmp.Or(strings.Compare(string(a.From), string(b.From)), strings.Compare(a.Host, b.Host), a.Port-b.Port)
	})
}
