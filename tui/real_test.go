package tui

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// realRepository reads some files of a repository the way discovery would, as
// far as this test needs it.
func realRepository(t *testing.T, dir string) []fixer.Source {
	t.Helper()
	var out []fixer.Source
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !e.Type().IsRegular() || len(out) >= 60 {
			return err
		}
		name := e.Name()
		kind := fixer.Kind("")
		switch ext := filepath.Ext(name); {
		case strings.HasPrefix(name, "Dockerfile"):
			kind = fixer.Dockerfile
		case (ext == ".yml" || ext == ".yaml") && strings.Contains(name, "compose"):
			kind = fixer.Compose
		case ext == ".yml" || ext == ".yaml":
			kind = fixer.Kubernetes
		default:
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		out = append(out, fixer.Source{Path: filepath.ToSlash(rel), Kind: kind, Data: data})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRealRepositories holds the interface to the engine on real files with
// the real rules, and every frame on the way to its size.
func TestRealRepositories(t *testing.T) {
	root := corpustest.Root(t)
	dirs, err := os.ReadDir(root)
	if err != nil {
		t.Skipf("the corpus is not here: %v", err)
	}
	repos := 0
	for _, e := range dirs {
		if !e.IsDir() || repos >= 4 {
			continue
		}
		sources := realRepository(t, filepath.Join(root, e.Name()))
		if len(sources) < 3 {
			continue
		}
		repos++
		t.Run(e.Name(), func(t *testing.T) {
			s := engine.NewSession(fixer.NewSnapshot(sources), nil, rules.All())
			if _, err := s.AcceptAll(fixer.Safe, nil); err != nil {
				t.Fatal(err)
			}
			want := newFake(sources)
			for _, c := range s.Plan().Changes {
				want.files[c.Path] = string(c.After)
			}
			b := newFake(sources)
			d := start(t, b, 120, 40, func(o *Options) { o.Rules = rules.All() })
			d.sound()
			d.press("A", "w")
			d.sound()
			d.press("enter")
			if b.disk() != want.disk() {
				t.Error("the interface wrote other bytes than the engine would")
			}
			for _, key := range []string{"esc", "g", "enter", "]", "]", "x", "G", "esc", "z", "}", "s", "G", "esc", "y", "n", "p", "down", "esc", "d"} {
				d.press(key)
				d.elapse()
				d.sound()
			}
			t.Logf("%d files, %d findings, %d changes", len(sources), len(s.Baseline().Findings), len(s.Plan().Changes))
		})
	}
	if repos == 0 {
		t.Skip("the corpus has no repository of three files")
	}
}
