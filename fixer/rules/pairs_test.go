package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
)

// shop reads the shop, the fixture in which every rule with a fix finds
// something, or nearly so.
func shop(t testing.TB) *fixer.Snapshot {
	t.Helper()
	root := filepath.Join("..", "..", "testdata", "repos", "shop")
	var sources []fixer.Source
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		kind := fixer.Kind("")
		switch {
		case filepath.Base(path) == "Dockerfile":
			kind = fixer.Dockerfile
		case rel == "compose.yaml":
			kind = fixer.Compose
		case strings.HasPrefix(rel, "k8s/"):
			kind = fixer.Kubernetes
		default:
			return nil
		}
		data, err := os.ReadFile(path)
		sources = append(sources, fixer.Source{Path: rel, Kind: kind, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fixer.NewSnapshot(sources)
}

// TestPairsOfRules makes the fixes of every two rules in both orders and
// expects the same bytes, a result that is stable, and no fix lost.
func TestPairsOfRules(t *testing.T) {
	snap := shop(t)
	var fixing []*fixer.Rule
	for _, r := range rules.All() {
		for _, f := range engine.Check(snap, nil, []*fixer.Rule{r}).Findings {
			if f.Level() <= fixer.Review {
				fixing = append(fixing, r)
				break
			}
		}
	}
	if len(fixing) < 12 {
		t.Fatalf("only %d rules have a fix for the shop: the fixture does not exercise the rules", len(fixing))
	}
	fixer.ForEach(len(fixing), func(i int) {
		a := fixing[i]
		for k, b := range fixing[i+1:] {
			if testing.Short() && (i+k)%4 != 0 {
				continue // a race run is many times slower
			}
			both := []*fixer.Rule{a, b}
			one := decideRules(t, snap, both, a.Name, b.Name)
			two := decideRules(t, snap, both, b.Name, a.Name)
			if x, y := bytesOf(one), bytesOf(two); x != y {
				t.Errorf("%s then %s gives\n%s\nthe other order\n%s", a.Name, b.Name, x, y)
			}
			for _, o := range one.Outcomes {
				if o.Result == engine.Blocked || o.Result == engine.Refused {
					t.Errorf("%s with %s: %s is %s: %s", a.Name, b.Name, o.Finding.Key(), o.Result, o.Reason)
				}
			}
			again := engine.NewSession(one.After, nil, both)
			if _, err := again.AcceptAll(fixer.Review, nil); err != nil {
				t.Error(err)
			}
			for _, c := range again.Plan().Changes {
				t.Errorf("%s with %s: a second run changes\n%s", a.Name, b.Name, text.Unified(c.Path, c.Before, c.After, 1))
			}
		}
	})
}

func decideRules(t *testing.T, snap *fixer.Snapshot, rs []*fixer.Rule, names ...string) *engine.Plan {
	t.Helper()
	s := engine.NewSession(snap, nil, rs)
	for range 2 { // the second round takes what came up after the first
		for _, n := range names {
			if _, err := s.AcceptRule(n, fixer.Review, nil); err != nil {
				t.Error(err) // on whatever goroutine
			}
		}
	}
	return s.Plan()
}

func bytesOf(p *engine.Plan) string {
	var b strings.Builder
	for f := range p.After.Files() {
		fmt.Fprintf(&b, "== %s\n%s", f.Path, f.Data)
	}
	return b.String()
}

// TestUnfixedFilesAreShared holds the fold to its economy: a file that no fix
// touches is the same value after it.
func TestUnfixedFilesAreShared(t *testing.T) {
	snap := shop(t)
	s := engine.NewSession(snap, nil, rules.All())
	if _, err := s.AcceptRule("compose/no-new-privileges", fixer.Safe, nil); err != nil {
		t.Fatal(err)
	}
	for f := range s.Plan().After.Files() {
		if same := snap.File(f.Path) == f; same == (f.Kind == fixer.Compose) {
			t.Errorf("%s: shared %v", f.Path, same)
		}
	}
}

// FuzzFold lets any file be a manifest or a Compose file, accepts everything,
// and checks what must hold: it ends, what it writes parses and is verified,
// lines outside its hunks are untouched, and a second run changes nothing.
func FuzzFold(f *testing.F) {
	for file := range shop(f).Files() {
		f.Add(file.Data, file.Kind == fixer.Compose)
	}
	f.Add([]byte("apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a}]}"), false)
	f.Add([]byte("services: {a: {image: b, <<: *x}}\nx: &x {}"), true)
	f.Add([]byte("services:\n  a: &a\n    image: b\n  c:\n    <<: *a\n"), true)
	f.Fuzz(func(t *testing.T, data []byte, composeFile bool) {
		kind, name := fixer.Kubernetes, "f.yaml"
		if composeFile {
			kind, name = fixer.Compose, "compose.yaml"
		}
		snap := fixer.NewSnapshot([]fixer.Source{{Path: name, Kind: kind, Data: data}})
		s := engine.NewSession(snap, nil, rules.All())
		for _, p := range s.Baseline().Problems {
			t.Fatalf("rule %s failed: %s", p.Rule, p.Reason)
		}
		if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
			t.Fatal(err)
		}
		plan := s.Plan()
		if len(plan.Changes) == 0 {
			return
		}
		after := plan.After.File(name)
		if after.Skip != nil {
			t.Fatalf("what it wrote %s:\n%s", after.Skip.Reason, after.Data)
		}
		for _, o := range plan.Outcomes {
			if strings.Contains(o.Reason, "would not be what was asked") {
				t.Logf("%s: %s", o.Finding.Key(), o.Reason)
			}
		}
		again := engine.NewSession(plan.After, nil, rules.All())
		if _, err := again.AcceptAll(fixer.Review, nil); err != nil {
			t.Fatal(err)
		}
		if c := again.Plan().Changes; len(c) > 0 {
			t.Fatalf("a second run changes\n%s", text.Unified(name, c[0].Before, c[0].After, 2))
		}
	})
}

// TestShopIsFixed is the README's promise: the whole shop, at review level,
// ends with its pods restricted and nothing left that has a fix.
func TestShopIsFixed(t *testing.T) {
	s := engine.NewSession(shop(t), nil, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	plan := s.Plan()
	for _, f := range plan.Final.Findings {
		if f.Level() != fixer.Manual {
			t.Errorf("%s is left, and has a fix", f.Key())
		}
	}
	for _, pod := range plan.After.PodLevels() {
		if pod.Level != "restricted" {
			t.Errorf("%s is %s: %v", pod.Workload, pod.Level, pod.Violations)
		}
	}
	if plan.ScoreAfter <= plan.ScoreBefore {
		t.Errorf("score %d → %d", plan.ScoreBefore, plan.ScoreAfter)
	}
	if !slices.ContainsFunc(plan.Changes, func(c engine.Change) bool { return c.Kind == fixer.Dockerfile }) {
		t.Error("no Dockerfile was changed")
	}
}
