//go:build unix

package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// A crash test runs the test binary again as a child that commits or undoes
// in a directory, and kills itself with SIGKILL at a given step. What no process
// can show is a power failure: that the syncs come before the renames is for
// the reader of Commit to see.

const (
	crashRoot = "OAKUM_TEST_CRASH_ROOT"
	crashStep = "OAKUM_TEST_CRASH_STEP"
	crashUndo = "OAKUM_TEST_CRASH_UNDO"
)

func TestMain(m *testing.M) {
	if root := os.Getenv(crashRoot); root != "" {
		os.Exit(crashChild(root))
	}
	if root := os.Getenv(claimRoot); root != "" {
		os.Exit(claimChild(root))
	}
	os.Exit(m.Run())
}

var (
	crashBefore = map[string]string{
		"Dockerfile": dockerfile, "k8s/pod.yaml": pod, "empty": "", "other": "stays",
	}
	crashAfter = map[string]string{
		"Dockerfile": dockerfile + "USER 1000\n", "k8s/pod.yaml": "short", "empty": "filled", "other": "stays",
		"k8s/new/secret.yaml": "kind: Secret\n",
	}
)

// crashChild exits with 0 when the work was done before the step was reached.
func crashChild(root string) int {
	step, _ := strconv.Atoi(os.Getenv(crashStep))
	n := 0
	atStep = func(string, string) error {
		if n++; n == step {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	}
	var err error
	if os.Getenv(crashUndo) != "" {
		_, err = Undo(context.Background(), root)
	} else {
		var changes []engine.Change
		for p, after := range crashAfter {
			c := engine.Change{Path: p, After: []byte(after)}
			if before, ok := crashBefore[p]; ok {
				c.Before = []byte(before)
			}
			changes = append(changes, c)
		}
		_, err = Commit(context.Background(), root, changes)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	return 0
}

// crash runs the child and reports whether it was killed.
func crash(t *testing.T, dir string, step int, undo bool) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashRoot+"="+dir, crashStep+"="+strconv.Itoa(step))
	if undo {
		cmd.Env = append(cmd.Env, crashUndo+"=1")
	}
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false
	}
	var ee *exec.ExitError
	if !errors.As(err, &ee) || ee.ExitCode() != -1 {
		t.Fatalf("step %d: %v\n%s", step, err, out)
	}
	return true
}

// wantWhole checks that every file is old or new, whole, and that nothing but
// staged files has been added.
func wantWhole(t *testing.T, dir string, step int) {
	t.Helper()
	got := disktest.Files(t, dir)
	for p, content := range got {
		if strings.HasPrefix(filepath.Base(p), tempPrefix) {
			continue
		}
		old, hadOld := crashBefore[p]
		new, hasNew := crashAfter[p]
		if !(hadOld && content == old) && !(hasNew && content == new) {
			t.Errorf("step %d: %s is neither old nor new: %q", step, p, content)
		}
	}
	for p := range crashBefore {
		if _, ok := got[p]; !ok {
			t.Errorf("step %d: %s is gone", step, p)
		}
	}
}

func TestCrashInCommit(t *testing.T) {
	steps := 0
	for step := 1; ; step++ {
		dir := disktest.Tree(t, crashBefore)
		if !crash(t, dir, step, false) {
			wantFiles(t, dir, crashAfter)
			wantNothingStaged(t, dir)
			steps = step - 1
			break
		}
		wantWhole(t, dir, step)
		touched := !maps.Equal(withoutTemps(disktest.Files(t, dir)), crashBefore)
		was, err := Interrupted(context.Background(), dir)
		if err != nil || touched && (was == nil || was.Replaced == 0) {
			t.Errorf("step %d: files are new and interrupted is %v, %v", step, was, err)
		}
		wantOneStagingDirectory(t, dir, was)
		// Undo gives the old files, or says that there was nothing yet.
		if _, err := Undo(context.Background(), dir); err != nil && (touched || !errors.Is(err, ErrNoRecord)) {
			t.Errorf("step %d: undo: %v", step, err)
		}
		wantFiles(t, dir, crashBefore)
		wantNothingStaged(t, dir)
		if _, err := os.Stat(filepath.Join(dir, "k8s/new")); err == nil {
			t.Errorf("step %d: a folder is left", step)
		}
	}
	// Fewer would mean that a step lost its hook.
	if want := 1 + 4*2 + 4 + 2; steps != want {
		t.Errorf("crashed at %d steps, want %d", steps, want)
	}
}

