package git

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

func TestStatesLikeGit(t *testing.T) {
	for _, version := range []string{"2", "3", "4"} {
		for _, format := range []string{"sha1", "sha256"} {
			t.Run("version "+version+" "+format, func(t *testing.T) {
				dir := disktest.Tree(t, map[string]string{
					"clean": "1\n", "sub/clean": "1\n", "sub/deep/er/file": "x", "changed": "1\n", "gone": "1\n", "became/a": "1\n",
					"touched": "1\n", "empty": "", "a b\nc": "1\n", "same size": "1\n",
					strings.Repeat("long/", 40) + "a": "1\n", strings.Repeat("long/", 80) + "b": "2\n", "m": "1\n",
				})
				disktest.Git(t, dir, "init", "-q", "--object-format="+format)
				disktest.Git(t, dir, "config", "index.version", version)
				disktest.Git(t, dir, "add", ".")
				disktest.Git(t, dir, "commit", "-qm", "x")
				disktest.Put(t, dir, "changed", "2\n2\n")
				disktest.Put(t, dir, "same size", "2\n")
				disktest.Put(t, dir, "new", "1\n")
				disktest.Put(t, dir, "intent", "")
				disktest.Put(t, dir, "staged", "1\n")
				disktest.Git(t, dir, "add", "staged")
				disktest.Git(t, dir, "add", "--intent-to-add", "intent")
				os.Remove(filepath.Join(dir, "gone"))
				later := time.Now().Add(time.Hour)
				if err := os.Chtimes(filepath.Join(dir, "touched"), later, later); err != nil {
					t.Fatal(err)
				}
				want := map[string]State{
					"clean": Clean, "sub/clean": Clean, "sub/deep/er/file": Clean, "changed": Modified, "gone": Modified,
					"touched": Clean, "empty": Clean, "a b\nc": Clean, "same size": Modified, "new": Untracked,
					"intent": Modified, "staged": Clean, "not there": Untracked,
					strings.Repeat("long/", 40) + "a": Clean, strings.Repeat("long/", 80) + "b": Clean, "m": Clean,
				}
				wantStates(t, dir, want)
				// The same from a root below the top.
				wantStates(t, filepath.Join(dir, "sub"), map[string]State{"clean": Clean, "nope": Untracked})
			})
		}
	}
}

func wantStates(t *testing.T, root string, want map[string]State) {
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
	dir := disktest.Tree(t, map[string]string{".gitattributes": "*.txt text eol=crlf\n", "a.txt": "1\r\n2\r\n"})
	disktest.Git(t, dir, "init", "-q")
	disktest.Git(t, dir, "add", ".")
	// Older than the index, as after any checkout.
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "a.txt"), old, old); err != nil {
		t.Fatal(err)
	}
	disktest.Git(t, dir, "add", ".")
	disktest.Git(t, dir, "update-index", "--refresh")
	wantStates(t, dir, map[string]State{"a.txt": Clean})
	disktest.Put(t, dir, "a.txt", "1\r\n3\r\n")
	wantStates(t, dir, map[string]State{"a.txt": Modified})
}

// TestStatesNearMisses changes bytes under a size and time that nearly are
// those of the index.
func TestStatesNearMisses(t *testing.T) {
	for name, tt := range map[string]struct{ added, now time.Duration }{
		"other nanosecond":       {-time.Hour, -time.Hour + 1},
		"younger than the index": {time.Hour, time.Hour},
	} {
		dir := disktest.Tree(t, map[string]string{"a": "1\n"})
		disktest.Git(t, dir, "init", "-q")
		base := time.Now().Truncate(time.Second)
		stamp := func(d time.Duration) {
			if err := os.Chtimes(filepath.Join(dir, "a"), base.Add(d), base.Add(d)); err != nil {
				t.Fatal(err)
			}
		}
		stamp(tt.added)
		disktest.Git(t, dir, "add", ".")
		disktest.Put(t, dir, "a", "2\n")
		stamp(tt.now)
		if got, err := States(dir, []string{"a"}); err != nil || got["a"] != Modified {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestStatesInOtherLayouts(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"repo/a": "1\n", "none/a": "1\n"})
	repo := filepath.Join(dir, "repo")
	disktest.Git(t, repo, "init", "-q")
	wantStates(t, repo, map[string]State{"a": Untracked}) // no index yet
	disktest.Git(t, repo, "add", ".")
	disktest.Git(t, repo, "commit", "-qm", "x")
	disktest.Git(t, repo, "worktree", "add", "-q", "../linked")
	disktest.Put(t, dir, "linked/b", "1\n")
	wantStates(t, dir, map[string]State{"repo/a": Clean, "none/a": None, "linked/a": Clean, "linked/b": Untracked})

	disktest.Git(t, repo, "update-index", "--split-index")
	states, err := States(repo, []string{"a"})
	if states["a"] != Unknown || err == nil || !strings.Contains(err.Error(), "split") {
		t.Errorf("split index: %v, %v", states, err)
	}
}

func TestStatesOfAMerge(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"a": "1\n"})
	disktest.Git(t, dir, "init", "-q", "-b", "one")
	disktest.Git(t, dir, "add", ".")
	disktest.Git(t, dir, "commit", "-qm", "x")
	disktest.Git(t, dir, "checkout", "-qb", "two")
	disktest.Put(t, dir, "a", "2\n")
	disktest.Git(t, dir, "commit", "-qam", "y")
	disktest.Git(t, dir, "checkout", "-q", "one")
	disktest.Put(t, dir, "a", "3\n")
	disktest.Git(t, dir, "commit", "-qam", "z")
	disktest.Git(t, dir, "merge", "-q", "two") // fails with a conflict, on purpose
	disktest.Put(t, dir, "a", "2\n")           // the bytes of one side
	wantStates(t, dir, map[string]State{"a": Modified})
}

