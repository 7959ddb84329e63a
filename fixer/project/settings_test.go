package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/rules"
)

func TestSettings(t *testing.T) {
	all := []*fixer.Rule{{Name: "kubernetes/a"}, {Name: "compose/a"}}
	for given, want := range map[string]string{
		"uid":                  "write KEY=VALUE",
		"=1":                   "write KEY=VALUE",
		"":                     "write KEY=VALUE",
		"kubernetes/a=1":       "write RULE.KEY=VALUE",
		"kubernetes/a.=1":      "write KEY=VALUE",
		"kubernetes/a.uid":     "write KEY=VALUE",
		"kubernetse/a.uid=1":   "did you mean kubernetes/a?",
		"kubernetes/a.b.uid=1": `no rule is called "kubernetes/a.b"`,
	} {
		if _, err := ParseSettings([]string{given}, all); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("--set %q: error %v, want %q", given, err, want)
		}
	}
	s, err := ParseSettings([]string{"kubernetes/a.uid=7", "uid=1", "uid=2", "expr=a/b=c.d", "empty="}, all)
	if err != nil {
		t.Fatal(err)
	}
	for rule, uid := range map[string]string{"kubernetes/a": "7", "compose/a": "2", "": "2"} {
		p := s.params(rule, &fixer.Fix{})
		if p["uid"] != uid || p["expr"] != "a/b=c.d" || len(p) != 3 {
			t.Errorf("params of %q are %v", rule, p)
		}
	}
}

// TestParametersOfEveryFix asks each rule about the files of its own cases: the
// rule declares every parameter that a fix of it has there, and no other, and
// accepts the default of the fix.
func TestParametersOfEveryFix(t *testing.T) {
	archives, err := filepath.Glob("../../testdata/rules/*/*.txtar")
	if err != nil || len(archives) < 20 {
		t.Fatalf("%d archives, %v", len(archives), err)
	}
	declared := map[string]fixer.Param{}
	for _, r := range rules.All() {
		for _, p := range r.Params {
			declared[r.Name+"."+p.Name] = p
		}
	}
	dir, seen := t.TempDir(), map[string]bool{}
	all, err := Select(rules.All(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range archives { // each is a repository of its own: what one says of an account holds for all in it
		at := filepath.Join(dir, filepath.Base(filepath.Dir(a)), filepath.Base(a))
		unpack(t, a, at)
		giveRemote(t, at)
		j, err := Open(t.Context(), Options{Paths: []string{at}, Selection: all})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range j.session.Baseline().Findings {
			for _, fix := range f.Fixes {
				for _, p := range fix.Params {
					name := f.Rule + "." + p.Name
					seen[name] = true
					of, ok := declared[name]
					switch {
					case !ok:
						t.Errorf("%s is a parameter of a fix and not of the rule", name)
					case of.Meaning == "" || p.Meaning == "":
						t.Errorf("%s has no meaning", name)
					case of.Validate != nil && p.Default != "" && of.Validate(p.Default) != nil:
						t.Errorf("%s: the default %q is not accepted", name, p.Default)
					}
				}
			}
		}
	}
	for name := range declared {
		if !seen[name] {
			t.Errorf("no fix has the parameter %s", name)
		}
	}
}

// giveRemote makes a folder a repository with a remote, which is what one of
// the fixes writes.
func giveRemote(t *testing.T, dir string) {
	t.Helper()
	git := filepath.Join(dir, ".git")
	if err := os.MkdirAll(git, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"HEAD": "ref: refs/heads/main\n", "config": "[remote \"origin\"]\n\turl = https://example.org/shop/api.git\n"} {
		if err := os.WriteFile(filepath.Join(git, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	a, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
