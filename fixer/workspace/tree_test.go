package workspace

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"oakum/fixer"
)

// tree makes a folder with the given files and an own state folder, and gives
// its path without links. Names ending in a slash are folders.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		put(t, dir, name, content)
	}
	return dir
}

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	full := filepath.Join(dir, filepath.FromSlash(name))
	if strings.HasSuffix(name, "/") {
		if err := os.MkdirAll(full, 0o755); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// load loads paths relative to dir; none means dir.
func load(t *testing.T, dir string, opts Options, paths ...string) *Workspace {
	t.Helper()
	abs := []string{}
	for _, p := range paths {
		abs = append(abs, filepath.Join(dir, p))
	}
	if len(abs) == 0 {
		abs = append(abs, dir)
	}
	ws, err := Load(context.Background(), abs, opts)
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// describe gives one line for each source: path, kind, skip code, "context".
func describe(ws *Workspace) string {
	var b strings.Builder
	for _, s := range ws.Sources {
		b.WriteString(s.Path + " " + string(s.Kind))
		if s.Skip != nil {
			b.WriteString(" skip:" + string(s.Skip.Code))
		}
		if s.Context {
			b.WriteString(" context")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func wantSources(t *testing.T, ws *Workspace, lines ...string) {
	t.Helper()
	want := ""
	for _, l := range lines {
		want += l + "\n"
	}
	if got := describe(ws); got != want {
		t.Errorf("sources:\n%swant:\n%s", got, want)
	}
}

func skipOf(t *testing.T, ws *Workspace, p string) fixer.Skip {
	t.Helper()
	s, ok := ws.Source(p)
	if !ok {
		t.Fatalf("%s: no such source in\n%s", p, describe(ws))
	}
	if s.Skip == nil {
		t.Fatalf("%s: not skipped", p)
	}
	return *s.Skip
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// files gives every file below dir with its content.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		got[filepath.ToSlash(rel)] = read(t, dir, rel)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// git runs git in dir with an own configuration; the test is skipped where
// there is no git.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed; this test compares with it")
	}
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := cmd.Output()
	if ee, ok := err.(*exec.ExitError); ok && len(ee.Stderr) > 0 {
		t.Fatalf("git %v: %s", args, ee.Stderr)
	}
	return string(out)
}

const (
	dockerfile = "FROM alpine\n"
	compose    = "services:\n  web:\n    image: nginx\n"
	pod        = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n"
)
