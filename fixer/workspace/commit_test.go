package workspace

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// wantRefused checks path and code of each refusal, in order.
func wantRefused(t *testing.T, err error, want ...string) {
	t.Helper()
	var refused *fixer.RefusedError
	if !errors.As(err, &refused) {
		t.Errorf("got error %v, want refusals %v", err, want)
		return
	}
	var got []string
	for _, r := range refused.Refusals {
		got = append(got, r.Path+" "+string(r.Code))
		if r.Reason == "" {
			t.Errorf("%s: refused without a reason", r.Path)
		}
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("refused %q (%v), want %q", got, err, want)
	}
	if strings.ContainsAny(err.Error(), "\n\x1b") {
		t.Errorf("error is not one safe line: %q", err)
	}
}

// mustCommit writes changes that nothing stands against.
func mustCommit(t *testing.T, dir string, changes ...engine.Change) {
	t.Helper()
	if _, err := Commit(t.Context(), dir, changes); err != nil {
		t.Fatal(err)
	}
}

func wantFiles(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	if got := disktest.Files(t, dir); !maps.Equal(got, want) {
		t.Errorf("files %q\nwant %q", got, want)
	}
}

func TestCommitAndUndo(t *testing.T) {
	ctx := context.Background()
	before := map[string]string{
		"Dockerfile": dockerfile, "k8s/pod\n x.yaml": "\xef\xbb\xbf" + strings.ReplaceAll(pod, "\n", "\r\n"),
		"empty/Dockerfile": "", "other": "stays",
	}
	dir := disktest.Tree(t, before)
	if err := os.Chmod(filepath.Join(dir, "Dockerfile"), 0o751); err != nil {
		t.Fatal(err)
	}
	changes := []engine.Change{
		change("k8s/pod\n x.yaml", []byte(before["k8s/pod\n x.yaml"]), []byte("two")),
		change("Dockerfile", []byte(dockerfile), []byte("one\x00\xff")),
		change("empty/Dockerfile", []byte{}, []byte("FROM x")),
		change("new/deep/secret.yaml", nil, []byte("made")),
		change("new/empty", nil, []byte{}),
		change("other", []byte("stays"), []byte("stays")),
	}
	rec, err := Commit(ctx, dir, changes)
	if err != nil {
		t.Fatal(err)
	}
	after := map[string]string{
		"Dockerfile": "one\x00\xff", "k8s/pod\n x.yaml": "two", "empty/Dockerfile": "FROM x", "other": "stays",
		"new/deep/secret.yaml": "made", "new/empty": "",
	}
	wantFiles(t, dir, after)
	if len(rec.Written) != 5 || rec.Written[0] != "Dockerfile" || len(rec.Removed) > 0 || len(rec.Warnings) > 0 {
		t.Errorf("record %+v", rec)
	}
	if info, _ := os.Stat(filepath.Join(dir, "Dockerfile")); info.Mode().Perm() != 0o751 {
		t.Errorf("mode is %o now", info.Mode().Perm())
	}
	if was, err := Interrupted(ctx, dir); was != nil || err != nil {
		t.Errorf("interrupted: %v, %v", was, err)
	}
	rec, err = Undo(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, before)
	if _, err := os.Stat(filepath.Join(dir, "new")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the folder made for new files is still there")
	}
	if len(rec.Written) != 3 || rec.Written[0] != "Dockerfile" || strings.Join(rec.Removed, " ") != "new/deep/secret.yaml new/empty" {
		t.Errorf("record %+v", rec)
	}
	if info, _ := os.Stat(filepath.Join(dir, "Dockerfile")); info.Mode().Perm() != 0o751 {
		t.Errorf("mode is %o after undo", info.Mode().Perm())
	}
	if _, err = Undo(ctx, dir); !errors.Is(err, ErrNoRecord) {
		t.Errorf("second undo: %v", err)
	}
}

