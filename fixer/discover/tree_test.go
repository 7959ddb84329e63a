package discover

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// load loads paths relative to dir; none means dir.
func load(t *testing.T, dir string, opts Options, paths ...string) *fixer.Loaded {
	t.Helper()
	abs := []string{}
	for _, p := range paths {
		abs = append(abs, filepath.Join(dir, p))
	}
	if len(abs) == 0 {
		abs = append(abs, dir)
	}
	ws, err := Load(context.Background(), abs, opts)
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// describe returns one line for each source: path, kind, skip code, "context".
func describe(ws *fixer.Loaded) string {
	var b strings.Builder
	for _, s := range ws.Sources {
		b.WriteString(s.Path + " " + string(s.Kind))
		if s.Skip != nil {
			b.WriteString(" skip:" + string(s.Skip.Code))
		}
		if s.Context {
			b.WriteString(" context")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func wantSources(t *testing.T, ws *fixer.Loaded, lines ...string) {
	t.Helper()
	want := ""
	for _, l := range lines {
		want += l + "\n"
	}
	if got := describe(ws); got != want {
		t.Errorf("sources:\n%swant:\n%s", got, want)
	}
}

func skipOf(t *testing.T, ws *fixer.Loaded, p string) fixer.Skip {
	t.Helper()
	s, ok := ws.Source(p)
	if !ok {
		t.Fatalf("%s: no such source in\n%s", p, describe(ws))
	}
	if s.Skip == nil {
		t.Fatalf("%s: not skipped", p)
	}
	return *s.Skip
}

const (
	dockerfile  = disktest.Dockerfile
	composeFile = disktest.Compose
	pod         = disktest.Pod
)
