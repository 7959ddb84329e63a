package project

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// program puts an executable of that name into a folder.
func program(t *testing.T, dir, name string) string {
	t.Helper()
	full := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(full, []byte("#!/bin/sh\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	return full
}

func TestTheRepositoryDoesNotChooseTheEditor(t *testing.T) {
	root, bin := shop(t), t.TempDir()
	mine, theirs := program(t, bin, "nano"), program(t, filepath.Join(root, "node_modules/.bin"), "nano")
	if err := os.Symlink(theirs, filepath.Join(bin, "vi")); err != nil {
		t.Fatal(err)
	}
	b := &Backend{root: root}
	for _, c := range []struct{ path, visual, editor, want string }{
		{bin, "", "nano", mine + " +3 " + root + "/a/f"},
		{bin, "nano -w", "none", mine + " -w +3 " + root + "/a/f"},
		{bin, " ", mine, mine + " +3 " + root + "/a/f"},
		{filepath.Dir(theirs) + ":" + bin, "", "nano", "lies in the repository"},
		{bin, "", theirs, "lies in the repository"},
		{bin, "", "", "set VISUAL or EDITOR"}, // vi is a link into the repository
		{bin, "", "node_modules/.bin/nano", "write the whole path"},
		{bin, "missing", "nano", "VISUAL: missing: no such command"},
		{bin, "", "nano; rm x", "EDITOR: only words"},
		{"", "", "", "set VISUAL or EDITOR"},
	} {
		t.Setenv("PATH", c.path)
		t.Setenv("VISUAL", c.visual)
		t.Setenv("EDITOR", c.editor)
		got := ""
		cmd, err := b.Editor("a/f", 3)
		if err != nil {
			got = err.Error()
		} else {
			got = strings.Join(cmd.Args, " ")
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%+v: %s", c, got)
		}
	}
	t.Chdir(root) // a path that names the present folder finds nothing in it
	t.Setenv("PATH", "node_modules/.bin:.")
	t.Setenv("EDITOR", "nano")
	if cmd, err := b.Editor("a/f", 3); err == nil {
		t.Errorf("runs %v", cmd.Args)
	}
}

func TestOpenURL(t *testing.T) {
	b := &Backend{root: t.TempDir()}
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	for url, want := range map[string]string{
		"https://example.org/": "no desktop", "file:///etc/passwd": "only https", "-h": "only https", "\x1b]0;x": "^[]0;x",
	} {
		if err := b.OpenURL(url); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", url, err, want)
		}
	}
	bin := t.TempDir()
	t.Setenv("DISPLAY", ":0")
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	for script, fails := range map[string]bool{"test \"$1\" = https://example.org/": false, "exit 3": true} {
		if err := os.WriteFile(program(t, bin, "xdg-open"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := b.OpenURL("https://example.org/"); (err != nil) != fails {
			t.Errorf("%s: %v", script, err)
		}
	}
}

// shop copies the shop of the test data into an empty git work tree.
func shop(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(disktest.Tree(t, nil), "shop")
	if err := os.CopyFS(dir, os.DirFS("../../testdata/repos/shop")); err != nil {
		t.Fatal(err)
	}
	disktest.Put(t, dir, ".git/HEAD", "ref: refs/heads/main\n")
	return dir
}
