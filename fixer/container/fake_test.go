package container_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
)

// look runs what a test does with a pass over one file of a snapshot.
func look(t *testing.T, facts *fixer.Facts, at string, sources []fixer.Source, do func(p *fixer.Pass)) {
	t.Helper()
	snap := fixer.NewSnapshot(sources)
	file := snap.File(at)
	if file == nil || file.Skip != nil {
		t.Fatalf("%s cannot be read: %+v", at, file)
	}
	if facts == nil {
		facts = &fixer.Facts{}
	}
	done := false
	fixer.NewInspection(snap, file, facts).Run(&fixer.Rule{Name: "test/look", Check: func(p *fixer.Pass) { do(p); done = true }})
	if !done {
		t.Fatal("the pass was not run")
	}
}

// source guesses the kind of a file from its name, as far as the tests need it.
func source(path, data string) fixer.Source {
	kind := fixer.Kubernetes
	switch path {
	case "Dockerfile":
		kind = fixer.Dockerfile
	case "compose.yaml":
		kind = fixer.Compose
	}
	return fixer.Source{Path: path, Kind: kind, Data: []byte(data)}
}

// of returns what is known of an image by its name alone.
func of(t *testing.T, ref string) *container.Profile {
	t.Helper()
	var out *container.Profile
	look(t, nil, "Dockerfile", []fixer.Source{source("Dockerfile", "FROM scratch\n")}, func(p *fixer.Pass) { out = container.OfImage(p, ref) })
	return out
}

// uid is a user that the file names by number.
func uid(n int) container.User {
	return container.User{Set: true, Certain: true, Identity: image.Identity{UID: n, KnownUID: true, Numeric: true}}
}
