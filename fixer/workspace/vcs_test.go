package workspace

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestStatesLikeGit(t *testing.T) {
	for _, version := range []string{"2", "3", "4"} {
		for _, format := range []string{"sha1", "sha256"} {
			t.Run("version "+version+" "+format, func(t *testing.T) {
				dir := tree(t, map[string]string{
					"clean": "1\n", "sub/clean": "1\n", "sub/deep/er/file": "x", "changed": "1\n", "gone": "1\n", "became/a": "1\n",
					"touched": "1\n", "empty": "", "a b\nc": "1\n", "same size": "1\n",
					strings.Repeat("long/", 40) + "a": "1\n", strings.Repeat("long/", 80) + "b": "2\n", "m": "1\n",
				})
				git(t, dir, "init", "-q", "--object-format="+format)
				git(t, dir, "config", "index.version", version)
				git(t, dir, "add", ".")
				git(t, dir, "commit", "-qm", "x")
				put(t, dir, "changed", "2\n2\n")
				put(t, dir, "same size", "2\n")
				put(t, dir, "new", "1\n")
				put(t, dir, "intent", "")
				put(t, dir, "staged", "1\n")
				git(t, dir, "add", "staged")
				git(t, dir, "add", "--intent-to-add", "intent")
				os.Remove(filepath.Join(dir, "gone"))
				later := time.Now().Add(time.Hour)
				if err := os.Chtimes(filepath.Join(dir, "touched"), later, later); err != nil {
					t.Fatal(err)
				}
				want := map[string]VCSState{
					"clean": VCSClean, "sub/clean": VCSClean, "sub/deep/er/file": VCSClean, "changed": VCSModified, "gone": VCSModified,
					"touched": VCSClean, "empty": VCSClean, "a b\nc": VCSClean, "same size": VCSModified, "new": VCSUntracked,
					"intent": VCSModified, "staged": VCSClean, "not there": VCSUntracked,
					strings.Repeat("long/", 40) + "a": VCSClean, strings.Repeat("long/", 80) + "b": VCSClean, "m": VCSClean,
				}
				wantStates(t, dir, want)
				// The same from a root below the top.
				wantStates(t, filepath.Join(dir, "sub"), map[string]VCSState{"clean": VCSClean, "nope": VCSUntracked})
			})
		}
	}
}

func wantStates(t *testing.T, root string, want map[string]VCSState) {
	t.Helper()
	var paths []string
	for p := range want {
		paths = append(paths, p)
	}
	got, err := States(root, paths)
	if err != nil {
		t.Error(err)
	}
	for p, w := range want {
		if got[p] != w {
			t.Errorf("%s: %s, want %s", p, got[p], w)
		}
	}
}

func TestStatesOfConvertedFiles(t *testing.T) {
	dir := tree(t, map[string]string{".gitattributes": "*.txt text eol=crlf\n", "a.txt": "1\r\n2\r\n"})
	git(t, dir, "init", "-q")
	git(t, dir, "add", ".")
	// Older than the index, as after any checkout.
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "a.txt"), old, old); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "add", ".")
	git(t, dir, "update-index", "--refresh")
	wantStates(t, dir, map[string]VCSState{"a.txt": VCSClean})
	put(t, dir, "a.txt", "1\r\n3\r\n")
	wantStates(t, dir, map[string]VCSState{"a.txt": VCSModified})
}

