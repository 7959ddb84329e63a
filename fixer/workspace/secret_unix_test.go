//go:build unix

package workspace

import (
	"os"
	"path/filepath"
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
