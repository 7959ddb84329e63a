package survey

import (
	"cmp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// A Map is the services of a repository, how they are connected and what an
// attacker gets.
type Map struct {
	Graph    *connect.Graph // of the files as they are
	Services []Service      // sorted as the nodes of the graph
	Before   Reach
	After    Reach // as the plan makes it
}

// A Reach counts which services can connect to which.
type Reach struct {
	Pairs int // that can connect, in one direction
	Used  int // of which a connection is known
}

// A Service is one node of the graph that is in the repository.
type Service struct {
	Node  *connect.Node
	Name  string // unique on the map
	Opens []connect.Edge

	Before, After State

	// Reaches are the names of the services that it can connect to, sorted.
	ReachesBefore, ReachesAfter []string

	// PathBefore and PathAfter are the shortest way of an attacker from outside to the
	// service, nil where there is none.
	PathBefore, PathAfter []Hop
}

// A State is how a service runs.
type State struct {
	User   string // "root", "user 1000"; "" where nothing tells
	Marks  []Mark
	Writes []string // paths it can write to that outlive the container, or "/" for the root filesystem
}

// A Mark is something about a service that helps an attacker who has entered it.
type Mark struct {
	Name  string // "root", "token", "writable"
	Place connect.Place
	Cut   Cut
}

// A Cut is the fix that takes something away from an attacker; without a title nobody
// knows an automatic one.
type Cut struct {
	Key   fixer.Key // of the finding; the zero value for no finding
	Rule  string
	Title string
	Level fixer.Level
	Done  bool // the plan has it
}

// A Hop is one step on an attacker's way.
type Hop struct {
	From, To connect.ID
	Name     string // of the target
	Port     int    // 0 for any
	Known    bool   // a connection that the application makes
	Marks    []string
	Evidence connect.Evidence // what opens it; of a step that no connection is known for, why it is possible
	Cut      Cut

	route connect.Route // of a step from outside
}

// Of surveys a repository as a plan finds it and as it makes it.
func Of(plan *engine.Plan, facts *fixer.Facts) (*Map, error) {
	before, err := look(plan.Before, facts)
	if err != nil {
		return nil, err
	}
	after, err := look(plan.After, facts)
	if err != nil {
		return nil, err
	}
	m := &Map{Graph: before.graph, Before: before.count(), After: after.count()}
	cuts := newCuts(plan)
	names := namesOf(before.graph)
	waysBefore, waysAfter := before.paths(names), after.paths(names)
	for i := range before.graph.Nodes {
		n := &before.graph.Nodes[i]
		if len(n.Places) == 0 {
			continue
		}
		s := Service{Node: n, Name: names[n.ID], Before: before.states[n.ID], After: after.states[n.ID]}
		for k := range s.Before.Marks {
			s.Before.Marks[k].Cut = cuts.of(n, s.Before.Marks[k].Name)
		}
		for _, e := range before.graph.To(n.ID) {
			if e.Route != "" {
				s.Opens = append(s.Opens, e)
			}
		}
		s.ReachesBefore, s.ReachesAfter = named(before.reach.from(n.ID), names), named(after.reach.from(n.ID), names)
		s.PathBefore, s.PathAfter = slices.Clone(waysBefore[n.ID]), slices.Clone(waysAfter[n.ID])
		for k := range s.PathBefore {
			h := &s.PathBefore[k]
			if h.Cut = cuts.ofHop(before.graph, h); h.Cut.Done && after.open(h) {
				h.Cut = Cut{} // something else opens it as well
			}
		}
		for k := range s.PathAfter {
			h := &s.PathAfter[k]
			if h.Cut = cuts.ofHop(before.graph, h); h.Cut.Done {
				h.Cut = Cut{}
			}
			if e := before.graph.Edge(h.From, h.To); e != nil {
				h.Evidence = e.Evidence[0] // its line in the files as they are
			} else if n := before.graph.Node(h.To); n != nil && len(n.Places) > 0 && !h.Known {
				h.Evidence.Place = n.Places[0]
			}
		}
		m.Services = append(m.Services, s)
	}
	return m, nil
}

// open reports whether a step can be made.
func (s *sight) open(h *Hop) bool {
	if h.From != connect.Internet {
		return s.reach.has(h.From, h.To)
	}
	return slices.ContainsFunc(s.graph.To(h.To), func(e connect.Edge) bool { return e.From == h.From && e.Route == h.route })
}

func named(ids []connect.ID, names map[connect.ID]string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, cmp.Or(names[id], string(id)))
	}
	slices.Sort(out)
	return out
}

// namesOf gives each node a short name. Where several have one, workloads are named
// with their kind, and services of Compose with their file.
func namesOf(g *connect.Graph) map[connect.ID]string {
	count := map[string]int{}
	for _, n := range g.Nodes {
		count[n.Name]++
		if n.Kind == connect.Service {
			count["services."+n.Name]++
		}
		if n.Kind == connect.Workload {
			count[n.Object+"/"+n.Name]++
		}
	}
	out := map[connect.ID]string{}
	for _, n := range g.Nodes {
		name := n.Name
		switch {
		case count[name] == 1 || len(n.Places) == 0:
		case n.Kind == connect.Workload && count[n.Object+"/"+n.Name] == 1:
			name = n.Object + "/" + n.Name
		case n.Kind == connect.Workload:
			name, _, _ = strings.Cut(strings.TrimPrefix(string(n.ID), "kubernetes:"), "@")
			if strings.Contains(string(n.ID), "@") {
				name += " (" + n.Places[0].File + ")"
			}
		case count["services."+name] > 1:
			name += " (" + n.Places[0].File + ")"
		}
		out[n.ID] = name
	}
	return out
}
