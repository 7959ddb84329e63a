package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"github.com/oakum-sec/oakum/fixer/languagetest"
)

// documented are the commands with their help, in the order of help.
func documented() []*cobra.Command {
	root := newRoot()
	root.Version = "" // it differs from build to build
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	out := []*cobra.Command{root}
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" {
			out = append(out, c)
		}
	}
	return out
}

// TestCommandsPage holds docs/commands.md to the help of the commands.
func TestCommandsPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Commands\n\nWhat `oakum help COMMAND` prints. `go test ./cmd/oakum -update` writes this page.\n")
	for _, c := range documented() {
		c.InitDefaultHelpFlag()
		var help bytes.Buffer
		c.SetOut(&help)
		if err := c.Help(); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n## " + c.CommandPath() + "\n\n```text\n" + strings.TrimSpace(help.String()) + "\n```\n")
	}
	held(t, "../../docs/commands.md", []byte(b.String()))
}

// TestManPages holds docs/man to the help of the commands.
func TestManPages(t *testing.T) {
	header := &doc.GenManHeader{Title: "OAKUM", Section: "1", Source: "oakum", Manual: "oakum", Date: new(time.Unix(0, 0))}
	for _, c := range documented() {
		if c.Name() == "completion" {
			continue
		}
		c.DisableAutoGenTag = true
		h := *header
		h.Title = strings.ToUpper(strings.ReplaceAll(c.CommandPath(), " ", "-"))
		var page bytes.Buffer
		if err := doc.GenMan(c, &h, &page); err != nil {
			t.Fatal(err)
		}
		undated := bytes.Replace(page.Bytes(), []byte(`"Jan 1970"`), []byte(`""`), 1) // a page of no date, not of that one
		held(t, filepath.Join("../../docs/man", strings.ToLower(h.Title)+".1"), undated)
	}
}

// held fails when a file is not what it has to be, or makes it so.
func held(t *testing.T, name string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the commands say: run go test ./cmd/oakum -update and read the difference", name)
	}
}

// parameterList are the lines of help that list names, which are not prose.
var parameterList = regexp.MustCompile(`(?m)^  \S+ .*\n`)

// TestHelpReadsWell holds the help of every command to the language of the project.
func TestHelpReadsWell(t *testing.T) {
	for _, c := range documented() {
		if c.Name() == "completion" {
			continue // cobra's
		}
		texts := []string{c.Short, parameterList.ReplaceAllString(c.Long, "")}
		c.Flags().VisitAll(func(f *pflag.Flag) { texts = append(texts, f.Usage) })
		for _, text := range texts {
			for _, complaint := range languagetest.Complaints(text) {
				t.Errorf("%s: %s", c.CommandPath(), complaint)
			}
		}
	}
}