// TestStatesRunNothing returns git every chance to run a program: git status
// would, in this repository.
func TestStatesRunNothing(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"a": "1\n", ".gitattributes": "* filter=evil diff=evil\n"})
	disktest.Git(t, dir, "init", "-q")
	disktest.Git(t, dir, "add", ".")
	trap := filepath.Join(dir, "trap.sh")
	if err := os.WriteFile(trap, []byte("#!/bin/sh\necho x >> '"+dir+"/sprung'\ncat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"core.fsmonitor", "filter.evil.clean", "filter.evil.process", "diff.evil.command", "core.pager"} {
		disktest.Git(t, dir, "config", key, trap)
	}
	disktest.Put(t, dir, "a", "2\n")
	if _, err := States(dir, []string{"a"}); err != nil {
		t.Error(err)
	}
	Remote(dir)
	if _, err := os.Stat(filepath.Join(dir, "sprung")); err == nil {
		t.Error("a program of the repository was run")
	}
}

func TestDamagedIndex(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"a": "1\n", "ab/c": "2\n"})
	disktest.Git(t, dir, "init", "-q")
	disktest.Git(t, dir, "add", ".")
	good, err := os.ReadFile(filepath.Join(dir, ".git/index"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(good) {
		if ix, err := parseIndex(good[:n], []string{"a", "ab/c"}); err == nil && len(ix.entries) > 2 {
			t.Errorf("cut at %d: more entries than there are", n)
		}
	}
	for name, bad := range map[string]string{
		"empty": "", "text": strings.Repeat("hello ", 20), "version": "DIRC\x00\x00\x00\x09" + strings.Repeat("\x00", 40),
		"count": "DIRC\x00\x00\x00\x02\xff\xff\xff\xff" + strings.Repeat("\x00", 100),
	} {
		disktest.Put(t, dir, ".git/index", bad)
		states, err := States(dir, []string{"a"})
		if err == nil || states["a"] != Unknown {
			t.Errorf("%s: %v, %v", name, states, err)
		}
	}
}

// TestIndexMadeToBeSlow: an index takes time and memory by its size, whatever it
// says. In version 4 each name here is one byte longer than the one before, so that
// all of them together are a hundred thousand times the file.
func TestIndexMadeToBeSlow(t *testing.T) {
	const entries = 200_000
	head := make([]byte, 40+20)
	grow := []byte{'D', 'I', 'R', 'C', 0, 0, 0, 4, 0, byte(entries >> 16), byte(entries >> 8 & 0xff), byte(entries & 0xff)}
	flat := bytes.Clone(grow)
	long := strings.Repeat("a", 4000)
	for i := range entries {
		grow = append(append(grow, head...), 0, 0, 0, 'a', 0)
		if i == 0 {
			flat = append(append(append(append(flat, head...), 0, 0, 0), long...), 0)
		} else { // one letter less, and another one
			flat = append(append(flat, head...), 0, 0, 1, 'b', 0)
		}
	}
	zeros := make([]byte, 20)
	for name, data := range map[string][]byte{"growing names": append(grow, zeros...), "long names": append(flat, zeros...)} {
		dir := disktest.Tree(t, map[string]string{"aaa": "x", "b": "x", ".git/HEAD": "ref: refs/heads/main"})
		disktest.Put(t, dir, ".git/index", string(data))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		disktest.Within(t, 10*time.Second, func() {
			states, err := States(dir, []string{"aaa", "b", long})
			want := map[string]State{"aaa": Untracked, "b": Untracked, long: Modified}
			if name == "growing names" {
				want["aaa"] = Modified
			}
			if err != nil || !maps.Equal(states, want) {
				t.Errorf("%s: %.100v, %v", name, states, err)
			}
		})
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > uint64(20*len(data)) {
			t.Errorf("%s: %d bytes for an index of %d", name, took, len(data))
		}
	}
	// A sparse file of any size is not read.
	dir := disktest.Tree(t, map[string]string{"a": "x", ".git/HEAD": "ref: refs/heads/main", ".git/index": ""})
	if err := os.Truncate(filepath.Join(dir, ".git/index"), 1<<40); err != nil {
		t.Skip("no sparse files here: ", err)
	}
	disktest.Within(t, 10*time.Second, func() {
		if states, err := States(dir, []string{"a"}); states["a"] != Unknown || err == nil || !strings.Contains(err.Error(), "larger than the limit") {
			t.Errorf("a sparse index: %v, %v", states, err)
		}
	})
}

func FuzzParseIndex(f *testing.F) {
	entry := append(bytes.Repeat([]byte{0}, 40+20), 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for _, v := range []byte{2, 3, 4} {
		f.Add(append(append([]byte{'D', 'I', 'R', 'C', 0, 0, 0, v, 0, 0, 0, 1}, entry...), make([]byte, 20)...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ix, err := parseIndex(data, []string{"a", "b/c"})
		if err == nil && len(ix.entries) > 2 {
			t.Errorf("%d entries of 2 that were asked for", len(ix.entries))
		}
	})
}
