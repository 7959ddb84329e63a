package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPathsCanBeOpenedFromWhereOneStands: a path that is printed is one that the shell
// opens, in a subdirectory, beside the repository, and far from it.
func TestPathsCanBeOpenedFromWhereOneStands(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	far := filepath.Join(t.TempDir(), "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/a/b/c/d/e/f/g/h")
	for _, dir := range []string{filepath.Join(root, "k8s"), filepath.Join(root, "a b"), far} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"compose.yaml", "k8s/web.yaml"} {
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for here, want := range map[string]string{
		root:                       "compose.yaml k8s/web.yaml",
		filepath.Join(root, "k8s"): "../compose.yaml web.yaml",
		filepath.Join(root, "a b"): "../compose.yaml ../k8s/web.yaml",
		filepath.Dir(root):         filepath.Base(root) + "/compose.yaml " + filepath.Base(root) + "/k8s/web.yaml",
		far:                        root + "/compose.yaml " + root + "/k8s/web.yaml",
	} {
		t.Chdir(here)
		p := NewPaths(root)
		got := p.all([]string{"compose.yaml", "k8s/web.yaml"})
		if strings.Join(got, " ") != want {
			t.Errorf("from %s: %q, want %q", here, got, want)
		}
		for _, name := range got {
			if _, err := os.Stat(name); err != nil {
				t.Errorf("from %s: %v", here, err)
			}
		}
	}
	if got := NewPaths(root).Link("a b/web.yaml", 3); !strings.HasPrefix(got, "file://") || !strings.HasSuffix(got, "/a%20b/web.yaml#3") {
		t.Errorf("link %q", got)
	}
}
