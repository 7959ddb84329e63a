package survey

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
)

// A sight is a repository at one moment.
type sight struct {
	graph  *connect.Graph
	states map[connect.ID]State
	reach  *reach
}

// look works out all of it.
func look(snap *fixer.Snapshot, facts *fixer.Facts) (*sight, error) {
	var s *sight
	_, _, err := fixer.NewInspection(snap, nil, facts).Run(&fixer.Rule{Name: "survey", Check: func(p *fixer.Pass) {
		s = &sight{graph: connect.Of(p), states: map[connect.ID]State{}}
		for i := range s.graph.Nodes {
			n := &s.graph.Nodes[i]
			if len(n.Places) > 0 {
				s.states[n.ID] = stateOf(p, n)
			}
		}
		s.reach = reachable(p, s.graph)
	}})
	return s, err
}

// count counts the pairs.
func (s *sight) count() Reach {
	var out Reach
	out.Pairs = s.reach.count()
	used := map[[2]connect.ID]bool{}
	for _, e := range s.graph.Edges {
		if e.From != e.To && s.reach.has(e.From, e.To) {
			used[[2]connect.ID{e.From, e.To}] = true
		}
	}
	out.Used = len(used)
	return out
}

// paths are the shortest ways from outside to all services that there is one to. Of ways
// of one length the one over known connections counts, which needs no scan for open ports.
func (s *sight) paths(names map[connect.ID]string) map[connect.ID][]Hop {
	out := map[connect.ID][]Hop{}
	var queue []connect.ID
	enter := func(h Hop, way []Hop) {
		if _, again := out[h.To]; !again {
			out[h.To] = append(slices.Clip(way), h)
			queue = append(queue, h.To)
		}
	}
	for _, e := range s.graph.Edges {
		if e.From == connect.Internet && e.Route != "" {
			enter(s.hop(e.From, e.To, &e, names), nil)
		}
	}
	for i := 0; i < len(queue); i++ {
		at := queue[i]
		direct := map[connect.ID]*connect.Edge{}
		for _, e := range s.graph.From(at) {
			direct[e.To] = s.graph.Edge(at, e.To)
		}
		next := slices.DeleteFunc(s.reach.from(at), func(id connect.ID) bool { return out[id] != nil })
		slices.SortStableFunc(next, func(a, b connect.ID) int { return known(direct[b]) - known(direct[a]) })
		for _, id := range next {
			enter(s.hop(at, id, direct[id], names), out[at])
		}
	}
	return out
}

func known(e *connect.Edge) int {
	if e == nil {
		return 0
	}
	return 1
}

func (s *sight) hop(from, to connect.ID, e *connect.Edge, names map[connect.ID]string) Hop {
	h := Hop{From: from, To: to, Name: names[to]}
	for _, m := range s.states[to].Marks {
		h.Marks = append(h.Marks, m.Name)
	}
	if e != nil {
		h.Port, h.Known, h.Evidence, h.route = e.Port, true, e.Evidence[0], e.Route
		return h
	}
	n := s.graph.Node(to)
	h.Evidence = connect.Evidence{Text: "no NetworkPolicy keeps " + names[from] + " from " + names[to], Place: n.Places[0]}
	if n.Kind == connect.Service {
		h.Evidence.Text = names[from] + " and " + names[to] + " share a network"
	}
	return h
}
