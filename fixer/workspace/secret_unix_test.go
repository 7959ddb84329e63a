//go:build unix

package workspace

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// TestSecretIsReadableByItsContainer: Compose mounts a secret with the mode that it has, and
// the container's user is seldom its owner. With a strict umask no database would start.
func TestSecretIsReadableByItsContainer(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	dir := disktest.Tree(t, map[string]string{"compose.yaml": "services: {}\n"})
	made := func(path string, kind fixer.Kind) engine.Change {
		return engine.Change{Path: path, Kind: kind, After: []byte("x")}
	}
	mustCommit(t, dir, made("secrets/password", fixer.SecretValue), made(".env", fixer.Environment), made("other/file", fixer.Environment))
	for name, want := range map[string]os.FileMode{
		"secrets": 0o700 | os.ModeDir, "secrets/password": 0o644, ".env": 0o600, "other": 0o700 | os.ModeDir, "other/file": 0o600,
	} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %o, want %o", name, info.Mode(), want)
		}
	}
	syscall.Umask(0o022)
	mustCommit(t, dir, made("app/secrets/password", fixer.SecretValue))
	if info, err := os.Stat(filepath.Join(dir, "app/secrets")); err != nil || info.Mode() != 0o700|os.ModeDir {
		t.Errorf("the directory of a secret is open to others: %v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(filepath.Join(dir, "app")); err != nil || info.Mode() != 0o755|os.ModeDir {
		t.Errorf("the directory above: %v, %v", info.Mode(), err)
	}
}

// TestSecretInAnOpenDirectory: the directory of a secret that was there keeps its mode, and
// who writes the secret is told that others can read it there; not where one above is closed.
func TestSecretInAnOpenDirectory(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o022))
	dir := disktest.Tree(t, map[string]string{"secrets/old": "x", "closed/secrets/old": "x"})
	for at := dir; at != filepath.Clean(os.TempDir()) && at != filepath.Dir(at); at = filepath.Dir(at) { // those that the test made
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	want := 1
	for at := filepath.Clean(os.TempDir()); at != filepath.Dir(at); at = filepath.Dir(at) {
		if info, err := os.Stat(at); err != nil || info.Mode().Perm()&0o001 == 0 {
			want = 0 // somebody's own
		}
	}
	made := func(path string) engine.Change {
		return engine.Change{Path: path, Kind: fixer.SecretValue, After: []byte("x")}
	}
	if err := os.Chmod(filepath.Join(dir, "closed"), 0o700); err != nil {
		t.Fatal(err)
	}
	receipt, err := Commit(t.Context(), dir, []engine.Change{made("secrets/password"), made("closed/secrets/password"), made("new/password")})
	if err != nil {
		t.Fatal(err)
	}
	if len(receipt.Warnings) != want || want == 1 && !strings.HasPrefix(receipt.Warnings[0], "secrets/password can be read by other users of this machine") {
		t.Errorf("warnings: %q", receipt.Warnings)
	}
	if info, err := os.Stat(filepath.Join(dir, "secrets")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the directory was changed: %v, %v", info.Mode(), err)
	}
}
