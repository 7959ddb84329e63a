package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"oakum/fixer"
	"oakum/fixer/engine"
	"oakum/fixer/workspace"
	"oakum/tui"
)

func TestCommandWords(t *testing.T) {
	for line, want := range map[string]string{
		"vi":                           "vi",
		"  code   --wait ":             "code|--wait",
		`"/opt/My Editor/ed" -w`:       "/opt/My Editor/ed|-w",
		`'/opt/it'\''s/ed'`:            "/opt/it's/ed",
		`/opt/My\ Editor/ed`:           "/opt/My Editor/ed",
		`emacsclient -c -a ""`:         "emacsclient|-c|-a|",
		`"a\"b\\c\d" e\"f`:             `a"b\c\d|e"f`,
		`"a*b?" '~'`:                   "a*b?|~",
		`'a\b'`:                        `a\b`,
		`vim -c 'set nu' "+x y"z`:      "vim|-c|set nu|+x yz",
		`a\*`:                          "a*",
		"vi; rm -rf /":                 "",
		"vi & true":                    "",
		"vi | tee":                     "",
		"vi >x":                        "",
		"FOO=1 vi":                     "",
		"$HOME/bin/vi":                 "",
		"`which vi`":                   "",
		"$(which vi)":                  "",
		`"$EDITOR"`:                    "",
		"$'a'":                         "",
		"~/bin/vi":                     "",
		"vi *":                         "",
		"! vi":                         "",
		"vi\nrm x":                     "",
		"'unclosed":                    "",
		"":                             "",
		"''":                           "",
		"# vi":                         "",
		"if true; then vi; fi":         "",
		"vi <(true)":                   "",
		strings.Repeat("(", 10_000):    "",
		"vi" + strings.Repeat(" a", 9): "vi" + strings.Repeat("|a", 9),
	} {
		words, err := commandWords(line)
		if got := strings.Join(words, "|"); got != want || (err == nil) != (want != "") {
			t.Errorf("%.40q: %q, %v, want %q", line, got, err, want)
		}
	}
}

