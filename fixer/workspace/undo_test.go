package workspace

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
)

func TestUndoIsAStack(t *testing.T) {
	ctx := context.Background()
	dir := disktest.Tree(t, map[string]string{"a": "0"})
	for i := range keepRecords + 5 {
		mustCommit(t, dir, change("a", []byte(version(i)), []byte(version(i+1))))
	}
	for i := keepRecords + 4; i >= 5; i-- {
		if _, err := Undo(ctx, dir); err != nil {
			t.Fatal(err)
		}
		if got := disktest.Read(t, dir, "a"); got != version(i) {
			t.Fatalf("undo gave %q, want %q", got, version(i))
		}
	}
	if _, err := Undo(ctx, dir); !errors.Is(err, ErrNoRecord) {
		t.Errorf("more records than are to be kept: %v", err)
	}
}

func version(i int) string { return strings.Repeat("x", i) + string(rune('0'+i%10)) }

func TestUndoRefuses(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name    string
		prepare func(dir string) error
		want    string
	}{
		{"changed since", func(d string) error { return os.WriteFile(d+"/b", []byte("3"), 0o644) }, "b changed"},
		{"removed since", func(d string) error { return os.Remove(d + "/b") }, "b missing"},
		{"a folder since", func(d string) error { return errors.Join(os.Remove(d+"/b"), os.Mkdir(d+"/b", 0o755)) }, "b irregular"},
		{"new file changed since", func(d string) error { return os.WriteFile(d+"/n", []byte("3"), 0o644) }, "n changed"},
		{"read-only since", func(d string) error { return os.Chmod(d+"/b", 0o444) }, "b read-only"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := disktest.Tree(t, map[string]string{"a": "1", "b": "1"})
			mustCommit(t, dir, change("a", []byte("1"), []byte("2")), change("b", []byte("1"), []byte("2")), change("n", nil, []byte("2")))
			if err := tt.prepare(dir); err != nil {
				t.Fatal(err)
			}
			want := disktest.Files(t, dir)
			rec, err := Undo(ctx, dir)
			wantRefused(t, err, tt.want)
			var refused *fixer.RefusedError
			if !errors.As(err, &refused) || !refused.Partial || rec == nil || len(rec.Written)+len(rec.Removed) != 2 {
				t.Errorf("%+v, %v", rec, err)
			}
			for p, old := range map[string]string{"a": "1", "b": "1", "n": ""} {
				if strings.HasPrefix(tt.want, p) {
					continue
				}
				if want[p] = old; old == "" {
					delete(want, p)
				}
			}
			wantFiles(t, dir, want)
		})
	}
}

// TestUndoThatFails leaves every file whole and can be called again.
func TestUndoThatFails(t *testing.T) {
	ctx := context.Background()
	for step, want := range map[string]map[string]string{
		"stage":       {"a": "1", "b": "2"},
		"half staged": {"a": "1", "b": "2"},
		"rename":      {"a": "1", "b": "2"},
	} {
		dir := disktest.Tree(t, map[string]string{"a": "1", "b": "1"})
		mustCommit(t, dir, change("a", []byte("1"), []byte("2")), change("b", []byte("1"), []byte("2")))
		failAt(t, step, "b", func() error { return syscall.ENOSPC })
		_, err := Undo(ctx, dir)
		wantRefused(t, err, "b io")
		var refused *fixer.RefusedError
		if errors.As(err, &refused) && !refused.Partial {
			t.Errorf("%s: %v", step, err)
		}
		wantFiles(t, dir, want)
		atStep = nil
		if _, err := Undo(ctx, dir); err != nil {
			t.Errorf("%s: undo again: %v", step, err)
		}
		wantFiles(t, dir, map[string]string{"a": "1", "b": "1"})
	}
}

