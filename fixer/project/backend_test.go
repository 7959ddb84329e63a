package project

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// loaded is a backend that has read a copy of the shop.
func loaded(t *testing.T) *Backend {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	root := shop(t)
	b := &Backend{root: root, paths: []string{root}}
	read := false
	out, err := b.Load(t.Context(), func(p fixer.Progress) { read = read || p.Read > 0 })
	if err != nil || len(out.Sources) < 6 || !read {
		t.Fatalf("%+v, %v, progress %v", out, err, read)
	}
	return b
}

func change(b *Backend, path, after string) engine.Change {
	before, err := os.ReadFile(filepath.Join(b.root, path))
	if err != nil {
		return engine.Change{Path: path, After: []byte(after)}
	}
	return engine.Change{Path: path, Before: before, After: []byte(after)}
}

func TestCommitForgetsAndRefuses(t *testing.T) {
	b := loaded(t)
	one := engine.Decisions{{Rule: "r", File: "compose.yaml"}: {Verdict: engine.Skip}}
	if err := b.SaveDecisions(one); err != nil {
		t.Fatal(err)
	}
	stale := change(b, "compose.yaml", "x")
	stale.Before = []byte("other")
	_, err := b.Commit(t.Context(), []engine.Change{stale, change(b, "api/Dockerfile", "FROM scratch\n")})
	var refused *fixer.RefusedError
	if !errors.As(err, &refused) || len(refused.Refusals) != 1 || refused.Refusals[0].Path != "compose.yaml" || !refused.Refusals[0].Stale() {
		t.Fatalf("%v", err)
	}
	if kept, err := b.LoadDecisions(); err != nil || len(kept) != 1 {
		t.Fatalf("after a refusal %v are kept, %v", kept, err)
	}
	receipt, err := b.Commit(t.Context(), []engine.Change{change(b, "new/f", "x"), change(b, "api/Dockerfile", "FROM scratch\n")})
	if err != nil || strings.Join(receipt.Written, " ") != "api/Dockerfile new/f" || receipt.Undo != "oakum undo "+b.root || len(receipt.Warnings) > 0 {
		t.Fatalf("%+v, %v", receipt, err)
	}
	if kept, err := b.LoadDecisions(); err != nil || len(kept) > 0 {
		t.Errorf("after the write %v are kept, %v", kept, err)
	}
	if _, err := (&Backend{}).Commit(t.Context(), nil); err == nil {
		t.Error("something was written before anything was read")
	}
}

func TestStates(t *testing.T) {
	b := loaded(t)
	got := b.States([]string{"compose.yaml", "to/come.yaml"})
	if got["compose.yaml"] != (fixer.FileState{Text: "git: untracked", Warn: true}) || got["to/come.yaml"] != (fixer.FileState{Text: "new file"}) {
		t.Errorf("%+v", got)
	}
	if err := os.RemoveAll(filepath.Join(b.root, ".git")); err != nil {
		t.Fatal(err)
	}
	if got := b.States([]string{"compose.yaml"}); got["compose.yaml"] != (fixer.FileState{Text: "not in git", Warn: true}) {
		t.Errorf("%+v", got)
	}
}

func TestSavePatchReplacesNothing(t *testing.T) {
	b := loaded(t)
	changes := []engine.Change{change(b, "compose.yaml", "services: {}\n"), change(b, "new/f", "x\n")}
	before := disktest.Files(t, b.root)
	outside := filepath.Join(t.TempDir(), "target")
	if err := os.Symlink(outside, filepath.Join(b.root, "oakum.patch")); err != nil {
		t.Fatal(err)
	}
	first, err1 := b.SavePatch(changes)
	t.Chdir(b.root)
	second, err2 := b.SavePatch(changes)
	if err := errors.Join(err1, err2); err != nil || first != filepath.Join(b.root, "oakum-2.patch") || second != "oakum-3.patch" {
		t.Fatalf("%s, %s, %v", first, second, err)
	}
	if _, err := os.Lstat(outside); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a link was followed: %v", err)
	}
	if err := os.Remove("oakum.patch"); err != nil {
		t.Fatal(err)
	}
	if git, err := exec.LookPath("git"); err == nil {
		if out, err := exec.Command(git, "apply", first).CombinedOutput(); err != nil {
			t.Fatalf("git apply: %v\n%s", err, out)
		}
		before["compose.yaml"], before["new/f"] = "services: {}\n", "x\n"
	}
	got := disktest.Files(t, b.root)
	delete(got, "oakum-2.patch")
	delete(got, "oakum-3.patch")
	if !maps.Equal(got, before) {
		t.Errorf("other files than before: %q, want %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(before)))
	}
}

// TestVerdictsOnOtherPathsAreKept: a session on one folder neither shows nor
// forgets what was decided in another.
func TestVerdictsOnOtherPathsAreKept(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	root := t.TempDir()
	for _, dir := range []string{".git/objects", ".git/refs"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, ".git", "HEAD"), []byte("ref: refs/heads/main\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"a", "b"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, dir, "compose.yaml"), []byte("services: {s: {image: x}}\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	open := func(path string) *Backend {
		b := &Backend{root: root, paths: []string{path}}
		if _, err := b.Load(context.Background(), func(fixer.Progress) {}); err != nil {
			t.Fatal(err)
		}
		return b
	}
	whole, part := open(root), open(filepath.Join(root, "a"))
	all := engine.Decisions{
		{Rule: "r", File: "a/compose.yaml", Path: "1"}: {Verdict: engine.Skip},
		{Rule: "r", File: "b/compose.yaml", Path: "1"}: {Verdict: engine.Skip},
	}
	if err := whole.SaveDecisions(all); err != nil {
		t.Fatal(err)
	}
	if err := part.SaveDecisions(engine.Decisions{{Rule: "r", File: "a/compose.yaml", Path: "2"}: {Verdict: engine.Skip}}); err != nil {
		t.Fatal(err)
	}
	kept, err := open(root).LoadDecisions()
	if err != nil || kept[fixer.Key{Rule: "r", File: "b/compose.yaml", Path: "1"}].Verdict != engine.Skip {
		t.Errorf("%v, %v: the verdict on the other folder is lost", kept, err)
	}
	if some, _ := part.LoadDecisions(); len(some) != 1 {
		t.Errorf("the session on one folder is offered %d verdicts, want its own", len(some))
	}
}

func TestUndoCommandIsQuoted(t *testing.T) {
	for root, want := range map[string]string{
		"/srv/shop":       "oakum undo /srv/shop",
		"/srv/my shop":    "oakum undo '/srv/my shop'",
		"/srv/it's $HOME": `oakum undo '/srv/it'\''s $HOME'`,
	} {
		if got := undoCommand(root); got != want {
			t.Errorf("%q: %s, want %s", root, got, want)
		}
	}
}
