//go:build unix

package workspace

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
)

func TestHardLinksAreTwoFiles(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"Dockerfile": dockerfile})
	if err := os.Link(filepath.Join(dir, "Dockerfile"), filepath.Join(dir, "x.Dockerfile")); err != nil {
		t.Skip("this file system has no hard links: ", err)
	}
	rec, err := Commit(context.Background(), dir, []engine.Change{change("Dockerfile", []byte(dockerfile), []byte("FROM b\n"))})
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.Warnings) != 1 || !strings.Contains(rec.Warnings[0], "hard link") {
		t.Errorf("warnings %v", rec.Warnings)
	}
	if got := disktest.Read(t, dir, "x.Dockerfile"); got != dockerfile {
		t.Errorf("the other name changed too: %q", got)
	}
}

// TestNewFilesWhereThereAreNoHardLinks: on a file system without hard links a new
// file is made all the same, and replaces nothing.
func TestNewFilesWhereThereAreNoHardLinks(t *testing.T) {
	was := link
	t.Cleanup(func() { link = was })
	link = func(_ *os.Root, from, to string) error {
		return &os.LinkError{Op: "linkat", Old: from, New: to, Err: syscall.EPERM}
	}
	dir := disktest.Tree(t, map[string]string{"a": "1"})
	mustCommit(t, dir, change("d/n", nil, []byte("2")))
	wantFiles(t, dir, map[string]string{"a": "1", "d/n": "2"})
	if _, err := Undo(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, map[string]string{"a": "1"})
	atStep = func(step, p string) error {
		if step == "rename" && p == "n" {
			disktest.Put(t, dir, "n", "mine")
		}
		return nil
	}
	t.Cleanup(func() { atStep = nil })
	_, err := Commit(context.Background(), dir, []engine.Change{change("n", nil, []byte("2"))})
	wantRefused(t, err, "n exists")
	wantFiles(t, dir, map[string]string{"a": "1", "n": "mine"})
}

func TestOwnerIsKept(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may give files away; this test must run as root")
	}
	dir := disktest.Tree(t, map[string]string{"Dockerfile": dockerfile})
	name := filepath.Join(dir, "Dockerfile")
	if err := errors.Join(os.Chown(name, 65534, 65533), os.Chmod(name, 0o640)); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if uid, gid, _, _ := disk.Owner(info); uid != 65534 || gid != 65533 || info.Mode().Perm() != 0o640 {
			t.Errorf("%s: owner %d:%d, mode %o", when, uid, gid, info.Mode().Perm())
		}
	}
	mustCommit(t, dir, change("Dockerfile", []byte(dockerfile), []byte("FROM b\n")))
	check("after commit")
	if _, err := Undo(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	check("after undo")
}

// TestNoPermission: what may not be written stops the whole commit.
func TestNoPermission(t *testing.T) {
	if !disktest.AsNobody(t) {
		return
	}
	ctx := context.Background()
	dir := disktest.ShutTree(t)
	// A directory that cannot be written stops the whole commit before it starts.
	_, err := Commit(ctx, dir, []engine.Change{
		change("frozen/Dockerfile", []byte(dockerfile), []byte("FROM b\n")),
		change("open/Dockerfile", []byte(dockerfile), []byte("FROM b\n")),
	})
	wantRefused(t, err, "frozen/Dockerfile permission")
	if got := disktest.Read(t, dir, "open/Dockerfile"); got != dockerfile {
		t.Errorf("half a commit was written: %q", got)
	}
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "frozen"))
	_, err = Commit(ctx, dir, []engine.Change{change("open/Dockerfile", []byte(dockerfile), []byte("FROM b\n"))})
	if err == nil || !strings.Contains(err.Error(), "undo records cannot be saved: permission denied") {
		t.Errorf("no place for the undo record: %v", err)
	}
	if got := disktest.Read(t, dir, "open/Dockerfile"); got != dockerfile {
		t.Errorf("written without an undo record: %q", got)
	}
}

// TestAttributesAndModeAreKept: what a file has beside its bytes and owner is
// still there after a commit and after an undo.
func TestAttributesAndModeAreKept(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"Dockerfile": dockerfile})
	name := filepath.Join(dir, "Dockerfile")
	if err := syscall.Setxattr(name, "user.oakum.test", []byte("kept\x00"), 0); err != nil {
		t.Skip("this file system has no extended attributes: ", err)
	}
	if err := os.Chmod(name, 0o751|os.ModeSetgid); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		value := make([]byte, 16)
		n, err := syscall.Getxattr(name, "user.oakum.test", value)
		if err != nil || string(value[:max(n, 0)]) != "kept\x00" {
			t.Errorf("%s: attribute %q, %v", when, value[:max(n, 0)], err)
		}
		if info, err := os.Stat(name); err != nil || info.Mode() != 0o751|os.ModeSetgid {
			t.Errorf("%s: mode %v, %v", when, info.Mode(), err)
		}
	}
	check("before")
	rec, err := Commit(context.Background(), dir, []engine.Change{change("Dockerfile", []byte(dockerfile), []byte("FROM b\n"))})
	if err != nil || len(rec.Warnings) > 0 {
		t.Fatal(rec, err)
	}
	check("after commit")
	if _, err := Undo(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	check("after undo")
}
