package connect_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// TestPartsOfTheGraphAreThoseOfTheWhole: rules that look at the manifests, or at one Compose
// file, made the whole graph work out first.
func TestPartsOfTheGraphAreThoseOfTheWhole(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal(err, paths)
	}
	clusters, files := 0, 0
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tree := map[string]string{}
		for _, f := range archive.Files {
			tree[f.Name] = string(f.Data)
		}
		delete(tree, "graph")
		loaded, err := discover.Load(context.Background(), []string{disktest.Tree(t, tree)}, discover.Options{})
		if err != nil {
			t.Fatal(err)
		}
		snap := fixer.NewSnapshot(loaded.Sources, loaded.Names...)
		check := func(p *fixer.Pass) {
			whole := connect.Of(p)
			got, want := connect.OfCluster(p), of(whole, "kubernetes:", true)
			if text := write(got); text != write(want) {
				t.Errorf("%s: of the cluster\n%s\nof the whole\n%s", path, text, write(want))
			}
			clusters += len(want.Edges)
			for f := range snap.Files() {
				if f.Compose == nil {
					continue
				}
				id := "compose:" + f.Path + "#"
				got, want := of(connect.OfFile(p, f.Path), id, false), of(whole, id, false)
				if text := write(got); text != write(want) {
					t.Errorf("%s: of %s\n%s\nof the whole\n%s", path, f.Path, text, write(want))
				}
				files += len(want.Edges)
			}
		}
		if _, _, err := fixer.NewInspection(snap, nil, &fixer.Facts{}).Run(&fixer.Rule{Name: "parts", Check: check}); err != nil {
			t.Fatal(err)
		}
	}
	if clusters < 40 || files < 9 {
		t.Errorf("only %d connections of clusters and %d of Compose files were compared", clusters, files)
	}
}

// of is the part of a graph that nodes make whose ids begin with a prefix: their connections
// with others, and where outside is set those that come from outside.
func of(g *connect.Graph, prefix string, outside bool) *connect.Graph {
	mine := func(id connect.ID) bool { return strings.HasPrefix(string(id), prefix) }
	out := &connect.Graph{}
	for _, e := range g.Edges {
		if mine(e.From) || outside && mine(e.To) {
			out.Edges = append(out.Edges, e)
		}
	}
	for _, u := range g.Unresolved {
		if mine(u.From) || outside && !strings.HasPrefix(string(u.From), "compose:") {
			out.Unresolved = append(out.Unresolved, u)
		}
	}
	for _, n := range g.Nodes {
		if mine(n.ID) || outside && slices.ContainsFunc(out.Edges, func(e connect.Edge) bool { return e.From == n.ID || e.To == n.ID }) {
			out.Nodes = append(out.Nodes, n)
		}
	}
	return out
}
