package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"golang.org/x/tools/txtar"

	"oakum/fixer/rules"
)

// TestParametersAreThoseOfTheRules holds the list of parameters to the sources
// of the rules: a name that is missing could not be set.
func TestParametersAreThoseOfTheRules(t *testing.T) {
	files, err := filepath.Glob("../../fixer/rules/*/*.go")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files of rules, %v", len(files), err)
	}
	literal := regexp.MustCompile(`Name:\s+"([^"]+)",\s+Meaning:`)
	want := map[string]bool{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllSubmatch(data, -1) {
			want[string(m[1])] = true
		}
	}
	got := map[string]bool{}
	all := names(rules.All())
	for rule, keys := range parameters {
		if !slices.Contains(all, rule) {
			t.Errorf("%s is no rule", rule)
		}
		for _, k := range keys {
			got[k] = true
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("listed are %v, the rules have %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// TestParametersOfEveryFix asks each rule about the files of its own cases: the
// list names every parameter a fix of it has there.
func TestParametersOfEveryFix(t *testing.T) {
	archives, err := filepath.Glob("../../testdata/rules/*/*.txtar")
	if err != nil || len(archives) < 20 {
		t.Fatalf("%d archives, %v", len(archives), err)
	}
	dir, seen := t.TempDir(), map[string]bool{}
	cmd := newRoot()
	cmd.SetContext(t.Context())
	for _, a := range archives { // each is a repository of its own: what one says of an account holds for all in it
		at := filepath.Join(dir, filepath.Base(filepath.Dir(a)), filepath.Base(a))
		unpack(t, a, at)
		giveRemote(t, at)
		j, err := load(cmd, []string{at}, selectFlags{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range j.session.Baseline().Findings {
			for _, fix := range f.Fixes {
				for _, p := range fix.Params {
					seen[f.Rule+"."+p.Name] = true
				}
			}
		}
	}
	for rule, keys := range parameters {
		for _, k := range keys {
			if !seen[rule+"."+k] {
				t.Errorf("no fix of %s has the parameter %s", rule, k)
			}
			delete(seen, rule+"."+k)
		}
	}
	for k := range seen {
		t.Errorf("%s is not listed", k)
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
