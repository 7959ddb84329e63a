package discover

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// names returns one line for each name: its path, "/" behind a directory, "/…"
// behind one that is not listed, "@" behind a link, and what git thinks.
func names(ws *fixer.Loaded) string {
	var b strings.Builder
	for _, n := range ws.Names {
		b.WriteString(n.Path + []string{"", "/", "/…", "@"}[n.Kind] + []string{"", " tracked", " untracked"}[n.Git])
		if n.Outside {
			b.WriteString(" outside")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func wantNames(t *testing.T, ws *fixer.Loaded, lines ...string) {
	t.Helper()
	if got, want := names(ws), strings.Join(lines, "\n")+"\n"; got != want {
		t.Errorf("names:\n%swant:\n%s", got, want)
	}
}

// TestNamesAreThoseABuildIsSent: what git ignores is sent, too. What others
// wrote is named and not entered, and nothing behind a link is.
func TestNamesAreThoseABuildIsSent(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"api/Dockerfile":               dockerfile,
		"api/Dockerfile.dockerignore":  "x\n",
		"api/other.dockerignore":       "x\n",
		"api/.env":                     "SECRET=1\n",
		"api/certs/tls.key":            "",
		"api/node_modules/a/.env":      "",
		"api/env/pyvenv.cfg":           "",
		"api/env/bin/python":           "",
		"api/sub/.git":                 "gitdir: ../x",
		"api/sub/f":                    "",
		"web/.dockerignore":            "x\n", // no Dockerfile there or below
		".dockerignore":                "",
		".gitignore":                   ".env\ncerts/\n",
		"api/folder/.dockerignore/x":   "",
		"api/folder/deeper/Dockerfile": dockerfile,
	})
	disktest.Git(t, dir, "init", "-q")
	disktest.Git(t, dir, "add", ".gitignore", "api/Dockerfile")
	outside := t.TempDir()
	disktest.Put(t, outside, "secret", "")
	disktest.Link(t, dir, "api/away", outside)
	disktest.Link(t, dir, "api/folder/deeper/Dockerfile.dockerignore", filepath.Join(outside, "secret"))
	ws := load(t, dir, Options{}, "api")
	wantSources(t, ws,
		".dockerignore dockerignore context",
		"api/Dockerfile dockerfile",
		"api/Dockerfile.dockerignore dockerignore",
		"api/folder/deeper/Dockerfile dockerfile",
	)
	wantNames(t, ws, "./ outside",
		".dockerignore untracked", ".git/…", ".gitignore tracked", "api/",
		"api/.env untracked", "api/Dockerfile tracked", "api/Dockerfile.dockerignore untracked", "api/away@",
		"api/certs/", "api/certs/tls.key untracked",
		"api/env/", "api/env/pyvenv.cfg",
		"api/folder/", "api/folder/.dockerignore/", "api/folder/.dockerignore/x untracked",
		"api/folder/deeper/", "api/folder/deeper/Dockerfile untracked", "api/folder/deeper/Dockerfile.dockerignore@",
		"api/node_modules/…", "api/other.dockerignore untracked",
		"api/sub/", "api/sub/.git", "api/sub/f",
		"web/ outside", "web/.dockerignore untracked")
}

// TestNamesOutsideGit are those of the directories asked for and no others.
func TestNamesOutsideGit(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"a/Dockerfile": dockerfile, "a/b/x": "", "b/x": "", "c/Dockerfile": dockerfile, "c/x": ""})
	wantNames(t, load(t, dir, Options{}, "a", "a/b", "c/Dockerfile"), "a/", "a/Dockerfile", "a/b/", "a/b/x", "c/ outside", "c/Dockerfile", "c/x")
	if ws := load(t, dir, Options{}, "b"); ws.Names != nil {
		t.Errorf("without a Dockerfile there are names:\n%s", names(ws))
	}
}

// TestIgnoreFileIsRead: an ignore file is committed, undone, read
// again and refused as any other.
func TestIgnoreFileIsRead(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	dir := disktest.Tree(t, map[string]string{"Dockerfile": dockerfile, ".dockerignore": "", "big/Dockerfile": dockerfile, "big/.dockerignore": strings.Repeat("#\n", maxDockerignore)})
	ws := load(t, dir, Options{})
	if got := skipOf(t, ws, "big/.dockerignore").Code; got != fixer.SkipTooLarge {
		t.Errorf("skip %s", got)
	}
	src, ok := ws.Source(".dockerignore")
	if !ok || src.Data == nil || src.Skip != nil {
		t.Fatalf("%+v", src)
	}
}

// TestManyNames: a directory beyond the budget is closed as a whole, and that is
// said; deep directories end.
func TestManyNames(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"Dockerfile": dockerfile, "z/small": "", strings.Repeat("d/", maxNamesDepth+20) + "x": ""})
	if err := os.Mkdir(filepath.Join(dir, "many"), 0o755); err != nil {
		t.Fatal(err)
	}
	defer func(n int) { maxNames = n }(maxNames)
	maxNames = 200
	for i := range maxNames {
		f, err := os.Create(filepath.Join(dir, "many", fmt.Sprint(i)))
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	disktest.Within(t, 30*time.Second, func() {
		ws := load(t, dir, Options{})
		tree := buildcontext.NewTree(ws.Names)
		many, _ := tree.Name("many")
		_, small := tree.Name("z/small")
		deep, _ := tree.Name(strings.TrimSuffix(strings.Repeat("d/", maxNamesDepth+1), "/"))
		if many.Kind != buildcontext.UnlistedDirectory || !small || deep.Kind != buildcontext.UnlistedDirectory || len(ws.Names) > 100 {
			t.Errorf("many %+v, small %v, deep %+v, %d names", many, small, deep, len(ws.Names))
		}
		if len(ws.Notes) != 1 || !strings.Contains(ws.Notes[0].Text, "200 files") {
			t.Errorf("notes %+v", ws.Notes)
		}
	})
}
