package connect_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

var update = flag.Bool("update", false, "rewrite the graphs in testdata")

// graphOf reads the graph of a repository on the disk.
func graphOf(t *testing.T, dir string) *connect.Graph {
	t.Helper()
	loaded, err := discover.Load(context.Background(), []string{dir}, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := connect.Read(fixer.NewSnapshot(loaded.Sources, loaded.Names...), &fixer.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func write(g *connect.Graph) string {
	var b strings.Builder
	for _, n := range g.Nodes {
		fmt.Fprintf(&b, "node %s", n.ID)
		for _, p := range n.Ports {
			fmt.Fprintf(&b, " %d/%s", p.Number, p.Protocol)
		}
		fmt.Fprintln(&b)
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "edge %s → %s %d/%s %s%s\n", e.From, e.To, e.Port, e.Protocol, e.Confidence, strings.TrimRight(" "+string(e.Route), " "))
		for _, v := range e.Evidence {
			fmt.Fprintf(&b, "     %s\n", v)
		}
	}
	for _, u := range g.Unresolved {
		fmt.Fprintf(&b, "unresolved %s → %s %d: %s\n", u.From, u.Host, u.Port, u.Why)
		for _, v := range u.Evidence {
			fmt.Fprintf(&b, "     %s\n", v)
		}
	}
	return b.String()
}

// TestGraphs reads the repositories of testdata. The last file of each, "graph", is
// what has to be found there: read it before you believe it.
func TestGraphs(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal(err, paths)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files, want := map[string]string{}, ""
			for _, f := range archive.Files {
				if f.Name == "graph" {
					want = string(f.Data)
					continue
				}
				files[f.Name] = string(f.Data)
			}
			got := write(graphOf(t, disktest.Tree(t, files)))
			if got == want {
				return
			}
			if !*update {
				t.Fatalf("got:\n%s\nwant:\n%s", got, want)
			}
			out := &txtar.Archive{Comment: archive.Comment}
			for _, f := range archive.Files {
				if f.Name != "graph" {
					out.Files = append(out.Files, f)
				}
			}
			out.Files = append(out.Files, txtar.File{Name: "graph", Data: []byte(got)})
			if err := os.WriteFile(path, txtar.Format(out), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}
