//go:build unix

package discover

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/gitignore"
)

func TestIrregularFilesDoNotBlock(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"compose.yaml/": "", "Dockerfile": dockerfile})
	for _, name := range []string{"Dockerfile.fifo", "pipe.yaml", ".gitignore"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Skip("no FIFO can be made here: ", err)
		}
	}
	disktest.Within(t, 10*time.Second, func() {
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
		if len(ws.Notes) != 1 || ws.Notes[0] != (fixer.Note{Path: ".gitignore", Text: "not applied: this is a FIFO, not a file"}) {
			t.Errorf("notes %+v", ws.Notes)
		}
		ws = load(t, dir, Options{}, "Dockerfile.fifo")
		if got := skipOf(t, ws, "Dockerfile.fifo").Code; got != fixer.SkipIrregular {
			t.Errorf("a FIFO given by name: %s", got)
		}
	})
}

func TestLinks(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"real/prod.txt": "ARG A\nRUN x\n", "real/pod.yaml": pod, "compose.yaml": composeFile, "real/.git/config": "x",
		".gitignore": "hidden/\n", "hidden/compose.yaml": composeFile, ".git/HEAD": "x", ".git/pod.yaml": pod,
	})
	outside := t.TempDir()
	disktest.Put(t, outside, "Dockerfile", "FROM secret\n")
	disktest.Put(t, outside, "d/pod.yaml", pod)
	disktest.Link(t, dir, "Dockerfile", "real/prod.txt") // the name that makes it one
	disktest.Link(t, dir, "again.Dockerfile", "Dockerfile")
	disktest.Link(t, dir, "pod.yaml", "real/pod.yaml")
	disktest.Link(t, dir, "absolute.yaml", filepath.Join(dir, "real/pod.yaml"))
	disktest.Link(t, dir, "out.Dockerfile", filepath.Join(outside, "Dockerfile"))
	disktest.Link(t, dir, "up.yaml", "../../../../../../etc/passwd")
	disktest.Link(t, dir, "a.Dockerfile", "b.Dockerfile")
	disktest.Link(t, dir, "b.Dockerfile", "a.Dockerfile")
	disktest.Link(t, dir, "self.Dockerfile", "self.Dockerfile")
	disktest.Link(t, dir, "gone.Dockerfile", "nothing")
	disktest.Link(t, dir, "gone.json", "nothing")
	disktest.Link(t, dir, "git.yaml", ".git/pod.yaml")
	disktest.Link(t, dir, "docker-compose.yml", "hidden/compose.yaml")
	disktest.Link(t, dir, "outdir", outside)
	disktest.Link(t, dir, "loop", ".")
	disktest.Link(t, dir, "folder.yaml", "real")
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
		"a.Dockerfile":    "symbolic link loop",
		"gone.Dockerfile": "broken symbolic link",
		"out.Dockerfile":  "the symbolic link points outside " + dir,
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

// TestVanishing takes files away between listing and reading.
func TestVanishing(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"Dockerfile": dockerfile, "pod.yaml": pod, "x.json": "{}"})
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, want := range map[string]string{"Dockerfile": "the file no longer exists", "pod.yaml": "the file no longer exists", "x.json": ""} {
		os.Remove(filepath.Join(dir, name))
		src := identify(root, candidate{path: name, hint: classify(name)}, 1000)
		switch {
		case src == nil && want != "":
			t.Errorf("%s: silently dropped", name)
		case src != nil && (src.Skip.Code != fixer.SkipUnreadable || src.Skip.Reason != want):
			t.Errorf("%s: %+v", name, src.Skip)
		}
	}
	// And a FIFO that takes a file's place after it was looked at.
	if err := syscall.Mkfifo(filepath.Join(dir, "Dockerfile"), 0o600); err != nil {
		t.Skip("no FIFO can be made here: ", err)
	}
	disktest.Within(t, 10*time.Second, func() {
		f, err := root.OpenFile("Dockerfile", os.O_RDONLY|disk.OpenFlags, 0)
		if err == nil {
			f.Close()
		}
	})
}

