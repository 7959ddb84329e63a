package fixer_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

const withDockerfiles = `services:
  one:
    build:
      dockerfile_inline: |
        # syntax=docker/dockerfile:1
        FROM alpine:3.22
        RUN echo $$HOME
  two:
    build:
      target: run
      dockerfile_inline: &shared |-
        FROM scratch AS run
        USER 1000
  three: {build: {dockerfile_inline: *shared}}
  broken:
    build:
      dockerfile_inline: |
        RUN nothing before
  file: {build: .}
`

// TestEmbeddedDockerfilesHaveTheLinesOfTheirFile, so that what is said of them
// names the right place.
func TestEmbeddedDockerfilesHaveTheLinesOfTheirFile(t *testing.T) {
	file := fixer.NewSnapshot([]fixer.Source{{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte(withDockerfiles)}}).File("compose.yaml")
	embedded := file.Embedded()
	if len(embedded) < 2 {
		t.Fatalf("%d Dockerfiles", len(embedded))
	}
	for i, want := range []string{"FROM alpine:3.22", "FROM scratch AS run"} {
		f := embedded[i].File
		from := f.Dockerfile.Stages[0].From
		if got := strings.TrimSpace(file.Lines().Text(from.Line)); got != want || f.Path != "compose.yaml" {
			t.Errorf("line %d of %s is %q, want %q", from.Line, f.Path, got, want)
		}
	}
	if got := string(embedded[0].File.Data); !strings.Contains(got, "echo $HOME") || !strings.HasPrefix(got, "# syntax=") {
		t.Errorf("BuildKit would be given other text: %q", got)
	}
}

// TestTextOfADockerfileTakesNoSuppression by an edit: a comment there is part of
// a value.
func TestTextOfADockerfileTakesNoSuppression(t *testing.T) {
	file := fixer.NewSnapshot([]fixer.Source{{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte(withDockerfiles)}}).File("compose.yaml")
	lines := file.Lines()
	for line, want := range map[int]bool{7: false, 2: true} {
		_, err := fixer.SuppressEdit(file, &fixer.Finding{Rule: "a/b", File: "compose.yaml", Line: line, Start: lines.Start(line) + 2, End: lines.End(line)}, "why")
		if (err == nil) != want {
			t.Errorf("line %d: %v", line, err)
		}
	}
}
