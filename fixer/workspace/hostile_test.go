//go:build unix

package workspace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"oakum/fixer"
)

// within fails the test when f takes longer than any honest work here would.
func within(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(d):
		t.Fatal("still not done: blocked or looping")
	}
}

func link(t *testing.T, dir, name, to string) {
	t.Helper()
	if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func TestIrregularFilesDoNotBlock(t *testing.T) {
	dir := tree(t, map[string]string{"compose.yaml/": "", "Dockerfile": dockerfile})
	for _, name := range []string{"Dockerfile.fifo", "pipe.yaml", ".gitignore"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Skip("no FIFO can be made here: ", err)
		}
	}
	within(t, 10*time.Second, func() {
		ws := load(t, dir, Options{})
		wantSources(t, ws,
			"Dockerfile dockerfile",
			"Dockerfile.fifo dockerfile skip:irregular",
			"compose.yaml compose skip:irregular",
			"pipe.yaml kubernetes skip:irregular",
		)
		if got := skipOf(t, ws, "pipe.yaml").Reason; got != "this is a FIFO, not a file" {
			t.Errorf("reason %q", got)
		}
		if len(ws.Notes) != 1 || ws.Notes[0] != (Note{".gitignore", "not honoured: this is a FIFO, not a file"}) {
			t.Errorf("notes %+v", ws.Notes)
		}
		ws = load(t, dir, Options{}, "Dockerfile.fifo")
		if got := skipOf(t, ws, "Dockerfile.fifo").Code; got != fixer.SkipIrregular {
			t.Errorf("a FIFO given by name: %s", got)
		}
	})
}

func TestLinks(t *testing.T) {
	dir := tree(t, map[string]string{
		"real/prod.txt": "ARG A\nRUN x\n", "real/pod.yaml": pod, "compose.yaml": compose, "real/.git/config": "x",
		".gitignore": "hidden/\n", "hidden/compose.yaml": compose, ".git/HEAD": "x", ".git/pod.yaml": pod,
	})
	outside := t.TempDir()
	put(t, outside, "Dockerfile", "FROM secret\n")
	put(t, outside, "d/pod.yaml", pod)
	link(t, dir, "Dockerfile", "real/prod.txt") // the name that makes it one
	link(t, dir, "again.Dockerfile", "Dockerfile")
	link(t, dir, "pod.yaml", "real/pod.yaml")
	link(t, dir, "absolute.yaml", filepath.Join(dir, "real/pod.yaml"))
	link(t, dir, "out.Dockerfile", filepath.Join(outside, "Dockerfile"))
	link(t, dir, "up.yaml", "../../../../../../etc/passwd")
	link(t, dir, "a.Dockerfile", "b.Dockerfile")
	link(t, dir, "b.Dockerfile", "a.Dockerfile")
	link(t, dir, "self.Dockerfile", "self.Dockerfile")
	link(t, dir, "gone.Dockerfile", "nothing")
	link(t, dir, "gone.json", "nothing")
	link(t, dir, "git.yaml", ".git/pod.yaml")
	link(t, dir, "docker-compose.yml", "hidden/compose.yaml")
	link(t, dir, "outdir", outside)
	link(t, dir, "loop", ".")
	link(t, dir, "folder.yaml", "real")
	ws := load(t, dir, Options{})
	wantSources(t, ws,
		"a.Dockerfile dockerfile skip:symlink",
		"b.Dockerfile dockerfile skip:symlink",
		"compose.yaml compose",
		"git.yaml kubernetes skip:symlink",
		"gone.Dockerfile dockerfile skip:symlink",
		"hidden/compose.yaml compose",
		"out.Dockerfile dockerfile skip:symlink",
		"real/pod.yaml kubernetes",
		"real/prod.txt dockerfile",
		"self.Dockerfile dockerfile skip:symlink",
		"up.yaml kubernetes skip:symlink",
	)
	for p, want := range map[string]string{
		"a.Dockerfile":    "the link leads in a circle",
		"gone.Dockerfile": "the link leads to nothing",
		"out.Dockerfile":  "the link leads out of " + dir,
	} {
		if got := skipOf(t, ws, p).Reason; got != want {
			t.Errorf("%s: %q", p, got)
		}
	}
	// A link as PATH is what it leads to.
	wantSources(t, load(t, dir, Options{}, "pod.yaml"),
		"a.Dockerfile dockerfile skip:symlink context",
		"b.Dockerfile dockerfile skip:symlink context",
		"compose.yaml compose context",
		"git.yaml kubernetes skip:symlink context",
		"gone.Dockerfile dockerfile skip:symlink context",
		"hidden/compose.yaml compose context",
		"out.Dockerfile dockerfile skip:symlink context",
		"real/pod.yaml kubernetes",
		"real/prod.txt dockerfile context",
		"self.Dockerfile dockerfile skip:symlink context",
		"up.yaml kubernetes skip:symlink context",
	)
}