func TestCommitRefuses(t *testing.T) {
	ctx := context.Background()
	outside := t.TempDir()
	disktest.Put(t, outside, "Dockerfile", dockerfile)
	for _, tt := range []struct {
		name    string
		prepare func(dir string) error
		change  engine.Change
		want    string
	}{
		{"changed", func(d string) error { return os.WriteFile(d+"/f", []byte("otherwise"), 0o644) }, change("f", []byte("old"), []byte("new")), "f changed"},
		{"grown", func(d string) error { return os.WriteFile(d+"/f", []byte("old "), 0o644) }, change("f", []byte("old"), []byte("new")), "f changed"},
		{"gone", func(d string) error { return os.Remove(d + "/f") }, change("f", []byte("old"), []byte("new")), "f missing"},
		{"read-only", func(d string) error { return os.Chmod(d+"/f", 0o444) }, change("f", []byte("old"), []byte("new")), "f read-only"},
		{"a folder now", func(d string) error { return errors.Join(os.Remove(d+"/f"), os.Mkdir(d+"/f", 0o755)) }, change("f", []byte("old"), []byte("new")), "f irregular"},
		{"a link now", func(d string) error {
			return errors.Join(os.Rename(d+"/f", d+"/g"), os.Symlink("g", d+"/f"))
		}, change("f", []byte("old"), []byte("new")), "f irregular"},
		{"a link out now", func(d string) error {
			return errors.Join(os.Remove(d+"/f"), os.Symlink(outside+"/Dockerfile", d+"/f"))
		}, change("f", []byte(dockerfile), []byte("new")), "f irregular"},
		{"folder is a link now", func(d string) error { return os.Symlink(outside, d+"/sub") }, change("sub/Dockerfile", []byte(dockerfile), []byte("new")), "sub/Dockerfile outside"},
		{"folder is a link inside now", func(d string) error { return os.Symlink(".", d+"/sub") }, change("sub/f", []byte("old"), []byte("new")), "sub/f outside"},
		{"new below a link into the store", func(d string) error { return errors.Join(os.Mkdir(d+"/.git", 0o755), os.Symlink(".git", d+"/sub")) }, change("sub/hooks/x", nil, []byte("new")), "sub/hooks/x outside"},
		{"new below a file", nil, change("f/x", nil, []byte("new")), "f/x outside"},
		{"new and there", func(string) error { return nil }, change("f", nil, []byte("new")), "f exists"},
		{"up and out", nil, change("../x", []byte("old"), []byte("new")), "../x outside"},
		{"absolute", nil, change(outside+"/Dockerfile", []byte(dockerfile), []byte("new")), outside + "/Dockerfile outside"},
		{"not clean", nil, change("a/../f", []byte("old"), []byte("new")), "a/../f outside"},
		{"into the git store", nil, change(".git/hooks/pre-commit", nil, []byte("new")), ".git/hooks/pre-commit outside"},
		{"into a git store below", nil, change("x/.GIT/config", nil, []byte("new")), "x/.GIT/config outside"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := disktest.Tree(t, map[string]string{"f": "old", "fine": "old"})
			if tt.prepare != nil {
				if err := tt.prepare(dir); err != nil {
					t.Fatal(err)
				}
			}
			was := disktest.Files(t, dir)
			_, err := Commit(ctx, dir, []engine.Change{change("fine", []byte("old"), []byte("new")), tt.change})
			wantRefused(t, err, tt.want)
			wantFiles(t, dir, was)
			if _, err := Undo(ctx, dir); !errors.Is(err, ErrNoRecord) {
				t.Errorf("a record is left: %v", err)
			}
		})
	}
	if got := disktest.Read(t, outside, "Dockerfile"); got != dockerfile {
		t.Errorf("a file outside was written: %q", got)
	}
}

