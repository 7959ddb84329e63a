package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/tui"
)

// TestREADME runs the command the README promises and finds the diff that the
// README shows in what it prints, so that neither can drift.
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
	out, err := cmd.Output()
	if e, ok := err.(*exec.ExitError); !ok || e.ExitCode() != 1 {
		t.Fatalf("%s: %v, want exit status 1 for a diff", run, err)
	}
	// The paths depend on where the repository's root is; the change does not.
	root := regexp.MustCompile(`(?m)^(---|\+\+\+) ([ab]/)testdata/repos/shop/`)
	if got := root.ReplaceAllString(string(out), "$1 $2"); !strings.Contains(got, want) {
		t.Errorf("the README's diff is not in the output:\n%s", got)
	}
}

// TestREADMEKeys holds the README's table of keys to the keys there are.
func TestREADMEKeys(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(readme), "<!-- keys -->\n")
	got, after, ok := strings.Cut(rest, "<!-- /keys -->")
	want := tui.KeyTable()
	if ok && *update {
		if err := os.WriteFile("../../README.md", []byte(before+"<!-- keys -->\n"+want+"<!-- /keys -->"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("the README's keys are not those of the interface (go test ./cmd/oakum -run READMEKeys -update writes them); they are:\n%s", want)
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
