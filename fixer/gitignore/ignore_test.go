package gitignore

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// ignored asks the files about one path, with all the steps there are.
func ignored(files []File, path string, isDir bool) bool {
	return (&Matcher{Left: MaxSteps}).Ignores(files, path, isDir)
}

func TestIgnores(t *testing.T) {
	for _, tt := range []struct {
		patterns, path string
		dir, want      bool
	}{
		{"a", "a", false, true},
		{"a", "x/a", false, true},
		{"/a", "x/a", false, false},
		{"/a", "a", true, true},
		{"x/a", "y/x/a", false, false},
		{"a/", "a", false, false},
		{"a/", "a", true, true},
		{"*.yaml\n!keep.yaml", "keep.yaml", false, false},
		{"!keep.yaml\n*.yaml", "keep.yaml", false, true},
		{"a\r\nb\r\n", "a", false, true},
		{"\xef\xbb\xbfa", "a", false, true},
		{"a  ", "a", false, true},
		{`a\ `, "a ", false, true},
		{`a\ `, "a", false, false},
		{`\#a`, "#a", false, true},
		{"#a", "#a", false, false},
		{`\!a`, "!a", false, true},
		{"**/a", "x/y/a", false, true},
		{"a/**", "a/b", false, true},
		{"a/**", "a", true, false},
		{"a/**/b", "a/b", false, true},
		{"a/**/b", "a/x/y/b", false, true},
		{"a/*/b", "a/x/y/b", false, false},
		{"a*c", "abc", false, true},
		{"a?c", "a/c", false, false},
		{"[a-c]x", "bx", false, true},
		{"[!a-c]x", "bx", false, false},
		{"[^a-c]x", "dx", false, true},
		{"[]]x", "]x", false, true},
		{"[a", "[a", false, false},
		{"[[:digit:]]x", "7x", false, true},
		{`a\`, "a", false, false},
		{"/", "a", true, false},
		{"", "a", false, false},
		{strings.Repeat("*a", 200), strings.Repeat("a", 2000) + "b", false, false},
		{strings.Repeat("**/a/", 200) + "b", strings.Repeat("a/", 2000) + "c", false, false},
	} {
		if got := ignored([]File{Parse(".", []byte(tt.patterns))}, tt.path, tt.dir); got != tt.want {
			t.Errorf("%.40q ignores %.40q (folder: %v): got %v", tt.patterns, tt.path, tt.dir, got)
		}
	}
}

func TestIgnoresNested(t *testing.T) {
	chain := []File{Parse(".", []byte("*.yaml\n/k8s/x.json\n")), Parse("k8s", []byte("!web.yaml\n/a\n"))}
	for p, want := range map[string]bool{"k8s/web.yaml": false, "web.yaml": true, "k8s/x.json": true, "k8s/a": true, "a": false, "k8s2/web.yaml": true} {
		if got := ignored(chain, p, false); got != want {
			t.Errorf("%s: got %v", p, got)
		}
	}
}

func TestIgnoredByADirectoryAbove(t *testing.T) {
	files := []File{Parse(".", []byte("private/\n")), Parse("private", []byte("!.env\n"))}
	for p, want := range map[string]bool{"private/.env": true, "a/private/b/.env": true, ".env": false, "private": false} {
		if got := Ignored(files, p); got != want {
			t.Errorf("%s: got %v", p, got)
		}
	}
}

// TestIgnoresLikeGit makes random patterns and asks git about each path.
func TestIgnoresLikeGit(t *testing.T) {
	dir := disktest.Tree(t, nil)
	disktest.Git(t, dir, "init", "-q")
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	var paths []string
	for _, a := range []string{"a", "b", "ab", "b.c"} {
		paths = append(paths, a)
		for _, b := range []string{"a", "b", "ab", "b.c"} {
			paths = append(paths, path.Join("d", a, b), path.Join("e", a, "f", b))
		}
	}
	for round := range 150 {
		var patterns strings.Builder
		for range 1 + rng.IntN(4) {
			patterns.WriteString(pick("", "", "", "!"))
			for range 1 + rng.IntN(5) {
				patterns.WriteString(pick("a", "b", "d", "*", "?", "/", "**", "/**/", "[a-b]", "[!a]", ".", "f", "e/", `\a`, " "))
			}
			patterns.WriteString(pick("\n", "\r\n", " \n", "/\n"))
		}
		if strings.Contains(patterns.String(), "***") {
			continue // git lets three or more stars cross slashes, by accident
		}
		disktest.Put(t, dir, ".gitignore", patterns.String())
		cmd := exec.Command("git", "-C", dir, "check-ignore", "--stdin", "--no-index")
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		cmd.Stdin = strings.NewReader(strings.Join(paths, "\n"))
		out, err := cmd.Output()
		if err != nil && cmd.ProcessState.ExitCode() != 1 {
			t.Fatal(err)
		}
		theirs := map[string]bool{}
		for _, p := range strings.Fields(string(out)) {
			theirs[p] = true
		}
		chain := []File{Parse(".", []byte(patterns.String()))}
		for _, p := range paths {
			ours := ignored(chain, p, false)
			for i, c := range p { // as the walk does: no way into an ignored directory
				ours = ours || (c == '/' && ignored(chain, p[:i], true))
			}
			if ours != theirs[p] {
				t.Errorf("round %d: patterns %q, path %q: ours %v, git %v", round, patterns.String(), p, ours, theirs[p])
			}
		}
	}
}
