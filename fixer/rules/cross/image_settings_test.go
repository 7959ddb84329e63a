package cross

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestNoImageIsOverlooked: a kustomization that is not read sets no tag, in whatever way
// its keys are written.
func TestNoImageIsOverlooked(t *testing.T) {
	for _, src := range []string{"images: [{name: a, newTag: b}]\n", "images:\n- {name: a, \"newT\\u0061g\": b}\n", "x: &t newTag\nimages:\n- {name: a, *t : b}\n"} {
		if f := (&fixer.File{Path: "kustomization.yaml", Kind: fixer.Kustomize, Data: []byte(src)}); len(settingsOf(f)) != 1 || !maySetImages(f) {
			t.Errorf("%q is not read", src)
		}
	}
	read, set := 0, 0
	err := filepath.WalkDir(corpustest.Root(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(d.Name(), "kustomization.y") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f := &fixer.File{Path: path, Kind: fixer.Kustomize, Data: data}
		read++
		if n := len(settingsOf(f)); n > 0 {
			set++
			if !maySetImages(f) {
				t.Errorf("%s sets %d tags, and is not read", path, n)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 50 || set == 0 {
		t.Errorf("%d kustomizations, %d of them set a tag: this shows nothing", read, set)
	}
}

// settingsOf reads a kustomization whatever is in it.
func settingsOf(f *fixer.File) []imageSetting {
	y, err := yamldoc.Parse(f.Data)
	if err != nil || len(y.Docs) == 0 || y.Docs[0].Root == nil {
		return nil
	}
	return kustomizeImages(y.Docs[0].Root)
}
