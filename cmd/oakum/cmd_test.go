package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommandsAreThin keeps logic out of commands: a file that grows has some,
// and so has a directory, which may grow with its commands and not otherwise. What
// commands may import is said by the law of imports.
func TestCommandsAreThin(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	commands, own, shared := 0, 0, 0
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		n := bytes.Count(data, []byte("\n"))
		if n > 120 {
			t.Errorf("%s has %d lines; a command has at most 120", f, n)
		}
		if bytes.Contains(data, []byte("&cobra.Command{")) {
			commands, own = commands+1, own+n
		} else {
			shared += n
		}
	}
	if commands < 8 || own > 73*commands || shared > 892 {
		t.Errorf("%d commands have %d lines, and share %d; what they do belongs into fixer/project", commands, own, shared)
	}
}

// full fails as a full disk does.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAResultThatCannotBeWrittenIsAFailure(t *testing.T) {
	shop := "../../testdata/repos/shop"
	for _, args := range [][]string{{"version"}, {"rules"}, {"rules", "--format", "json"}, {"scan", shop}} {
		var stderr bytes.Buffer
		if code := run(t.Context(), args, full{}, &stderr); code != exitFailed {
			t.Errorf("%v exits with %d, want %d", args, code, exitFailed)
		}
		if !strings.Contains(stderr.String(), "no space left on device") {
			t.Errorf("%v says %q", args, stderr.String())
		}
	}
}

// TestStreamsDoNotMeetInsideALine: on a terminal both are one text. What was printed to
// standard output is there in whole lines before standard error says something.
func TestStreamsDoNotMeetInsideALine(t *testing.T) {
	for _, c := range []struct {
		args  []string
		first string // of what standard error says
	}{
		{[]string{"fix", "--diff", "--level", "review"}, "Would change "},
		{[]string{"scan", "--format", "concise"}, "k8s/web.yaml:"},
	} {
		var both, alone bytes.Buffer
		args := append(c.args, "../../testdata/repos/shop")
		run(t.Context(), args, &both, &both)
		run(t.Context(), args, &alone, io.Discard)
		rest, ok := strings.CutPrefix(both.String(), alone.String())
		if alone.Len() < 4096 || !ok || !strings.HasSuffix(alone.String(), "\n") || !strings.Contains(rest, c.first) {
			t.Errorf("%v: %d bytes of output are followed by %q", c.args, alone.Len(), rest)
		}
	}
}
