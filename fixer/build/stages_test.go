package build

import (
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// inspect runs a look at one Dockerfile that stands alone, as a rule would.
func inspect(t *testing.T, src string, look func(p *fixer.Pass)) {
	t.Helper()
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(src)}})
	file := snap.File("Dockerfile")
	if file == nil || file.Dockerfile == nil {
		t.Fatalf("%q is not read", src)
	}
	looked := false
	fixer.NewInspection(snap, file, &fixer.Facts{}).Run(&fixer.Rule{Name: "dockerfile/look", Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		looked = true
		look(p)
	}})
	if !looked {
		t.Fatal("nothing was looked at")
	}
}

// A rule that takes stages for development out of its list of targets must not
// take them from the other rules.
func TestTargetsBelongToTheCaller(t *testing.T) {
	inspect(t, "FROM debian:13 AS dev\n", func(p *fixer.Pass) {
		_ = slices.DeleteFunc(Targets(p), func(*dockerfile.Stage) bool { return true })
		if left := Targets(p); len(left) != 1 || left[0] != p.File.Dockerfile.Final() {
			t.Errorf("the targets are %v after a caller changed its list", left)
		}
	})
}

func TestInFinalImage(t *testing.T) {
	inspect(t, "FROM debian:13 AS base\nFROM base AS build\nRUN make\nFROM alpine:3.23 AS files\nFROM base\nCOPY --from=build /app /app\nCOPY --from=files / /\n", func(p *fixer.Pass) {
		in := InFinalImage(p)
		for name, want := range map[string]bool{"base": true, "build": false, "files": true} {
			if s := p.File.Dockerfile.Stage(name); in[s] != want {
				t.Errorf("files of stage %s in the image: %v, want %v", name, in[s], want)
			}
		}
	})
}