func TestHardLinksAreTwoFiles(t *testing.T) {
	dir := tree(t, map[string]string{"Dockerfile": dockerfile})
	if err := os.Link(filepath.Join(dir, "Dockerfile"), filepath.Join(dir, "x.Dockerfile")); err != nil {
		t.Skip(err)
	}
	wantSources(t, load(t, dir, Options{}), "Dockerfile dockerfile", "x.Dockerfile dockerfile")
	rec, err := Commit(context.Background(), dir, []Change{{"Dockerfile", []byte(dockerfile), []byte("FROM b\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.Warnings) != 1 || !strings.Contains(rec.Warnings[0], "hard link") {
		t.Errorf("warnings %v", rec.Warnings)
	}
	if got := read(t, dir, "x.Dockerfile"); got != dockerfile {
		t.Errorf("the other name changed too: %q", got)
	}
}

func TestOwnerIsKept(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may give files away; this test must run as root")
	}
	dir := tree(t, map[string]string{"Dockerfile": dockerfile})
	name := filepath.Join(dir, "Dockerfile")
	if err := errors.Join(os.Chown(name, 65534, 65533), os.Chmod(name, 0o640)); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if uid, gid, _, _ := owner(info); uid != 65534 || gid != 65533 || info.Mode().Perm() != 0o640 {
			t.Errorf("%s: owner %d:%d, mode %o", when, uid, gid, info.Mode().Perm())
		}
	}
	if _, err := Commit(context.Background(), dir, []Change{{"Dockerfile", []byte(dockerfile), []byte("FROM b\n")}}); err != nil {
		t.Fatal(err)
	}
	check("after commit")
	if _, err := Undo(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	check("after undo")
}

// TestVanishing takes files away between listing and reading.
func TestVanishing(t *testing.T) {
	dir := tree(t, map[string]string{"Dockerfile": dockerfile, "pod.yaml": pod, "x.json": "{}"})
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, want := range map[string]string{"Dockerfile": "it is gone", "pod.yaml": "it is gone", "x.json": ""} {
		os.Remove(filepath.Join(dir, name))
		src := identify(root, candidate{path: name, guess: classify(name)}, 1000)
		switch {
		case src == nil && want != "":
			t.Errorf("%s: silently dropped", name)
		case src != nil && (src.Skip.Code != fixer.SkipUnreadable || src.Skip.Reason != want):
			t.Errorf("%s: %+v", name, src.Skip)
		}
	}
	// And a FIFO that takes a file's place after it was looked at.
	if err := syscall.Mkfifo(filepath.Join(dir, "Dockerfile"), 0o600); err != nil {
		t.Skip(err)
	}
	within(t, 10*time.Second, func() {
		f, err := root.OpenFile("Dockerfile", os.O_RDONLY|openFlags, 0)
		if err == nil {
			f.Close()
		}
	})
}

func TestDeepFolders(t *testing.T) {
	dir := tree(t, nil)
	deep := strings.Repeat("d/", maxDepth+50)
	put(t, dir, deep+"Dockerfile", dockerfile)
	put(t, dir, "d/Dockerfile", dockerfile)
	ws := load(t, dir, Options{})
	wantSources(t, ws, "d/Dockerfile dockerfile")
	if len(ws.Notes) != 1 || !strings.Contains(ws.Notes[0].Text, "levels deep") {
		t.Errorf("notes %+v", ws.Notes)
	}
}

// TestBombs are inputs made to cost more than their size.
func TestBombs(t *testing.T) {
	var aliases strings.Builder
	aliases.WriteString("services: {}\na0: &a0 [x]\n")
	for i := range 60 {
		fmt.Fprintf(&aliases, "a%d: &a%d [*a%d, *a%d, *a%d]\n", i+1, i+1, i, i, i)
	}
	aliases.WriteString("include: *a60\n# {{\nx: \"{{\"\n")
	dir := tree(t, map[string]string{
		"compose.yaml":        aliases.String(),
		"deep/compose.yaml":   "include: " + strings.Repeat("[", 200_000),
		"braces/compose.yaml": strings.Repeat("{", 200_000),
		"line/pod.yaml":       pod + "x: " + strings.Repeat("a", 5_000_000),
		"many/compose.yaml":   "include:\n" + strings.Repeat("- ${X}\n", 100_000),
		"kustomization.yaml":  "patches: " + strings.Repeat("{a: ", 20_000),
	})
	within(t, 60*time.Second, func() {
		wantSources(t, load(t, dir, Options{}),
			"braces/compose.yaml compose skip:template",
			"compose.yaml compose",
			"deep/compose.yaml compose",
			"kustomization.yaml kustomize skip:kustomize",
			"line/pod.yaml kubernetes",
			"many/compose.yaml compose",
		)
	})
}

const asNobody = "OAKUM_TEST_AS_NOBODY"

// TestNoPermission runs itself again as a person without rights when the
// tests run as root, who may read everything.
func TestNoPermission(t *testing.T) {
	if os.Getuid() == 0 && os.Getenv(asNobody) == "" {
		base, err := os.MkdirTemp("", "oakum-nobody")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(base)
		// The test binary lies where others may not go: run a copy.
		self, err := os.ReadFile(os.Args[0])
		exe := filepath.Join(base, "test")
		if err == nil {
			err = os.WriteFile(exe, self, 0o755)
		}
		if err == nil {
			err = os.Chmod(base, 0o755)
		}
		if err == nil {
			err = os.Mkdir(filepath.Join(base, "tmp"), 0o777)
		}
		if err == nil {
			err = os.Chmod(filepath.Join(base, "tmp"), 0o777)
		}
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(exe, "-test.run", "^TestNoPermission$", "-test.v")
		cmd.Dir = base
		cmd.Env = append(os.Environ(), asNobody+"=1", "TMPDIR="+filepath.Join(base, "tmp"), "HOME="+filepath.Join(base, "tmp"))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := cmd.CombinedOutput()
		if err != nil && !strings.Contains(string(out), "--- ") {
			t.Skipf("cannot run as another user here: %v", err)
		}
		if err != nil || !strings.Contains(string(out), "--- PASS: TestNoPermission") {
			t.Fatalf("as nobody: %v\n%s", err, out)
		}
		return
	}
	ctx := context.Background()
	dir := tree(t, map[string]string{
		"Dockerfile": dockerfile, "pod.yaml": pod, "x.json": "{}", "shut/compose.yaml": compose,
		"frozen/Dockerfile": dockerfile, "open/Dockerfile": dockerfile,
	})
	for name, mode := range map[string]os.FileMode{"Dockerfile": 0, "pod.yaml": 0, "x.json": 0, "shut": 0, "frozen": 0o555} {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod(filepath.Join(dir, "shut"), 0o755)
	defer os.Chmod(filepath.Join(dir, "frozen"), 0o755)
	ws := load(t, dir, Options{})
	wantSources(t, ws, "Dockerfile dockerfile skip:unreadable", "frozen/Dockerfile dockerfile", "open/Dockerfile dockerfile", "pod.yaml kubernetes skip:unreadable")
	if len(ws.Notes) != 1 || ws.Notes[0] != (Note{"shut", "the folder could not be read: no permission"}) {
		t.Errorf("notes %+v", ws.Notes)
	}
	if _, err := Load(ctx, []string{filepath.Join(dir, "shut/compose.yaml")}, Options{}); err == nil || !strings.HasSuffix(err.Error(), "shut/compose.yaml: no permission") {
		t.Errorf("below a shut folder: %v", err)
	}
	if _, err := Load(ctx, []string{filepath.Join(dir, "shut")}, Options{}); err == nil || !strings.HasSuffix(err.Error(), "shut: no permission") {
		t.Errorf("a shut folder: %v", err)
	}
	// A folder that cannot be written stops the whole commit before it starts.
	_, err := Commit(ctx, dir, []Change{
		{"frozen/Dockerfile", []byte(dockerfile), []byte("FROM b\n")},
		{"open/Dockerfile", []byte(dockerfile), []byte("FROM b\n")},
	})
	wantRefused(t, err, "frozen/Dockerfile permission")
	if got := read(t, dir, "open/Dockerfile"); got != dockerfile {
		t.Errorf("half a commit was written: %q", got)
	}
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "frozen"))
	_, err = Commit(ctx, dir, []Change{{"open/Dockerfile", []byte(dockerfile), []byte("FROM b\n")}})
	if err == nil || !strings.Contains(err.Error(), "undo records cannot be kept: no permission") {
		t.Errorf("no place for the undo record: %v", err)
	}
	if got := read(t, dir, "open/Dockerfile"); got != dockerfile {
		t.Errorf("written without an undo record: %q", got)
	}
}
