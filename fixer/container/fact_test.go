package container_test

import (
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
)

// TestFactsOfThreeSources: what the build sets comes before what is known of its
// base, and each fact says where it comes from.
func TestFactsOfThreeSources(t *testing.T) {
	facts := (&fixer.Facts{}).With(image.ConfigAnswer("example.org/base:1", image.Config{
		Entrypoint: []string{"/start"}, Cmd: []string{"serve"}, Env: []string{"A=base", "B=base"}, Volumes: []string{"/base"},
		StopSignal: "SIGINT", Labels: map[string]string{"l": "base"}, Healthcheck: []string{"CMD", "true"}, ExposedPorts: []string{"80/tcp"},
	}))
	for _, c := range []struct {
		name, file          string
		entrypoint, cmd     []string
		a, b, label, signal string
		volumes             []string
		healthy             bool
		from                fixer.EvidenceKind // of the entrypoint
	}{
		{"all of the base", "FROM example.org/base:1\n", []string{"/start"}, []string{"serve"}, "base", "base", "base", "SIGINT", []string{"/base"}, true, fixer.FromRegistry},
		{"all of the build", "FROM example.org/base:1\nENV A=build\nLABEL l=build\nSTOPSIGNAL 3\nVOLUME /build\nHEALTHCHECK NONE\nENTRYPOINT [\"/mine\"]\nCMD run it\n",
			[]string{"/mine"}, []string{"/bin/sh", "-c", "run it"}, "build", "base", "build", "3", []string{"/base", "/build"}, false, fixer.FromDockerfile},
		{"an entrypoint takes the command away", "FROM example.org/base:1\nENTRYPOINT [\"/mine\"]\n", []string{"/mine"}, nil, "base", "base", "base", "SIGINT", []string{"/base"}, true, fixer.FromDockerfile},
	} {
		look(t, facts, "Dockerfile", []fixer.Source{source("Dockerfile", c.file)}, func(p *fixer.Pass) {
			f := p.File.Dockerfile
			got := container.OfStage(p, "Dockerfile", f, f.Final())
			if e := got.Entrypoint(); !slices.Equal(e.Value, c.entrypoint) || !e.Known || !e.Proven || e.Evidence.Kind != c.from {
				t.Errorf("%s: entrypoint %+v", c.name, e)
			}
			if cmd := got.Cmd(); !slices.Equal(cmd.Value, c.cmd) || !cmd.Known {
				t.Errorf("%s: command %+v", c.name, cmd)
			}
			if a, b := got.Env("A"), got.Env("B"); a.Value != c.a || b.Value != c.b || !got.Env("C").Known {
				t.Errorf("%s: environment %+v, %+v", c.name, a, b)
			}
			if l, s := got.Label("l"), got.StopSignal(); l.Value != c.label || s.Value != c.signal {
				t.Errorf("%s: label %+v, stop signal %+v", c.name, l, s)
			}
			if v := got.Volumes(); !slices.Equal(v.Value, c.volumes) || !v.Proven {
				t.Errorf("%s: volumes %+v", c.name, v)
			}
			if h := got.HasHealthcheck(); h.Value != c.healthy || !h.Known {
				t.Errorf("%s: health check %+v", c.name, h)
			}
			if got.Ports().Known {
				t.Errorf("%s: the base's ports are taken for those of what is built on it", c.name)
			}
		})
	}
	// Of an image that nobody knows nothing is known but what the build sets.
	look(t, nil, "Dockerfile", []fixer.Source{source("Dockerfile", "FROM example.org/base:1\nARG X\nENV A=$X\nVOLUME /v\n")}, func(p *fixer.Pass) {
		f := p.File.Dockerfile
		got := container.OfStage(p, "Dockerfile", f, f.Final())
		if got.Entrypoint().Known || got.Cmd().Known || got.Env("A").Known || got.Env("B").Known || got.Label("l").Known || got.HasHealthcheck().Known || got.StopSignal().Known {
			t.Errorf("something is known: %+v", got)
		}
		if v := got.Volumes(); !slices.Equal(v.Value, []string{"/v"}) || v.Evidence.Place != "Dockerfile:4" {
			t.Errorf("volumes %+v", v)
		}
	})
}
