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
	reach  map[connect.ID][]connect.ID // who can connect to whom
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
	for _, to := range s.reach {
		out.Pairs += len(to)
	}
	used := map[[2]connect.ID]bool{}
	for _, e := range s.graph.Edges {
		if e.From != e.To && slices.Contains(s.reach[e.From], e.To) {
			used[[2]connect.ID{e.From, e.To}] = true
		}
	}
	out.Used = len(used)
	return out
}

// path is the shortest way from outside to a service. Of ways of one length the one
// over known connections counts, which needs no scan for open ports.
func (s *sight) path(to connect.ID, names map[connect.ID]string) []Hop {
	type step struct {
		hop  Hop
		prev connect.ID
	}
	seen := map[connect.ID]step{}
	var queue []connect.ID
	enter := func(id connect.ID, st step) {
		if _, again := seen[id]; !again {
			seen[id] = st
			queue = append(queue, id)
		}
	}
	for _, e := range s.graph.Edges {
		if e.From == connect.Internet && e.Route != "" {
			enter(e.To, step{s.hop(e.From, e.To, &e, names), ""})
		}
	}
	for len(queue) > 0 && seen[to].hop.To == "" {
		at := queue[0]
		queue = queue[1:]
		next := slices.Clone(s.reach[at])
		slices.SortStableFunc(next, func(a, b connect.ID) int { return known(s.graph.Edge(at, b)) - known(s.graph.Edge(at, a)) })
		for _, id := range next {
			enter(id, step{s.hop(at, id, s.graph.Edge(at, id), names), at})
		}
	}
	if seen[to].hop.To == "" {
		return nil
	}
	var out []Hop
	for id := to; id != ""; id = seen[id].prev {
		out = append(out, seen[id].hop)
	}
	slices.Reverse(out)
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
		h.Port, h.Known, h.Evidence = e.Port, true, e.Evidence[0]
	}
	return h
}