// TestUndoWithNamesThatAreNotUTF8: a record holds names as bytes, so that undo
// finds files whose names are not UTF-8, in directories and roots of such names.
func TestUndoWithNamesThatAreNotUTF8(t *testing.T) {
	ctx := context.Background()
	before := map[string]string{"caf\xe9.Dockerfile": dockerfile, "f\xfe/compose.yaml": compose, "a\u00e9": "1"}
	dir := filepath.Join(disktest.Tree(t, nil), "r\xff")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Skip("the file system takes no such name: ", err)
	}
	for p, content := range before {
		disktest.Put(t, dir, p, content)
	}
	var changes []engine.Change
	for p, content := range before {
		changes = append(changes, change(p, []byte(content), []byte("new")))
	}
	changes = append(changes, change("n\xf0/d\xf1/new", nil, []byte("new")))
	mustCommit(t, dir, changes...)
	rec, err := Undo(ctx, dir)
	if err != nil || len(rec.Written) != 3 || len(rec.Removed) != 1 {
		t.Errorf("%+v, %v", rec, err)
	}
	wantFiles(t, dir, before)
	if _, err := os.Lstat(filepath.Join(dir, "n\xf0")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder that was made is left: %v", err)
	}
}

// TestOldRecordsStayReadable: names that are UTF-8 are plain strings in a record.
func TestOldRecordsStayReadable(t *testing.T) {
	var e entry
	old := `{"version":1,"root":"/srv/café","state":"done","files":[{"path":"a/b","before":"MQ==","afterSHA256":"x","temp":"a/.oakum-1"}],"dirs":["a"]}`
	if err := json.Unmarshal([]byte(old), &e); err != nil || e.Root != "/srv/café" || e.Files[0].Path != "a/b" || e.Dirs[0] != "a" {
		t.Fatalf("%+v, %v", e, err)
	}
	if again, err := json.Marshal(&e); err != nil || string(again) != old {
		t.Errorf("written as %s, %v", again, err)
	}
}

// TestOneFileDoesNotHoldTheOthers: a file that cannot be restored holds neither
// the others of its fix nor the fixes before it.
func TestOneFileDoesNotHoldTheOthers(t *testing.T) {
	ctx := context.Background()
	dir := disktest.Tree(t, map[string]string{"a": "1", "b": "1"})
	commit := func(from, to string, files ...string) {
		t.Helper()
		var changes []engine.Change
		for _, f := range files {
			changes = append(changes, change(f, []byte(from), []byte(to)))
		}
		mustCommit(t, dir, changes...)
	}
	commit("1", "2", "a", "b")
	commit("2", "3", "a", "b")
	disktest.Put(t, dir, "b", "mine")

	rec, err := Undo(ctx, dir)
	wantRefused(t, err, "b changed")
	if rec == nil || len(rec.Written) != 1 {
		t.Fatalf("%+v", rec)
	}
	wantFiles(t, dir, map[string]string{"a": "2", "b": "mine"})
	rec, err = Undo(ctx, dir) // nothing of the last fix can be taken back now, and that is said once
	wantRefused(t, err, "b changed")
	if rec != nil || !strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("%+v, %v", rec, err)
	}
	rec, err = Undo(ctx, dir) // the one before
	wantRefused(t, err, "b changed")
	if rec == nil || len(rec.Written) != 1 || len(rec.Warnings) != 1 {
		t.Errorf("%+v", rec)
	}
	wantFiles(t, dir, map[string]string{"a": "1", "b": "mine"})

	// What was left is not lost: it is taken back once it is what was written.
	disktest.Put(t, dir, "b", "3")
	for _, want := range []string{"2", "1"} {
		if _, err := Undo(ctx, dir); err != nil {
			t.Fatal(err)
		}
		wantFiles(t, dir, map[string]string{"a": "1", "b": want})
	}
	if _, err := Undo(ctx, dir); !errors.Is(err, ErrNoRecord) {
		t.Errorf("%v", err)
	}
}

func TestUndoWhereSomeIsAlreadyBack(t *testing.T) {
	ctx := context.Background()
	dir := disktest.Tree(t, map[string]string{"a": "1", "b": "1"})
	mustCommit(t, dir, change("a", []byte("1"), []byte("2")), change("b", []byte("1"), []byte("2")), change("n", nil, []byte("2")))
	disktest.Put(t, dir, "a", "1") // as git restore would
	os.Remove(filepath.Join(dir, "n"))
	rec, err := Undo(ctx, dir)
	if err != nil || len(rec.Written) != 1 || rec.Written[0] != "b" {
		t.Errorf("%+v, %v", rec, err)
	}
	wantFiles(t, dir, map[string]string{"a": "1", "b": "1"})
}

