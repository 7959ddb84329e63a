package fixer_test

import (
	"fmt"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

// TestRulesThatDependOnTheSameShareIt: what a rule depends on was kept for each rule and
// file, and took as much memory as the findings.
func TestRulesThatDependOnTheSameShareIt(t *testing.T) {
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM a\n")},
		{Path: "b", Kind: fixer.Dockerfile, Data: []byte("FROM b\n")},
		{Path: "c", Kind: fixer.Dockerfile, Data: []byte("FROM c\n")},
	})
	reads := func(paths ...string) *fixer.Rule {
		return &fixer.Rule{Name: "d/" + fmt.Sprint(paths), Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
			for _, path := range paths {
				p.Read(path)
			}
		}}
	}
	look := fixer.NewInspection(snap, snap.File("Dockerfile"), &fixer.Facts{})
	run := func(r *fixer.Rule) *fixer.Deps {
		_, deps, err := look.Run(r)
		if err != nil {
			t.Fatal(err)
		}
		return deps
	}
	none, b, bc := run(reads()), run(reads("b")), run(reads("b", "c"))
	if !none.Empty() || run(reads("b", "b")) != b || run(reads("b", "c")) != bc || run(reads()) != none {
		t.Error("rules that depend on the same do not share it")
	}
	if len(b.Paths()) != 1 || len(bc.Paths()) != 2 {
		t.Errorf("one depends on %v, the other on %v", b.Paths(), bc.Paths())
	}
	changed := snap.With("c", fixer.Dockerfile, []byte("FROM d\n"))
	if !b.Unchanged(changed) || bc.Unchanged(changed) || !none.Unchanged(changed) {
		t.Error("a change of c is one for those that read it, and for nobody else")
	}
}

// TestManyDependencies: from some number on they are looked up instead of searched.
func TestManyDependencies(t *testing.T) {
	sources := []fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM a\n")}}
	for n := range 40 {
		sources = append(sources, fixer.Source{Path: fmt.Sprintf("d%02d", n), Kind: fixer.Dockerfile, Data: []byte("FROM a\n")})
	}
	snap := fixer.NewSnapshot(sources)
	look := fixer.NewInspection(snap, snap.File("Dockerfile"), &fixer.Facts{})
	_, deps, _ := look.Run(&fixer.Rule{Name: "d/all", Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		for range 2 {
			for _, s := range sources[1:] {
				p.Read(s.Path)
			}
		}
	}})
	if n := len(deps.Paths()); n != 40 {
		t.Errorf("%d files, not 40", n)
	}
}

// TestMoreIndexesThanBits: a file remembers which of the first 64 indexes it matters to;
// those that are declared later are asked.
func TestMoreIndexesThanBits(t *testing.T) {
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "a", Kind: fixer.Dockerfile, Data: []byte("FROM a\n")},
		{Path: "b", Kind: fixer.Dockerfile, Data: []byte("FROM b\n")},
	})
	for n := range 130 {
		want := []string{"a", "b"}[n%2]
		x := fixer.NewIndex(func(f *fixer.File) bool { return f.Path == want }, func(files []*fixer.File) string {
			return fmt.Sprintf("%d %s", len(files), files[0].Path)
		})
		look := fixer.NewInspection(snap, snap.File("a"), &fixer.Facts{})
		_, _, err := look.Run(&fixer.Rule{Name: "d/x", Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
			for range 2 {
				if got := x.Of(p); got != "1 "+want {
					t.Fatalf("index %d: %s, not %s", n, got, want)
				}
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
}
