package engine

import (
	"oakum/fixer"
	"testing"
)

func TestDerivedIsWorkedOutOncePerVersion(t *testing.T) {
	derived, shared := 0, 0
	size := fixer.Derive(func(f *fixer.File) int { derived++; return len(f.Data) })
	name := fixer.Share(func(p *fixer.Pass) string { shared++; return p.File.Path })
	ask := func(rule string) *fixer.Rule {
		return &fixer.Rule{Name: rule, Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
			p.Report(fixer.Finding{Path: name.Of(p), Message: string(rune('0' + size.Of(p.File)%10))})
		}}
	}
	rules := []*fixer.Rule{ask("dockerfile/a"), ask("dockerfile/b")}
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM a\n")}})
	Check(snap, nil, rules)
	Check(snap, nil, rules)
	if derived != 1 {
		t.Errorf("worked out from the file %d times, want once for its one version", derived)
	}
	if shared != 2 {
		t.Errorf("worked out from the pass %d times, want once for each of 2 checks", shared)
	}
	Check(snap.With("Dockerfile", fixer.Dockerfile, []byte("FROM b\n")), nil, rules)
	if derived != 2 {
		t.Errorf("worked out from the file %d times after it changed, want 2", derived)
	}
}