// wantOneStagingDirectory checks that what a killed process leaves lies in one
// directory, but for what belongs to a new file, and is counted.
func wantOneStagingDirectory(t *testing.T, dir string, was *Interruption) {
	t.Helper()
	temps := 0
	for p := range disktest.Files(t, dir) {
		if !strings.HasPrefix(filepath.Base(p), tempPrefix) {
			continue
		}
		temps++
		if in := filepath.Dir(p); filepath.Dir(in) != "." || !strings.HasPrefix(in, tempPrefix) {
			if in != filepath.FromSlash("k8s/new") {
				t.Errorf("%s is not in the one directory for temporary files", p)
			}
		}
	}
	if temps > 0 && (was == nil || was.Temporary != temps || !strings.Contains(was.String(), "temporary file")) {
		t.Errorf("%d temporary files are left, and said is %v", temps, was)
	}
}

// wantNothingStaged checks that no temporary file or directory is left.
func wantNothingStaged(t *testing.T, dir string) {
	t.Helper()
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if strings.HasPrefix(filepath.Base(p), tempPrefix) {
			t.Errorf("%s is left", p)
		}
		return err
	})
}

func withoutTemps(m map[string]string) map[string]string {
	for p := range m {
		if strings.HasPrefix(filepath.Base(p), tempPrefix) {
			delete(m, p)
		}
	}
	return m
}

// TestCommitAfterCrash goes on without an undo: the next commit clears up.
func TestCommitAfterCrash(t *testing.T) {
	for step := 1; ; step++ {
		dir := disktest.Tree(t, crashBefore)
		if !crash(t, dir, step, false) {
			break
		}
		was := withoutTemps(disktest.Files(t, dir))
		ctx := context.Background()
		if _, err := Commit(ctx, dir, []engine.Change{change("other", []byte("stays"), []byte("goes"))}); err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
		want := maps.Clone(was)
		want["other"] = "goes"
		wantFiles(t, dir, want)
		if _, err := Undo(ctx, dir); err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
		wantFiles(t, dir, was)
		// What the crashed commit had written is one more undo away.
		if _, err := Undo(ctx, dir); err != nil && !errors.Is(err, ErrNoRecord) {
			t.Fatalf("step %d: %v", step, err)
		}
		wantFiles(t, dir, crashBefore)
	}
}

func TestCrashInUndo(t *testing.T) {
	for step := 1; ; step++ {
		dir := disktest.Tree(t, crashBefore)
		crash(t, dir, 0, false)
		wantFiles(t, dir, crashAfter)
		if !crash(t, dir, step, true) {
			wantFiles(t, dir, crashBefore)
			if step < 10 {
				t.Errorf("undo has only %d steps", step)
			}
			return
		}
		wantWhole(t, dir, step)
		if _, err := Undo(context.Background(), dir); err != nil {
			t.Errorf("step %d: undo again: %v", step, err)
		}
		wantFiles(t, dir, crashBefore)
	}
}

// TestCrashTwice kills a commit and then the undo that follows, at every pair
// of steps that a rename or record lies between.
func TestCrashTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("some hundred processes; not with -short")
	}
	for first := 1; ; first += 3 {
		for second := 1; ; second += 2 {
			dir := disktest.Tree(t, crashBefore)
			if !crash(t, dir, first, false) {
				return
			}
			if !crash2(t, dir, second) {
				break
			}
			wantWhole(t, dir, first*100+second)
			if _, err := Undo(context.Background(), dir); err != nil && !errors.Is(err, ErrNoRecord) {
				t.Errorf("steps %d, %d: %v", first, second, err)
			}
			wantFiles(t, dir, crashBefore)
		}
	}
}

// crash2 is crash for an undo that may find nothing to take back.
func crash2(t *testing.T, dir string, step int) bool {
	t.Helper()
	if was, err := Interrupted(context.Background(), dir); err != nil || was == nil {
		return false
	}
	return crash(t, dir, step, true)
}