// TestStatesNearMisses changes bytes under a size and time that nearly are
// those of the index.
func TestStatesNearMisses(t *testing.T) {
	for name, tt := range map[string]struct{ added, now time.Duration }{
		"other nanosecond":       {-time.Hour, -time.Hour + 1},
		"younger than the index": {time.Hour, time.Hour},
	} {
		dir := tree(t, map[string]string{"a": "1\n"})
		git(t, dir, "init", "-q")
		base := time.Now().Truncate(time.Second)
		stamp := func(d time.Duration) {
			if err := os.Chtimes(filepath.Join(dir, "a"), base.Add(d), base.Add(d)); err != nil {
				t.Fatal(err)
			}
		}
		stamp(tt.added)
		git(t, dir, "add", ".")
		put(t, dir, "a", "2\n")
		stamp(tt.now)
		if got, err := States(dir, []string{"a"}); err != nil || got["a"] != VCSModified {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestStatesInOtherLayouts(t *testing.T) {
	dir := tree(t, map[string]string{"repo/a": "1\n", "none/a": "1\n"})
	repo := filepath.Join(dir, "repo")
	git(t, repo, "init", "-q")
	wantStates(t, repo, map[string]VCSState{"a": VCSUntracked}) // no index yet
	git(t, repo, "add", ".")
	git(t, repo, "commit", "-qm", "x")
	git(t, repo, "worktree", "add", "-q", "../linked")
	put(t, dir, "linked/b", "1\n")
	wantStates(t, dir, map[string]VCSState{"repo/a": VCSClean, "none/a": VCSNone, "linked/a": VCSClean, "linked/b": VCSUntracked})

	git(t, repo, "update-index", "--split-index")
	states, err := States(repo, []string{"a"})
	if states["a"] != VCSUnknown || err == nil || !strings.Contains(err.Error(), "split") {
		t.Errorf("split index: %v, %v", states, err)
	}
}

func TestStatesOfAMerge(t *testing.T) {
	dir := tree(t, map[string]string{"a": "1\n"})
	git(t, dir, "init", "-q", "-b", "one")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-qm", "x")
	git(t, dir, "checkout", "-qb", "two")
	put(t, dir, "a", "2\n")
	git(t, dir, "commit", "-qam", "y")
	git(t, dir, "checkout", "-q", "one")
	put(t, dir, "a", "3\n")
	git(t, dir, "commit", "-qam", "z")
	git(t, dir, "merge", "-q", "two") // fails with a conflict, on purpose
	put(t, dir, "a", "2\n")           // the bytes of one side
	wantStates(t, dir, map[string]VCSState{"a": VCSModified})
}

// TestStatesRunNothing gives git every chance to run a program: git status
// would, in this repository.
func TestStatesRunNothing(t *testing.T) {
	dir := tree(t, map[string]string{"a": "1\n", ".gitattributes": "* filter=evil diff=evil\n"})
	git(t, dir, "init", "-q")
	git(t, dir, "add", ".")
	trap := filepath.Join(dir, "trap.sh")
	if err := os.WriteFile(trap, []byte("#!/bin/sh\necho x >> '"+dir+"/sprung'\ncat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"core.fsmonitor", "filter.evil.clean", "filter.evil.process", "diff.evil.command", "core.pager"} {
		git(t, dir, "config", key, trap)
	}
	put(t, dir, "a", "2\n")
	if _, err := States(dir, []string{"a"}); err != nil {
		t.Error(err)
	}
	load(t, dir, Options{})
	if _, err := os.Stat(filepath.Join(dir, "sprung")); err == nil {
		t.Error("a program of the repository was run")
	}
}

func TestDamagedIndex(t *testing.T) {
	dir := tree(t, map[string]string{"a": "1\n", "ab/c": "2\n"})
	git(t, dir, "init", "-q")
	git(t, dir, "add", ".")
	good, err := os.ReadFile(filepath.Join(dir, ".git/index"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(good) {
		if ix, err := parseIndex(good[:n]); err == nil && len(ix.entries) > 2 {
			t.Errorf("cut at %d: more entries than there are", n)
		}
	}
	for name, bad := range map[string]string{
		"empty": "", "text": strings.Repeat("hello ", 20), "version": "DIRC\x00\x00\x00\x09" + strings.Repeat("\x00", 40),
		"count": "DIRC\x00\x00\x00\x02\xff\xff\xff\xff" + strings.Repeat("\x00", 100),
	} {
		put(t, dir, ".git/index", bad)
		states, err := States(dir, []string{"a"})
		if err == nil || states["a"] != VCSUnknown {
			t.Errorf("%s: %v, %v", name, states, err)
		}
	}
}

func FuzzParseIndex(f *testing.F) {
	entry := append(bytes.Repeat([]byte{0}, 40+20), 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for _, v := range []byte{2, 3, 4} {
		f.Add(append(append([]byte{'D', 'I', 'R', 'C', 0, 0, 0, v, 0, 0, 0, 1}, entry...), make([]byte, 20)...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ix, err := parseIndex(data)
		if err == nil && len(ix.entries)*42 > len(data) && len(data) > 0 {
			t.Errorf("%d entries in %d bytes", len(ix.entries), len(data))
		}
	})
}
