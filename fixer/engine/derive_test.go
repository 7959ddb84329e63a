package engine

import (
	"fmt"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
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

// TestRulesDependOnWhatTheyAsked has three rules on one file: one that asks for
// nothing, one that asks a shared value about a neighbour, and one that asks an
// index. Each looks again when what it asked about changes, and only then.
func TestRulesDependOnWhatTheyAsked(t *testing.T) {
	looks := map[string]int{}
	neighbours := fixer.Share(func(p *fixer.Pass) int { return len(p.Topology().Users(p.File.Path)) })
	manifests := fixer.NewIndex(
		func(f *fixer.File) bool { return f.Kind == fixer.Kubernetes },
		func(files []*fixer.File) int { return len(files) })
	rule := func(name string, ask func(p *fixer.Pass)) *fixer.Rule {
		return &fixer.Rule{Name: "dockerfile/" + name, Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
			looks[name]++
			ask(p)
		}}
	}
	c := newChecker(nil, []*fixer.Rule{
		rule("alone", func(*fixer.Pass) {}),
		rule("shared", func(p *fixer.Pass) { neighbours.Of(p) }),
		rule("shared again", func(p *fixer.Pass) { neighbours.Of(p) }),
		rule("index", func(p *fixer.Pass) { manifests.Of(p) }),
	})
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM a\n")},
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  web:\n    build: .\n")},
		{Path: "pod.yaml", Kind: fixer.Kubernetes, Data: []byte("apiVersion: v1\nkind: Pod\n")},
	})
	want := func(step string, alone, shared, index int) {
		t.Helper()
		got := fmt.Sprint(looks["alone"], looks["shared"], looks["shared again"], looks["index"])
		if want := fmt.Sprint(alone, shared, shared, index); got != want {
			t.Errorf("%s: looked %s times, want %s", step, got, want)
		}
	}
	c.check(snap)
	want("first", 1, 1, 1)
	c.check(snap)
	want("nothing changed", 1, 1, 1)
	other := snap.With("compose.yaml", fixer.Compose, []byte("services:\n  web:\n    build: .\n    user: \"1\"\n"))
	c.check(other)
	want("the service changed", 1, 2, 1)
	other = other.With("pod.yaml", fixer.Kubernetes, []byte("apiVersion: v1\nkind: Pod\nmetadata: {}\n"))
	c.check(other)
	want("a manifest changed", 1, 2, 2)
	c.check(other.With("sub/compose.yaml", fixer.Compose, []byte("services:\n  web:\n    build: ..\n")))
	want("another service is built from it", 1, 3, 2)
}

// TestReadFilesCount has a rule that reads another file by name, and one that
// reports in another file, whose lines it takes from there.
func TestReadFilesCount(t *testing.T) {
	rules := []*fixer.Rule{
		{Name: "dockerfile/reads", Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
			p.Report(fixer.Finding{Path: "read", Message: string(p.Read("pod.yaml").Data)})
		}},
		{Name: "dockerfile/reports", Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
			p.Report(fixer.Finding{File: "pod.yaml", Path: "reported", Start: 8})
		}},
	}
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM a\n")},
		{Path: "pod.yaml", Kind: fixer.Kubernetes, Data: []byte("kind: Pod\napiVersion: v1\n")},
	})
	c := newChecker(nil, rules)
	c.check(snap)
	changed := snap.With("pod.yaml", fixer.Kubernetes, []byte("a: 1\n\n\napiVersion: v1\nkind: Pod\n"))
	report := c.check(changed)
	if f := report.Finding(fixer.Key{Rule: "dockerfile/reads", File: "Dockerfile", Path: "read"}); f == nil || f.Message != string(changed.File("pod.yaml").Data) {
		t.Errorf("what a rule reads is not that of the snapshot: %+v", f)
	}
	if f := report.Finding(fixer.Key{Rule: "dockerfile/reports", File: "pod.yaml", Path: "reported"}); f == nil || f.Line != 4 {
		t.Errorf("a finding in another file has a line of its old version: %+v", f)
	}
}

// TestWhatIsSharedByAKeyIsDependedOnByAll: of two rules that asked for one container only
// the first one looked again when the build of its image changed.
func TestWhatIsSharedByAKeyIsDependedOnByAll(t *testing.T) {
	type keyed string
	computed := 0
	rule := func(name string) *fixer.Rule {
		return &fixer.Rule{Name: "compose/" + name, Kind: fixer.Compose, Check: func(p *fixer.Pass) {
			for _, key := range []keyed{"Dockerfile", "other"} {
				p.Report(fixer.Finding{Path: string(key), Message: fixer.Once(p, key, func() string {
					computed++
					if f := p.Read(string(key)); f != nil {
						return string(f.Data)
					}
					return "absent"
				})})
			}
		}}
	}
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  web:\n    build: .\n")},
		{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM a\n")},
	})
	c := newChecker(nil, []*fixer.Rule{rule("first"), rule("second")})
	c.check(snap)
	if computed != 2 {
		t.Errorf("worked out %d times, want once for each of 2 keys", computed)
	}
	report := c.check(snap.With("Dockerfile", fixer.Dockerfile, []byte("FROM b\n")))
	for _, name := range []string{"compose/first", "compose/second"} {
		for key, want := range map[string]string{"Dockerfile": "FROM b\n", "other": "absent"} {
			if f := report.Finding(fixer.Key{Rule: name, File: "compose.yaml", Path: key}); f == nil || f.Message != want {
				t.Errorf("%s says of %s %+v, want %q", name, key, f, want)
			}
		}
	}
}