func TestCommitNamesEveryFile(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"a": "1", "b": "1", "c": "1"})
	_, err := Commit(context.Background(), dir, []engine.Change{change("c", []byte("0"), []byte("2")), change("b", []byte("1"), []byte("2")), change("a", []byte("0"), []byte("2"))})
	wantRefused(t, err, "a changed", "c changed")
	if want := "a, c: the file has changed on disk since it was read (nothing was written)"; err.Error() != want {
		t.Errorf("%v", err)
	}
}

func TestCommitOfNothing(t *testing.T) {
	ctx := context.Background()
	dir := disktest.Tree(t, map[string]string{"a": "1"})
	for _, changes := range [][]engine.Change{nil, {change("a", []byte("1"), []byte("1"))}} {
		if rec, err := Commit(ctx, dir, changes); err != nil || len(rec.Written) > 0 {
			t.Errorf("%v: %+v, %v", changes, rec, err)
		}
	}
	if _, err := Commit(ctx, dir, []engine.Change{change("a", []byte("1"), nil)}); err == nil {
		t.Error("a change without new content was taken")
	}
	if _, err := Commit(ctx, dir, []engine.Change{change("a", []byte("1"), []byte("2")), change("a", []byte("1"), []byte("3"))}); err == nil {
		t.Error("two changes of one file were taken")
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Commit(cancelled, dir, []engine.Change{change("a", []byte("1"), []byte("2"))}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	wantFiles(t, dir, map[string]string{"a": "1"})
}

// failAt lets the n-th step of that name fail, or do something.
func failAt(t *testing.T, step, p string, do func() error) {
	t.Helper()
	atStep = func(s, q string) error {
		if s == step && q == p {
			return do()
		}
		return nil
	}
	t.Cleanup(func() { atStep = nil })
}

func TestFailuresRollBack(t *testing.T) {
	ctx := context.Background()
	full := func() error { return &fs.PathError{Op: "write", Path: "b", Err: syscall.ENOSPC} }
	for _, tt := range []struct {
		name, step, path string
		do               func(dir string) error
		want             string
		left             map[string]string // what the interfering program left behind
	}{
		{"disk full at once", "stage", "b", func(string) error { return full() }, "b io", nil},
		{"disk full half way", "half staged", "b", func(string) error { return full() }, "b io", nil},
		{"cannot rename", "rename", "b", func(string) error { return &fs.PathError{Err: syscall.EPERM} }, "b permission", nil},
		{"changed between", "rename", "b", func(d string) error { return os.WriteFile(d+"/b", []byte("theirs"), 0o644) }, "b changed", map[string]string{"b": "theirs"}},
		{"vanished between", "rename", "b", func(d string) error { return os.Remove(d + "/b") }, "b missing", map[string]string{"b": ""}},
		{"appeared between", "rename", "n/c", func(d string) error { return os.WriteFile(d+"/n/c", []byte("theirs"), 0o644) }, "n/c exists", map[string]string{"n/c": "theirs"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := map[string]string{"a": "1", "b": "1"}
			dir := disktest.Tree(t, before)
			failAt(t, tt.step, tt.path, func() error { return tt.do(dir) })
			_, err := Commit(ctx, dir, []engine.Change{change("a", []byte("1"), []byte("22")), change("b", []byte("1"), []byte("22")), change("n/c", nil, []byte("33"))})
			wantRefused(t, err, tt.want)
			want := maps.Clone(before)
			for p, content := range tt.left {
				if want[p] = content; content == "" {
					delete(want, p)
				}
			}
			wantFiles(t, dir, want)
			if strings.HasPrefix(tt.name, "disk full") && !strings.Contains(err.Error(), "no space left on the disk") {
				t.Errorf("%v", err)
			}
			if _, err := Undo(ctx, dir); !errors.Is(err, ErrNoRecord) {
				t.Errorf("a record is left: %v", err)
			}
		})
	}
}

// TestRollBackThatFails leaves one file new, says so, and undo finishes.
func TestRollBackThatFails(t *testing.T) {
	ctx := context.Background()
	dir := disktest.Tree(t, map[string]string{"a": "1", "b": "1"})
	staged := 0
	atStep = func(step, p string) error {
		if step == "stage" {
			if staged++; staged > 2 {
				return syscall.ENOSPC
			}
		}
		if step == "rename" && p == "b" {
			return syscall.EIO
		}
		return nil
	}
	defer func() { atStep = nil }()
	_, err := Commit(ctx, dir, []engine.Change{change("a", []byte("1"), []byte("2")), change("b", []byte("1"), []byte("2"))})
	var refused *fixer.RefusedError
	if !errors.As(err, &refused) || !refused.Interrupted || !errors.Is(err, syscall.EIO) {
		t.Fatalf("%v", err)
	}
	wantFiles(t, dir, map[string]string{"a": "2", "b": "1"})
	atStep = nil
	if was, err := Interrupted(ctx, dir); was == nil || err != nil {
		t.Errorf("interrupted: %v, %v", was, err)
	}
	rec, err := Undo(ctx, dir)
	if err != nil || len(rec.Written) != 1 || rec.Written[0] != "a" {
		t.Fatalf("%+v, %v", rec, err)
	}
	wantFiles(t, dir, map[string]string{"a": "1", "b": "1"})
}

func TestRecordsArePrivateAndChecked(t *testing.T) {
	ctx := context.Background()
	dir := disktest.Tree(t, map[string]string{"a": "secret"})
	mustCommit(t, dir, change("a", []byte("secret"), []byte("2")))
	var record string
	err := filepath.WalkDir(os.Getenv("XDG_STATE_HOME"), func(p string, d fs.DirEntry, err error) error {
		info, ierr := d.Info()
		if err == nil && ierr == nil && p != os.Getenv("XDG_STATE_HOME") && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: others may look: %o", p, info.Mode().Perm())
		}
		if strings.HasSuffix(p, ".json") {
			record = p
		}
		return errors.Join(err, ierr)
	})
	if err != nil || record == "" {
		t.Fatal("no record", err)
	}
	good, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"cut":           string(good[:len(good)/2]),
		"empty":         "",
		"other bytes":   strings.Replace(string(good), "c2VjcmV0", "c2VjcmV1", 1),
		"other version": strings.Replace(string(good), `"version":1`, `"version":2`, 1),
		"other root":    strings.Replace(string(good), dir, "/elsewhere", 1),
		"escape":        strings.Replace(string(good), `"path":"a"`, `"path":"../a"`, 1),
		"escaping temp": strings.Replace(string(good), `"temp":"`, `"temp":"../`, 1),
		"any temp":      strings.Replace(string(good), `"temp":".oakum`, `"temp":"a`, 1),
		"state":         strings.Replace(string(good), `"done"`, `"odd"`, 1),
	} {
		if bad == string(good) {
			t.Fatalf("%s: the test did not change the record", name)
		}
		if err := os.WriteFile(record, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		var damaged *DamagedRecordError
		if _, err := Undo(ctx, dir); !errors.As(err, &damaged) {
			t.Errorf("%s: %v", name, err)
		}
		wantFiles(t, dir, map[string]string{"a": "2"})
	}
	// A damaged record does not stand in the way of new work.
	rec, err := Commit(ctx, dir, []engine.Change{change("a", []byte("2"), []byte("3"))})
	if err != nil || len(rec.Warnings) != 1 {
		t.Fatalf("%+v, %v", rec, err)
	}
	if _, err := Undo(ctx, dir); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, map[string]string{"a": "2"})
}

func TestStateDirectory(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "relative/is/ignored")
	t.Setenv("HOME", "/home/x")
	if got, err := stateHome(); err != nil || got != "/home/x/.local/state/oakum" {
		t.Errorf("%s, %v", got, err)
	}
	t.Setenv("HOME", "")
	if _, err := stateHome(); err == nil {
		t.Error("no home and no error")
	}
}
