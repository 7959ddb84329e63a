package prove

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// listing lists a directory with the first words of its files.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || at == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, at)
		line := filepath.ToSlash(rel)
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			to, _ := os.Readlink(at)
			line += " -> " + to
		case d.Type().IsRegular():
			data, err := os.ReadFile(at)
			if err != nil {
				return err
			}
			line += " = " + strings.TrimSpace(string(data))
		default:
			return nil
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCopyOfContext: a build sees what the files are and then what the plan makes of
// them; links lead nowhere, and the repository stays as it is.
func TestCopyOfContext(t *testing.T) {
	root := disktest.Tree(t, map[string]string{
		"api/Dockerfile": "FROM a", "api/.dockerignore": "secret\nnode_modules\n!node_modules/kept", "api/app": "app", "api/secret": "s",
		"api/node_modules/x": "x", "api/node_modules/kept": "k", "api/deep/er/file": "f", "other/file": "o", "outside": "no",
	})
	if err := os.Symlink("../outside", filepath.Join(root, "api/link")); err != nil {
		t.Skip("no symbolic links can be made here: ", err)
	}
	if err := os.Chmod(filepath.Join(root, "api/app"), 0o755); err != nil {
		t.Fatal(err)
	}
	was := listing(t, root)
	s := &Subject{ProofSubject: fixer.ProofSubject{Dockerfile: "api/Dockerfile", Context: "api"}, changes: []engine.Change{
		{Path: "api/Dockerfile", Before: []byte("FROM a"), After: []byte("FROM b")},
		{Path: "api/.dockerignore", Before: []byte("x"), After: []byte("secret\nnode_modules\ndeep")},
		{Path: "api/new", After: []byte("new")},
		{Path: "api/secret", Before: []byte("s"), After: []byte("t")},
		{Path: "other/file", Before: []byte("o"), After: []byte("p")},
	}}
	w, err := copyContext(t.Context(), root, t.TempDir(), s)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{".dockerignore = secret\nnode_modules\n!node_modules/kept", "Dockerfile = FROM a", "app = app", "deep/er/file = f", "link -> ../outside", "node_modules/kept = k"}
	if got := listing(t, w.dir); !slices.Equal(got, want) {
		t.Errorf("before: %q, want %q", got, want)
	}
	if info, err := os.Stat(filepath.Join(w.dir, "app")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if err := w.apply(); err != nil {
		t.Fatal(err)
	}
	want = []string{".dockerignore = secret\nnode_modules\ndeep", "Dockerfile = FROM b", "app = app", "deep/er/file = f", "link -> ../outside", "new = new", "node_modules/kept = k"}
	if got := listing(t, w.dir); !slices.Equal(got, want) {
		t.Errorf("after: %q, want %q", got, want)
	}
	if now := listing(t, root); !slices.Equal(now, was) {
		t.Errorf("the repository is %q, and was %q", now, was)
	}
}

// TestDockerfileOutsideItsContext: it is copied beside the context, with its own ignore file.
func TestDockerfileOutsideItsContext(t *testing.T) {
	root := disktest.Tree(t, map[string]string{"docker/api.Dockerfile": "FROM a", "docker/api.Dockerfile.dockerignore": "y", "api/x": "x", "api/y": "y"})
	s := &Subject{ProofSubject: fixer.ProofSubject{Dockerfile: "docker/api.Dockerfile", Context: "api"}, changes: []engine.Change{
		{Path: "docker/api.Dockerfile", Before: []byte("FROM a"), After: []byte("FROM b")},
	}}
	into := t.TempDir()
	w, err := copyContext(t.Context(), root, into, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.apply(); err != nil {
		t.Fatal(err)
	}
	want := []string{"context/x = x", "dockerfile/api.Dockerfile = FROM b", "dockerfile/api.Dockerfile.dockerignore = y"}
	if got := listing(t, into); !slices.Equal(got, want) || w.dockerfile != filepath.Join(into, "dockerfile", "api.Dockerfile") {
		t.Errorf("%q, want %q; %s", got, want, w.dockerfile)
	}
}

// TestBoundsOfContext: a context that is too large, that leaves the repository or that is
// gone is refused with a reason.
func TestBoundsOfContext(t *testing.T) {
	root := disktest.Tree(t, map[string]string{"Dockerfile": "FROM a", "a": "123456", "b": "123456"})
	_ = os.Symlink("/", filepath.Join(root, "up"))
	try := func(ctx context.Context, dir string) error {
		_, err := copyContext(ctx, root, t.TempDir(), &Subject{ProofSubject: fixer.ProofSubject{Dockerfile: "Dockerfile", Context: dir}})
		return err
	}
	if err := try(t.Context(), "."); err != nil {
		t.Error(err)
	}
	if try(t.Context(), "up") == nil || try(t.Context(), "gone") == nil {
		t.Error("a context that leads out of the repository, or is not there, is copied")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if try(ended, ".") == nil {
		t.Error("a copy goes on when its time is over")
	}
	defer func(b int64, n int) { maxContextBytes, maxContextNames = b, n }(maxContextBytes, maxContextNames)
	maxContextBytes = 10
	if try(t.Context(), ".") == nil {
		t.Error("any size is copied")
	}
	maxContextBytes, maxContextNames = 1<<20, 2
	if try(t.Context(), ".") == nil {
		t.Error("any number of files is copied")
	}
}
