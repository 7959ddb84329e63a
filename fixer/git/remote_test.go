package git

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWebAddress(t *testing.T) {
	for remote, want := range map[string]string{
		"https://github.com/owner/name.git":             "https://github.com/owner/name",
		"https://user:hunter2@github.com/owner/name":    "https://github.com/owner/name",
		"https://x-access-token@github.com/o/n":         "https://github.com/o/n",
		"http://git.example.org:3000/a/b/c/":            "http://git.example.org:3000/a/b/c",
		"git@github.com:owner/name.git":                 "https://github.com/owner/name",
		"git@gitlab.example.org:/group/sub/name.git":    "https://gitlab.example.org/group/sub/name",
		"ssh://git@git.example.org:2222/owner/name.git": "https://git.example.org/owner/name",
		"git://git.example.org/owner/name":              "https://git.example.org/owner/name",

		"":                             "",
		"/srv/git/name.git":            "",
		"../other":                     "",
		"file:///srv/git/name":         "",
		`C:\work\name`:                 "",
		"git@localhost:owner/name":     "",
		"https://10.0.0.7/owner/name":  "",
		"https://github.com/name":      "",
		"https://github.com/o/n?t=x":   "",
		"https://github.com/o/n\" b":   "",
		"ext::sh -c whoami% >&2":       "",
		"https://github.com/o/$(id)":   "",
		"https://[::1/o/n":             "",
		"git@example.org:owner/a b":    "",
		"javascript://example.org/a/b": "",
	} {
		if got := webAddress(remote); got != want {
			t.Errorf("%q became %q, want %q", remote, got, want)
		}
	}
}

func TestRemote(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("main/.git/HEAD", "ref: refs/heads/main\n")
	write("main/.git/config", `[core]
	bare = false
	url = https://wrong.example.org/a/b
[remote "upstream"]
	url = https://github.com/upstream/name
[remote "origin"]
	fetch = +refs/heads/*:refs/remotes/origin/*
	URL = git@github.com:owner/name.git
	url = https://github.com/second/name
`)
	write("main/deep/file", "")
	write("main/.git/worktrees/linked/HEAD", "ref: refs/heads/x\n")
	write("main/.git/worktrees/linked/commondir", "../..\n")
	write("linked/.git", "gitdir: "+filepath.Join(root, "main/.git/worktrees/linked")+"\n")
	write("no-origin/.git/HEAD", "ref: refs/heads/main\n")
	write("no-origin/.git/config", "[remote \"upstream\"]\n\turl = https://github.com/upstream/name\n")
	write("no-config/.git/HEAD", "ref: refs/heads/main\n")
	write("broken/.git", "nonsense\n")

	for dir, want := range map[string]string{
		"main": "https://github.com/owner/name", "main/deep": "https://github.com/owner/name", "linked": "https://github.com/owner/name",
		"no-origin": "", "no-config": "", "broken": "", "missing": "",
	} {
		if got := Remote(filepath.Join(root, dir)); got != want {
			t.Errorf("%s: %q, want %q", dir, got, want)
		}
	}
}
