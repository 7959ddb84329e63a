package container_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
)

// TestOfStage: what an image built here starts as, whether that is proven, and
// by what.
func TestOfStage(t *testing.T) {
	for _, c := range []struct {
		file, user string
		proven     bool
		kinds      string // of the evidence, in order
	}{
		{"FROM debian:12\nUSER 1000:1000\n", "1000:1000", true, "dockerfile"},
		{"FROM debian:12\nRUN useradd -u 1001 app\nUSER app\n", "app (1001)", true, "dockerfile"},
		{"FROM debian:12\nRUN useradd app\nUSER app\n", "app (uid unknown)", false, "dockerfile"},
		{"FROM node:20\nUSER node\n", "node (1000:1000)", true, "dockerfile"},
		{"FROM debian:12\nARG ID=1000\nUSER ${ID}\n", "1000", false, "dockerfile"},
		{"FROM debian:12\nARG ID\nUSER ${ID}\n", "an unknown user", false, "dockerfile"},
		{"FROM memcached:1.6\n", "memcache (11211:11211)", true, "dockerfile table"},
		{"ARG TAG=1.6\nFROM memcached:${TAG}\n", "memcache (11211:11211)", false, "dockerfile table"},
		{"FROM example.org/base:1\n", "an unknown user", false, "dockerfile"},
		{"FROM scratch\n", "root", true, "dockerfile platform"},
		{"FROM debian:12 AS base\nUSER 7\nFROM base\n", "7", true, "dockerfile"},
	} {
		look(t, nil, "Dockerfile", []fixer.Source{source("Dockerfile", c.file)}, func(p *fixer.Pass) {
			f := p.File.Dockerfile
			got := container.OfStage(p, "Dockerfile", f, f.Final())
			if got.User.String() != c.user || got.Proven != c.proven || kinds(got.Evidence) != c.kinds {
				t.Errorf("%q: %s, proven %v, by %s; want %s, %v, %s", c.file, got.User, got.Proven, kinds(got.Evidence), c.user, c.proven, c.kinds)
			}
			if !got.BuiltHere() || got.MustBeRoot() {
				t.Errorf("%q: %+v", c.file, got)
			}
		})
	}
}

func kinds(list []fixer.Evidence) string {
	var out []string
	for _, e := range list {
		out = append(out, string(e.Kind))
	}
	return strings.Join(out, " ")
}

// TestOfService: the Dockerfile that a service is built from comes before the
// name of its image, and variables prove nothing.
func TestOfService(t *testing.T) {
	const file = `services:
  built: {image: "nginx:1.27", build: .}
  named: {image: "memcached:1.6"}
  varied: {image: "memcached:${TAG:-1.6}"}
  elsewhere: {build: ../other}
  unknown: {image: "example.org/web:1"}
`
	want := map[string]struct {
		user   string
		proven bool
	}{
		"built": {"1000", true}, "named": {"memcache (11211:11211)", true}, "varied": {"memcache (11211:11211)", false},
		"elsewhere": {"an unknown user", false}, "unknown": {"an unknown user", false},
	}
	sources := []fixer.Source{source("compose.yaml", file), source("Dockerfile", "FROM nginx:1.27\nUSER 1000\n")}
	look(t, nil, "compose.yaml", sources, func(p *fixer.Pass) {
		views := p.Topology().Compose().Views("compose.yaml")
		for _, v := range views {
			got := container.OfService(p, v)
			if w := want[v.Name]; got.User.String() != w.user || got.Proven != w.proven || len(got.Evidence) == 0 {
				t.Errorf("%s: %s, proven %v (%v); want %s, %v", v.Name, got.User, got.Proven, got.Evidence, w.user, w.proven)
			}
		}
		if len(views) != len(want) {
			t.Errorf("%d services, want %d", len(views), len(want))
		}
		spec := func(v compose.View) *container.Spec { return container.FromService(p, v) }
		if first, again := spec(views[0]), spec(views[0]); first != again {
			t.Error("a spec is made twice in one check")
		}
	})
}
