package discover

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/secret"
)

// TestCorpus loads every repository, and holds discovery to what can be told
// without it: each Dockerfile of that name and each YAML or JSON file in which
// a parser sees a manifest is found, and each source has the bytes on disk.
func TestCorpus(t *testing.T) {
	repos, err := os.ReadDir(corpustest.Root(t))
	if err != nil {
		t.Fatal(err)
	}
	kinds, skips := map[fixer.Kind]int{}, map[fixer.SkipCode]int{}
	for _, r := range repos {
		if !r.IsDir() {
			continue
		}
		dir := filepath.Join(corpustest.Root(t), r.Name())
		ws, err := Load(context.Background(), []string{dir}, Options{NoIgnore: true})
		if err != nil {
			t.Errorf("%s: %v", r.Name(), err)
			continue
		}
		all := &loader{sources: map[string]*fixer.Source{}}
		for i := range ws.Sources {
			all.sources[ws.Sources[i].Path] = &ws.Sources[i]
		}
		images := all.imageVariables()
		for i, s := range ws.Sources {
			kinds[s.Kind]++
			if s.Skip != nil {
				skips[s.Skip.Code]++
				if s.Skip.Code == fixer.SkipTemplate || s.Skip.Code == fixer.SkipEncoding || s.Skip.Code == fixer.SkipIrregular {
					t.Logf("%s/%s: %s", r.Name(), s.Path, s.Skip.Reason)
				}
			}
			if i > 0 && ws.Sources[i-1].Path >= s.Path {
				t.Errorf("%s/%s: out of order", r.Name(), s.Path)
			}
			if s.Kind.Secret() { // evidence, without its values
				if want := compose.NamesAndAddresses([]byte(disktest.Read(t, ws.Root, s.Path)), func(name, value string) bool { return secret.Find(name, value).What != "" }, images); !s.Context || s.Skip == nil && !bytes.Equal(s.Data, want) {
					t.Errorf("%s/%s: %+v", r.Name(), s.Path, s)
				}
				continue
			}
			if s.Data == nil && s.Skip == nil || s.Skip != nil && s.Skip.Reason == "" || s.Kind == "" || s.Context != (s.Kind == fixer.Project && filepath.Ext(s.Path) != ".conf") {
				t.Errorf("%s/%s: %+v", r.Name(), s.Path, s)
			}
			if s.Data != nil {
				if disk := disktest.Read(t, ws.Root, s.Path); disk != string(s.Data) {
					t.Errorf("%s/%s: other bytes than on disk", r.Name(), s.Path)
				}
			}
		}
		err = filepath.WalkDir(ws.Root, func(p string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, _ := filepath.Rel(ws.Root, p)
			_, found := ws.Source(filepath.ToSlash(rel))
			if !found && (d.Name() == "Dockerfile" || isManifest(p)) {
				t.Errorf("%s/%s: not found", r.Name(), rel)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		for _, n := range ws.Notes {
			t.Logf("%s: note %s: %s", r.Name(), n.Path, n.Text)
		}
	}
	t.Logf("kinds %v, skips %v", kinds, skips)
}

// isManifest asks a parser what the sniff decides by looking.
func isManifest(p string) bool {
	switch filepath.Ext(p) {
	case ".yaml", ".yml", ".json":
	default:
		return false
	}
	data, err := os.ReadFile(p)
	if err != nil {
		return false
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc struct {
			APIVersion yaml.Node `yaml:"apiVersion"`
			Kind       yaml.Node `yaml:"kind"`
		}
		err := dec.Decode(&doc)
		if doc.APIVersion.Kind != 0 && doc.Kind.Kind != 0 {
			return true
		}
		if err != nil && !errors.As(err, new(*yaml.TypeError)) {
			return false
		}
	}
}

// BenchmarkLoad reads the whole corpus as one tree.
func BenchmarkLoad(b *testing.B) {
	dir := corpustest.Root(b)
	for b.Loop() {
		if _, err := Load(context.Background(), []string{dir}, Options{NoIgnore: true}); err != nil {
			b.Fatal(err)
		}
	}
}
