package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/languagetest"
	"github.com/oakum-sec/oakum/tui"
)

// TestREADME runs the command the README promises and finds the diff and the figures
// that the README shows in what it prints, so that none of them can drift.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	run := block(t, string(readme), "run", "sh")
	want := block(t, string(readme), "diff", "diff")
	args := strings.Fields(run)
	if args[0] != "go" || args[1] != "run" {
		t.Fatalf("the README's command is %q", run)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = "../.."
	var talk strings.Builder
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if e, ok := err.(*exec.ExitError); !ok || e.ExitCode() != 1 {
		t.Fatalf("%s: %v, want exit status 1 for a diff", run, err)
	}
	// The paths depend on where the repository's root is; the change does not.
	root := regexp.MustCompile(`(?m)^(---|\+\+\+) ([ab]/)testdata/repos/shop/`)
	if got := root.ReplaceAllString(string(out), "$1 $2"); !strings.Contains(got, want) {
		t.Errorf("the README's diff is not in the output:\n%s", got)
	}
	if figures := block(t, string(readme), "figures", "text"); !strings.Contains(talk.String(), figures) {
		t.Errorf("the README's figures\n%s\nare not those of\n%s", figures, talk.String())
	}
}

// TestKeysPage holds the table of docs/keys.md to the keys there are.
func TestKeysPage(t *testing.T) {
	const name, begin, end = "../../docs/keys.md", "<!-- keys -->\n", "<!-- /keys -->"
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(page), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("docs/keys.md has no place for the keys")
	}
	held(t, name, []byte(head+begin+tui.KeyTable()+end+tail))
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// TestLinksOfPages: what a page links to in the repository is there.
func TestLinksOfPages(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 5 {
		t.Fatal(pages, err)
	}
	for _, page := range append(pages, "../../README.md", "../../CONTRIBUTING.md") {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(data), -1) {
			if strings.HasPrefix(m[1], "https://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			}
		}
	}
}

// TestPagesReadWell holds what a newcomer reads to the language of the project.
func TestPagesReadWell(t *testing.T) {
	for _, page := range []string{"README.md", "docs/install.md", "docs/trust.md", "docs/formats.md", "docs/registries.md", "docs/prove.md", "docs/map.md"} {
		data, err := os.ReadFile(filepath.Join("../..", page))
		if err != nil {
			t.Fatal(err)
		}
		prose := fenced.ReplaceAllString(string(data), "")
		for _, complaint := range languagetest.Complaints(prose) {
			t.Errorf("%s: %.200s", page, complaint)
		}
	}
}

var fenced = regexp.MustCompile("(?ms)^```.*?^```$|^    .*?$|^\\|.*?$")

// TestOwnDockerfilePasses: oakum's own image is one that oakum has nothing to say about.
func TestOwnDockerfilePasses(t *testing.T) {
	var out, talk bytes.Buffer
	if code := run(t.Context(), []string{"scan", "../../Dockerfile"}, &out, &talk); code != exitClean {
		t.Errorf("exit status %d\n%s%s", code, &out, &talk)
	}
}

// block returns the fenced block after the marker <!-- name -->.
func block(t *testing.T, readme, name, language string) string {
	t.Helper()
	_, rest, ok := strings.Cut(readme, "<!-- "+name+" -->\n```"+language+"\n")
	if !ok {
		t.Fatalf("the README has no block %q", name)
	}
	text, _, _ := strings.Cut(rest, "```\n")
	return text
}