func FuzzCommandWords(f *testing.F) {
	f.Add("code --wait")
	f.Add(`"a b"\ c 'd'`)
	f.Add("a$(b)`c`{d,e}")
	f.Fuzz(func(t *testing.T, line string) {
		words, err := commandWords(line)
		if err != nil {
			return
		}
		// Said again in the plainest quotes the words stay what they are.
		var quoted []string
		for _, w := range words {
			if strings.ContainsAny(w, "\x00\r") {
				return
			}
			quoted = append(quoted, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
		}
		again, err := commandWords(strings.Join(quoted, " "))
		if err != nil || !slices.Equal(again, words) {
			t.Fatalf("%q is %q, again %q, %v", line, words, again, err)
		}
	})
}

func TestEditorsOpenAtTheLine(t *testing.T) {
	for words, want := range map[string]string{
		"vi":                       "+7 /r/f",
		"/usr/bin/nvim -p":         "+7 /r/f",
		"nano":                     "+7 /r/f",
		"emacsclient -c":           "+7 /r/f",
		"gvim":                     "-f +7 /r/f",
		"hx":                       "/r/f:7",
		"code":                     "--wait --goto /r/f:7",
		"code --wait":              "--goto /r/f:7",
		"codium -w":                "--goto /r/f:7",
		"subl":                     "--wait /r/f:7",
		"ed":                       "/r/f",
		"/opt/editor-of-mine --vi": "/r/f",
	} {
		if got := strings.Join(atLine(strings.Fields(words), "/r/f", 7), " "); got != want {
			t.Errorf("%s: %q, want %q", words, got, want)
		}
	}
}

// program puts an executable of that name into a folder.
func program(t *testing.T, dir, name string) string {
	t.Helper()
	full := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(full, []byte("#!/bin/sh\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	return full
}

func TestTheRepositoryDoesNotChooseTheEditor(t *testing.T) {
	root, bin := copyShop(t), t.TempDir()
	mine, theirs := program(t, bin, "nano"), program(t, filepath.Join(root, "node_modules/.bin"), "nano")
	if err := os.Symlink(theirs, filepath.Join(bin, "vi")); err != nil {
		t.Fatal(err)
	}
	b := &backend{root: root}
	for _, c := range []struct{ path, visual, editor, want string }{
		{bin, "", "nano", mine + " +3 " + root + "/a/f"},
		{bin, "nano -w", "none", mine + " -w +3 " + root + "/a/f"},
		{bin, " ", mine, mine + " +3 " + root + "/a/f"},
		{filepath.Dir(theirs) + ":" + bin, "", "nano", "lies in the repository"},
		{bin, "", theirs, "lies in the repository"},
		{bin, "", "", "set VISUAL or EDITOR"}, // vi is a link into the repository
		{bin, "", "node_modules/.bin/nano", "write the whole path"},
		{bin, "missing", "nano", "VISUAL: missing: no such program"},
		{bin, "", "nano; rm x", "EDITOR: only words"},
		{"", "", "", "set VISUAL or EDITOR"},
	} {
		t.Setenv("PATH", c.path)
		t.Setenv("VISUAL", c.visual)
		t.Setenv("EDITOR", c.editor)
		got := ""
		cmd, err := b.Editor("a/f", 3)
		if err != nil {
			got = err.Error()
		} else {
			got = strings.Join(cmd.Args, " ")
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%+v: %s", c, got)
		}
	}
	t.Chdir(root) // a path that names the present folder finds nothing in it
	t.Setenv("PATH", "node_modules/.bin:.")
	t.Setenv("EDITOR", "nano")
	if cmd, err := b.Editor("a/f", 3); err == nil {
		t.Errorf("runs %v", cmd.Args)
	}
}

func TestOpenURL(t *testing.T) {
	b := &backend{root: t.TempDir()}
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	for url, want := range map[string]string{
		"https://example.org/": "no desktop", "file:///etc/passwd": "only https", "-h": "only https", "\x1b]0;x": "^[]0;x",
	} {
		if err := b.OpenURL(url); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", url, err, want)
		}
	}
	bin := t.TempDir()
	t.Setenv("DISPLAY", ":0")
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	for script, fails := range map[string]bool{"test \"$1\" = https://example.org/": false, "exit 3": true} {
		if err := os.WriteFile(program(t, bin, "xdg-open"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := b.OpenURL("https://example.org/"); (err != nil) != fails {
			t.Errorf("%s: %v", script, err)
		}
	}
}

// loaded is a backend that has read a copy of the shop.
func loaded(t *testing.T) *backend {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	root := copyShop(t)
	b := &backend{root: root, paths: []string{root}}
	read := false
	out, err := b.Load(t.Context(), func(p tui.Progress) { read = read || p.Read > 0 })
	if err != nil || len(out.Sources) < 6 || !read {
		t.Fatalf("%+v, %v, progress %v", out, err, read)
	}
	return b
}

func change(b *backend, path, after string) engine.Change {
	before, err := os.ReadFile(filepath.Join(b.root, path))
	if err != nil {
		return engine.Change{Path: path, After: []byte(after)}
	}
	return engine.Change{Path: path, Before: before, After: []byte(after)}
}

func TestCommitForgetsAndRefuses(t *testing.T) {
	b := loaded(t)
	one := engine.Decisions{{Rule: "r", File: "compose.yaml"}: {Verdict: engine.Reject}}
	if err := b.SaveDecisions(one); err != nil {
		t.Fatal(err)
	}
	stale := change(b, "compose.yaml", "x")
	stale.Before = []byte("other")
	_, err := b.Commit(t.Context(), []engine.Change{stale, change(b, "api/Dockerfile", "FROM scratch\n")})
	var refused *tui.RefusedError
	if !errors.As(err, &refused) || len(refused.Files) != 1 || refused.Files[0].Path != "compose.yaml" || !refused.Files[0].Changed {
		t.Fatalf("%v", err)
	}
	if kept, err := b.LoadDecisions(); err != nil || len(kept) != 1 {
		t.Fatalf("after a refusal %v are kept, %v", kept, err)
	}
	receipt, err := b.Commit(t.Context(), []engine.Change{change(b, "new/f", "x"), change(b, "api/Dockerfile", "FROM scratch\n")})
	if err != nil || strings.Join(receipt.Written, " ") != "api/Dockerfile new/f" || receipt.Undo != "oakum undo "+b.root || len(receipt.Warnings) > 0 {
		t.Fatalf("%+v, %v", receipt, err)
	}
	if kept, err := b.LoadDecisions(); err != nil || len(kept) > 0 {
		t.Errorf("after the write %v are kept, %v", kept, err)
	}
	if _, err := (&backend{}).Commit(t.Context(), nil); err == nil {
		t.Error("something was written before anything was read")
	}
	half := &workspace.RefusedError{Refusals: []workspace.Refusal{{Path: "f", Code: workspace.RefusedIO}}, Interrupted: true}
	if err := refusal(half); errors.As(err, &refused) || !strings.Contains(err.Error(), "already written") {
		t.Errorf("a write that broke off is said to have written nothing: %v", err)
	}
}

func TestStates(t *testing.T) {
	b := loaded(t)
	got := b.States([]string{"compose.yaml", "to/come.yaml"})
	if got["compose.yaml"] != (tui.FileState{Text: "git: untracked", Warn: true}) || got["to/come.yaml"] != (tui.FileState{Text: "new file"}) {
		t.Errorf("%+v", got)
	}
	if err := os.RemoveAll(filepath.Join(b.root, ".git")); err != nil {
		t.Fatal(err)
	}
	if got := b.States([]string{"compose.yaml"}); got["compose.yaml"] != (tui.FileState{Text: "no git"}) {
		t.Errorf("%+v", got)
	}
}

func TestSavePatchReplacesNothing(t *testing.T) {
	b := loaded(t)
	changes := []engine.Change{change(b, "compose.yaml", "services: {}\n"), change(b, "new/f", "x\n")}
	before := files(t, b.root)
	outside := filepath.Join(t.TempDir(), "target")
	if err := os.Symlink(outside, filepath.Join(b.root, "oakum.patch")); err != nil {
		t.Fatal(err)
	}
	first, err1 := b.SavePatch(changes)
	t.Chdir(b.root)
	second, err2 := b.SavePatch(changes)
	if err := errors.Join(err1, err2); err != nil || first != filepath.Join(b.root, "oakum-2.patch") || second != "oakum-3.patch" {
		t.Fatalf("%s, %s, %v", first, second, err)
	}
	if _, err := os.Lstat(outside); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a link was followed: %v", err)
	}
	if err := os.Remove("oakum.patch"); err != nil {
		t.Fatal(err)
	}
	if git, err := exec.LookPath("git"); err == nil {
		if out, err := exec.Command(git, "apply", first).CombinedOutput(); err != nil {
			t.Fatalf("git apply: %v\n%s", err, out)
		}
		before["compose.yaml"], before["new/f"] = "services: {}\n", "x\n"
	}
	got := files(t, b.root)
	delete(got, "oakum-2.patch")
	delete(got, "oakum-3.patch")
	sameFiles(t, got, before)
}

// TestVerdictsOnOtherPathsAreKept: a session on one folder neither shows nor
// forgets what was decided in another.
func TestVerdictsOnOtherPathsAreKept(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	root := t.TempDir()
	for _, dir := range []string{".git/objects", ".git/refs"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, ".git", "HEAD"), []byte("ref: refs/heads/main\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"a", "b"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, dir, "compose.yaml"), []byte("services: {s: {image: x}}\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	open := func(path string) *backend {
		b := &backend{root: root, paths: []string{path}}
		if _, err := b.Load(context.Background(), func(tui.Progress) {}); err != nil {
			t.Fatal(err)
		}
		return b
	}
	whole, part := open(root), open(filepath.Join(root, "a"))
	all := engine.Decisions{
		{Rule: "r", File: "a/compose.yaml", Path: "1"}: {Verdict: engine.Reject},
		{Rule: "r", File: "b/compose.yaml", Path: "1"}: {Verdict: engine.Reject},
	}
	if err := whole.SaveDecisions(all); err != nil {
		t.Fatal(err)
	}
	if err := part.SaveDecisions(engine.Decisions{{Rule: "r", File: "a/compose.yaml", Path: "2"}: {Verdict: engine.Reject}}); err != nil {
		t.Fatal(err)
	}
	kept, err := open(root).LoadDecisions()
	if err != nil || kept[fixer.Key{Rule: "r", File: "b/compose.yaml", Path: "1"}].Verdict != engine.Reject {
		t.Errorf("%v, %v: the verdict on the other folder is lost", kept, err)
	}
	if some, _ := part.LoadDecisions(); len(some) != 1 {
		t.Errorf("the session on one folder is offered %d verdicts, want its own", len(some))
	}
}