// TestAnUnusableRecordDoesNotHoldTheOlderOnes: a newest record that is damaged, or
// of another version, is reported once and stays as it is; called again, undo goes
// on to the fix before it.
func TestAnUnusableRecordDoesNotHoldTheOlderOnes(t *testing.T) {
	ctx := context.Background()
	for name, spoil := range map[string]func(string) string{
		"cut":           func(s string) string { return s[:len(s)/2] },
		"empty":         func(string) string { return "" },
		"newer version": func(s string) string { return strings.Replace(s, `"version":1`, `"version":2,"more":[1]`, 1) },
		"git store":     func(s string) string { return strings.Replace(s, `"path":"b"`, `"path":".git/b"`, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := disktest.Tree(t, map[string]string{"a": "1", "b": "1"})
			for _, f := range []string{"a", "b"} {
				mustCommit(t, dir, change(f, []byte("1"), []byte("2")))
			}
			file := newestRecord(t, dir)
			good, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			bad := spoil(string(good))
			if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
				t.Fatal(err)
			}
			var damaged *DamagedRecordError
			if rec, err := Undo(ctx, dir); rec != nil || !errors.As(err, &damaged) || damaged.File != file {
				t.Fatalf("%+v, %v", rec, err)
			}
			wantFiles(t, dir, map[string]string{"a": "2", "b": "2"})
			rec, err := Undo(ctx, dir)
			if err != nil || len(rec.Written) != 1 || len(rec.Warnings) != 1 || !strings.Contains(rec.Warnings[0], file) {
				t.Fatalf("%+v, %v", rec, err)
			}
			wantFiles(t, dir, map[string]string{"a": "1", "b": "2"})
			if _, err := Undo(ctx, dir); !errors.As(err, &damaged) {
				t.Errorf("with nothing else left: %v", err)
			}
			if now, err := os.ReadFile(file); err != nil || string(now) != bad {
				t.Errorf("the record was changed: %v", err)
			}
			// What makes it usable again makes it undoable again.
			if err := os.WriteFile(file, good, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Undo(ctx, dir); err != nil {
				t.Error(err)
			}
			wantFiles(t, dir, map[string]string{"a": "1", "b": "1"})
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*.passed")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// newestRecord is the file of the last commit.
func newestRecord(t *testing.T, dir string) string {
	t.Helper()
	s, err := openStore(context.Background(), dir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	names, err := s.names()
	if err != nil || len(names) == 0 {
		t.Fatal("no record", err)
	}
	return filepath.Join(s.dir, names[len(names)-1])
}

// TestUndoFollowsNoLink: where a directory has become a link since the commit,
// undo writes and removes nothing through it.
func TestUndoFollowsNoLink(t *testing.T) {
	ctx := context.Background()
	for name, inside := range map[string]bool{"inside": true, "outside": false} {
		t.Run(name, func(t *testing.T) {
			dir := disktest.Tree(t, map[string]string{"d/a": "1", "other/x": "x"})
			mustCommit(t, dir, change("d/a", []byte("1"), []byte("2")), change("d/n/e/w", nil, []byte("2")))
			to := t.TempDir()
			if inside {
				to = filepath.Join(dir, "other")
			}
			if err := errors.Join(os.RemoveAll(filepath.Join(dir, "d")), os.Symlink(to, filepath.Join(dir, "d")), os.MkdirAll(filepath.Join(to, "n", "e"), 0o755)); err != nil {
				t.Fatal(err)
			}
			disktest.Put(t, to, "a", "2")
			disktest.Put(t, to, "n/e/w", "2")
			rec, err := Undo(ctx, dir)
			if rec != nil || err == nil {
				t.Errorf("%+v, %v", rec, err)
			}
			if disktest.Read(t, to, "a") != "2" || disktest.Read(t, to, "n/e/w") != "2" {
				t.Error("undo wrote through a link")
			}
			if err := os.Remove(filepath.Join(to, "n", "e", "w")); err != nil {
				t.Fatal(err)
			}
			Undo(ctx, dir)
			if _, err := os.Lstat(filepath.Join(to, "n", "e")); err != nil {
				t.Errorf("undo removed a directory through a link: %v", err)
			}
		})
	}
}
