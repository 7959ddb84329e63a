package isolation_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/isolation"
)

// plans works out the plans of a repository, given as its files.
func plans(t *testing.T, files []txtar.File) []*isolation.Plan {
	t.Helper()
	var sources []fixer.Source
	for _, f := range files {
		src := fixer.Source{Path: f.Name, Kind: fixer.Kubernetes, Data: f.Data}
		if filepath.Base(f.Name) == "kustomization.yaml" || strings.Contains(f.Name, "patch") {
			src.Kind, src.Skip = fixer.Kustomize, &fixer.Skip{Code: fixer.SkipKustomize}
		}
		sources = append(sources, src)
	}
	snap := fixer.NewSnapshot(sources)
	g, err := connect.Read(snap, &fixer.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	var out []*isolation.Plan
	for _, s := range isolation.Sets(snap, g) {
		out = append(out, s.Plan(g))
	}
	return out
}

// TestShop writes the policies of a shop of eleven services.
func TestShop(t *testing.T) {
	data, err := os.ReadFile("../connect/testdata/boutique.txtar")
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(data)
	files := archive.Files[:len(archive.Files)-1] // the last is the graph
	list := plans(t, files)
	if len(list) != 1 {
		t.Fatalf("%d sets", len(list))
	}
	for _, egress := range []bool{false, true} {
		written, err := list[0].Write(isolation.Options{Controller: "ingress-nginx", Monitoring: "monitoring", Egress: egress})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range written {
			t.Logf("%s\n%s", f.Path(), f.Content())
		}
	}
}
