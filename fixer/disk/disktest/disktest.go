// Package disktest makes trees of files for tests, and nothing else: only tests
// may import it.
package disktest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Tree makes a directory with the given files and a state directory of its own,
// and returns its path without links. Names ending in a slash are directories.
func Tree(t *testing.T, files map[string]string) string {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		Put(t, dir, name, content)
	}
	return dir
}

// Put writes one file below dir; a name that ends in a slash is a directory.
func Put(t *testing.T, dir, name, content string) {
	t.Helper()
	full := filepath.Join(dir, filepath.FromSlash(name))
	if strings.HasSuffix(name, "/") {
		if err := os.MkdirAll(full, 0o755); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Read returns the content of a file below dir.
func Read(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Files returns every file below dir with its content.
func Files(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		got[filepath.ToSlash(rel)] = Read(t, dir, rel)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Git runs git in dir with an own configuration; the test is skipped where
// there is no git.
func Git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed; this test compares with it")
	}
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := cmd.Output()
	if ee, ok := err.(*exec.ExitError); ok && len(ee.Stderr) > 0 {
		t.Fatalf("git %v: %s", args, ee.Stderr)
	}
	return string(out)
}

// Within fails the test when f takes longer than any honest work there would; with
// the race detector, which slows everything down, several times as long.
func Within(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(d * slowdown):
		t.Fatal("still not done: blocked or looping")
	}
}

// Link makes a symbolic link below dir.
func Link(t *testing.T, dir, name, to string) {
	t.Helper()
	if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// The least that each kind of file may hold.
const (
	Dockerfile = "FROM alpine\n"
	Compose    = "services:\n  web:\n    image: nginx\n"
	Pod        = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n"
)
