package tui

import (
	"errors"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

func TestOnlyEnterOnThePlanWrites(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("A", "enter", "y", "enter", "a", "z", "y", "esc", "w")
	d.at(onPlan)
	for _, key := range []string{"space", "space", "P", "c", "j", "k", "y", "Y", "w", "s", "g", "G", "]", "["} {
		d.press(key)
		d.at(onPlan)
	}
	if len(b.commits) != 0 {
		t.Fatalf("%d commits before enter", len(b.commits))
	}
	d.press("enter")
	if len(b.commits) != 1 {
		t.Fatalf("%d commits after enter", len(b.commits))
	}
}

func TestHeldEnterNeverWrites(t *testing.T) {
	sources := shop()[3:] // one finding
	b := newFake(sources)
	d := start(t, b, 80, 24)
	d.press("enter", "enter") // review, accept; the plan opens by itself
	d.at(onPlan)
	d.press("enter", "enter", "enter")
	if len(b.commits) != 0 {
		t.Fatal("a held enter wrote the plan it had just opened")
	}
	d.elapse()
	d.press("enter")
	if len(b.commits) != 1 {
		t.Fatal("enter does not write after the grace")
	}
}

func TestInterruptWritesNothing(t *testing.T) {
	for _, keys := range [][]string{{}, {"A"}, {"A", "w"}, {"enter", "p"}, {"/"}, {"i"}, {"?"}, {"A", "q"}} {
		b := newFake(shop())
		d := start(t, b, 80, 24)
		d.press(keys...)
		d.press("ctrl+c")
		if res := d.app.Result(); !d.quit || res.ExitCode() != 130 || len(b.commits) > 0 {
			t.Errorf("after %q: quit %v, exit code %d, %d commits", keys, d.quit, res.ExitCode(), len(b.commits))
		}
	}
}

func TestLeavingAFileOutTakesItsFixesAlong(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 140, 40)
	openReview(t, d, "cross/ports")
	d.press("y", "esc")
	d.model().list.list.Select(find(t, d, "kubernetes/seccomp").String())
	d.press("space", "w")
	d.wants("3 files")
	d.press("space") // Dockerfile: the fix in it also changes compose.yaml
	d.wants("left out", "write 1 file")
	d.press("enter")
	d.at(onDone)
	if b.files["Dockerfile"] != shopDockerfile || b.files["compose.yaml"] != shopCompose {
		t.Error("a file was changed by a fix that was left out")
	}
	if b.files["k8s/web.yaml"] == shopManifest {
		t.Error("the other file was not written")
	}
	if _, ok := d.model().session.Decision(find(t, d, "cross/ports")); !ok {
		t.Error("leaving a file out lost the verdict")
	}
}

func TestChangedOnDisk(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("A")
	b.files["compose.yaml"] += "# edited meanwhile\n"
	d.press("w", "enter")
	d.at(onChanged)
	d.wants("compose.yaml: it holds other bytes than were read")
	d.press("r") // swallowed: the overlay opened by itself
	d.at(onChanged)
	d.elapse()
	d.press("r")
	d.at(onPlan)
	if n := len(d.model().session.Decisions()); n != 2 {
		t.Fatalf("%d decisions after reading again, want 2", n)
	}
	d.press("enter")
	d.at(onDone)
	if !strings.HasSuffix(b.files["compose.yaml"], "# edited meanwhile\n") {
		t.Error("what was edited meanwhile is gone")
	}
}

func TestCommitFails(t *testing.T) {
	b := newFake(shop())
	b.commitErr = errors.New("no space left on device")
	d := start(t, b, 80, 24)
	d.press("A", "w", "enter")
	d.at(onNotice)
	d.wants("Nothing was written", "no space left on device")
	d.elapse()
	d.press("esc")
	d.at(onPlan)
	b.commitErr = nil
	d.press("enter")
	d.at(onDone)
}

// TestAWriteThatBrokeOffIsNotCalledNothing: some files hold new bytes then, and
// the person has to know.
func TestAWriteThatBrokeOffIsNotCalledNothing(t *testing.T) {
	b := newFake(shop())
	b.commitErr = &fixer.RefusedError{Interrupted: true, Refusals: []fixer.FileRefusal{{Path: "Dockerfile", Reason: "no space left on device"}}}
	d := start(t, b, 80, 24)
	d.press("A", "w", "enter")
	d.at(onNotice)
	d.wants("Writing was interrupted", "no space left on device", "undo restores them")
	if strings.Contains(d.screen(), "Nothing was written") {
		t.Errorf("it is said that nothing was written:\n%s", d.screen())
	}
}

func TestPatchIsWhatWouldBeWritten(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("A", "w", "P")
	d.wants("Saved the plan as oakum.patch")
	if !strings.Contains(b.patches[0], "+    security_opt:\n") || !strings.HasPrefix(b.patches[0], "--- a/compose.yaml\n") {
		t.Fatalf("patch:\n%s", b.patches[0])
	}
	d.press("c")
	d.wants("Copied the patch")
	b.patchErr = errors.New("read-only file system")
	d.press("P")
	d.wants("read-only file system")
}

// TestFileLeftOutStaysOut: leaving the plan and coming back, by any way, does
// not take a file in again.
func TestFileLeftOutStaysOut(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 140, 40)
	d.press("A")
	d.model().list.list.Select(find(t, d, "kubernetes/seccomp").String())
	d.press("space", "w")
	d.wants("write 2 files")
	d.press("space") // compose.yaml
	d.wants("left out", "write 1 file", "1 file left out: space puts a file back")
	for _, way := range [][]string{{"esc", "w"}, {"q", "w"}, {"esc", "u", "ctrl+r", "w"}, {"esc", "q", "w"}} {
		d.press(way...)
		d.at(onPlan)
		d.wants("left out", "write 1 file")
	}
	d.press("esc", "q", "P") // the patch of the question is that of the plan
	if len(b.patches) != 1 || strings.Contains(b.patches[0], "compose.yaml") || !strings.Contains(b.patches[0], "k8s/web.yaml") {
		t.Fatalf("patches %q", b.patches)
	}

	b = newFake(shop())
	d = start(t, b, 140, 40)
	d.press("A")
	d.model().list.list.Select(find(t, d, "kubernetes/seccomp").String())
	d.press("space", "w", "space", "esc", "w", "enter")
	d.at(onDone)
	if b.files["compose.yaml"] != shopCompose {
		t.Errorf("the file that was left out was written:\n%s", b.files["compose.yaml"])
	}
	if b.files["k8s/web.yaml"] == shopManifest {
		t.Error("the other file was not written")
	}
	d.wants("compose.yaml  left out", "2 left out with their file")
	d.press("q")
	d.wants("2 accepted fixes have not been written. Left out of the plan: compose.yaml.")
	d.press("esc", "u")
	d.wants("leave with q, then oakum undo restores them")
	d.press("esc", "w") // still out: taken in again it is written
	d.wants("Left out: neither")
	if strings.Contains(d.screen(), "write 0 files") {
		t.Error("a key is shown that would write nothing")
	}
	d.press("enter")
	d.wants("Nothing to write")
	d.press("space", "enter")
	d.at(onDone)
	if b.files["compose.yaml"] == shopCompose {
		t.Error("the file that was taken in again was not written")
	}
}