func TestDeepDirectories(t *testing.T) {
	dir := disktest.Tree(t, nil)
	deep := strings.Repeat("d/", maxDepth+50)
	disktest.Put(t, dir, deep+"Dockerfile", dockerfile)
	disktest.Put(t, dir, "d/Dockerfile", dockerfile)
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
	dir := disktest.Tree(t, map[string]string{
		"compose.yaml":        aliases.String(),
		"deep/compose.yaml":   "include: " + strings.Repeat("[", 200_000),
		"braces/compose.yaml": strings.Repeat("{", 200_000),
		"line/pod.yaml":       pod + "x: " + strings.Repeat("a", 5_000_000),
		"many/compose.yaml":   "include:\n" + strings.Repeat("- ${X}\n", 100_000),
		"kustomization.yaml":  "patches: " + strings.Repeat("{a: ", 20_000),
	})
	disktest.Within(t, 60*time.Second, func() {
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

// TestNoPermission: what may not be read is a state of the file, or a note.
func TestNoPermission(t *testing.T) {
	if !disktest.AsNobody(t) {
		return
	}
	ctx := context.Background()
	dir := disktest.ShutTree(t)
	ws := load(t, dir, Options{})
	wantSources(t, ws, "Dockerfile dockerfile skip:unreadable", "frozen/Dockerfile dockerfile", "open/Dockerfile dockerfile", "pod.yaml kubernetes skip:unreadable")
	if len(ws.Notes) != 1 || ws.Notes[0] != (fixer.Note{Path: "shut", Text: "the directory could not be read: permission denied"}) {
		t.Errorf("notes %+v", ws.Notes)
	}
	if _, err := Load(ctx, []string{filepath.Join(dir, "shut/compose.yaml")}, Options{}); err == nil || !strings.HasSuffix(err.Error(), "shut/compose.yaml: permission denied") {
		t.Errorf("below a shut folder: %v", err)
	}
	if _, err := Load(ctx, []string{filepath.Join(dir, "shut")}, Options{}); err == nil || !strings.HasSuffix(err.Error(), "shut: permission denied") {
		t.Errorf("a shut folder: %v", err)
	}
}

// TestIgnoreFilesMadeToBeSlow: ignore files end in bounded time and memory, and
// what they were not asked about is said. Nothing is left out then: a file that is
// looked at for nothing is better than one that nobody has looked at.
func TestIgnoreFilesMadeToBeSlow(t *testing.T) {
	lines := func(n int, pattern string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, pattern+"\n", i)
		}
		return b.String()
	}
	deep := map[string]string{}
	dir := ""
	for range 100 {
		dir += "d/"
		deep[dir+".gitignore"] = lines(1000, "*x%d*y*z")
		deep[dir+"pod.yaml"] = pod
	}
	many := map[string]string{".gitignore": lines(19_000, "*a%d*b*c*q*")}
	for i := range 500 {
		many[fmt.Sprintf("%s-%d.yaml", strings.Repeat("a0b1c2d", 30), i)] = pod
	}
	for _, tt := range []struct {
		name  string
		files map[string]string
		note  string
	}{
		{"100,000 patterns", map[string]string{".gitignore": lines(100_000, "a%d"), "pod.yaml": pod}, ".gitignore: not applied: with the ignore files above it, more than 20000 patterns would apply"},
		{"many wildcards", map[string]string{".gitignore": strings.Repeat("**/*a*a*a*a*a*a*a*a*b/**/*a*a*c\n", 18_000), strings.Repeat("a", 250) + ".yaml": pod}, ""},
		{"one long pattern", map[string]string{".gitignore": strings.Repeat("*a", 200_000) + "\n" + strings.Repeat("[a-z]", 100_000), strings.Repeat("a", 250) + ".yaml": pod}, ""},
		{"many patterns and names", many, "from here on they are not applied"},
		{"deep", deep, "not applied: with the ignore files above it, more than 20000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := disktest.Tree(t, tt.files)
			want := 0
			for name := range tt.files {
				if strings.HasSuffix(name, ".yaml") {
					want++
				}
			}
			disktest.Within(t, 20*time.Second, func() {
				ws := load(t, root, Options{})
				if len(ws.Sources) != want {
					t.Errorf("%d files are found, want %d", len(ws.Sources), want)
				}
				said := false
				for _, n := range ws.Notes {
					said = said || tt.note != "" && strings.Contains(n.String(), tt.note)
				}
				if said != (tt.note != "") {
					t.Errorf("notes %q, want %q", ws.Notes, tt.note)
				}
			})
		})
	}
}

// TestIgnoreFilesOfOrdinarySize: what honest repositories have is far within the
// bounds.
func TestIgnoreFilesOfOrdinarySize(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "*.x%d\n/build-%d/\nname%d\nsrc/*/gen-%d\n", i, i, i, i)
	}
	f := gitignore.Parse(".", []byte(b.String()))
	g := &gitignore.Matcher{Left: maxIgnoreSteps}
	for i := range 100_000 {
		if g.Ignores([]gitignore.File{f}, fmt.Sprintf("src/module-%d/file.yaml", i), false) {
			t.Fatal("it is ignored")
		}
	}
	if used := maxIgnoreSteps - g.Left; g.Left < 0 {
		t.Errorf("100,000 names took %d steps of %d", used, maxIgnoreSteps)
	} else {
		t.Log(used, "steps")
	}
}
