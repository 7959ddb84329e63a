package connect

import (
	"github.com/oakum-sec/oakum/fixer"
)

// Of returns the graph of the snapshot that a pass looks at. It is for rules
// without a kind, which see all files; it is worked out once for each check.
func Of(p *fixer.Pass) *Graph { return graphs.Of(p) }

var graphs = fixer.Share(build)

// Read returns the graph of a snapshot, for those who are no rule.
func Read(snap *fixer.Snapshot, facts *fixer.Facts) (*Graph, error) {
	var g *Graph
	_, _, err := fixer.NewInspection(snap, nil, facts).Run(&fixer.Rule{Name: "connect", Check: func(p *fixer.Pass) { g = Of(p) }})
	return g, err
}

func build(p *fixer.Pass) *Graph {
	g := &Graph{}
	g.sort()
	return g
}
