package fixer

import "testing"

func TestDerivedIsWorkedOutOncePerVersion(t *testing.T) {
	derived, shared := 0, 0
	size := Derive(func(f *File) int { derived++; return len(f.Data) })
	name := Share(func(p *Pass) string { shared++; return p.File.Path })
	ask := func(rule string) *Rule {
		return &Rule{Name: rule, Kind: Dockerfile, Check: func(p *Pass) {
			p.Report(Finding{Path: name.Of(p), Message: string(rune('0' + size.Of(p.File)%10))})
		}}
	}
	rules := []*Rule{ask("dockerfile/a"), ask("dockerfile/b")}
	snap := NewSnapshot([]Source{{Path: "Dockerfile", Kind: Dockerfile, Data: []byte("FROM a\n")}})
	Check(snap, nil, rules)
	Check(snap, nil, rules)
	if derived != 1 {
		t.Errorf("worked out from the file %d times, want once for its one version", derived)
	}
	if shared != 2 {
		t.Errorf("worked out from the pass %d times, want once for each of 2 checks", shared)
	}
	Check(snap.With("Dockerfile", Dockerfile, []byte("FROM b\n")), nil, rules)
	if derived != 2 {
		t.Errorf("worked out from the file %d times after it changed, want 2", derived)
	}
}
