package linemode

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

var update = flag.Bool("update", false, "rewrite the transcripts")

// TestTranscripts plays the archives of testdata. The comment says what the
// talk is about, and after "backend:" which of the settings below hold.
//
//	in       what the person says
//	out      what is said, and what Run returns
//	NAME     a file of the repository
//	after/NAME  the file afterwards; files without stay as they are
//	patch    what was saved as a patch
//
// In in and in files \xNN stands for a byte, so that hostile text can be read.
func TestTranscripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, archive)
			if *update {
				if err := os.WriteFile(path, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := txtar.Format(archive); !bytes.Equal(txtar.Format(got), want) {
				t.Errorf("got\n%s\nwant\n%s", txtar.Format(got), want)
			}
		})
	}
}

// play returns the archive as it should be.
func play(t *testing.T, a *txtar.Archive) *txtar.Archive {
	t.Helper()
	b := &fakeBackend{disk: map[string]string{}, skipped: map[string]string{}}
	in := ""
	out := &txtar.Archive{Comment: a.Comment}
	for _, f := range a.Files {
		switch {
		case f.Name == "in":
			in = unquote(string(f.Data))
			out.Files = append(out.Files, f)
		case f.Name == "out" || f.Name == "patch" || strings.HasPrefix(f.Name, "after/"):
		default:
			b.disk[unquote(f.Name)] = unquote(string(f.Data))
			out.Files = append(out.Files, f)
		}
	}
	_, settings, _ := strings.Cut(string(a.Comment), "backend:")
	set(t, b, strings.Fields(settings))
	before := maps.Clone(b.disk)

	s := engine.NewSession(fixer.NewSnapshot(b.sources()), nil, fakeRules())
	var said strings.Builder
	if strings.Contains(settings, "changes-files") {
		for p := range b.disk {
			b.disk[p] += "# changed meanwhile\n"
		}
		before = maps.Clone(b.disk)
	}
	res, err := Run(t.Context(), strings.NewReader(in), &said, s, b)
	fmt.Fprintf(&said, "[written %v, %d open, exit %d, %d kept, %v]\n", res.Written, res.Open, res.ExitCode(), len(b.kept), err)
	if hasControl(said.String()) {
		t.Errorf("control characters are written: %q", said.String())
	}

	out.Files = append(out.Files, txtar.File{Name: "out", Data: []byte(said.String())})
	for _, p := range slices.Sorted(maps.Keys(b.disk)) {
		if b.disk[p] != before[p] {
			out.Files = append(out.Files, txtar.File{Name: "after/" + strconv.Quote(p)[1:len(strconv.Quote(p))-1], Data: []byte(quote(b.disk[p]))})
		}
	}
	if b.patch != "" {
		out.Files = append(out.Files, txtar.File{Name: "patch", Data: []byte(b.patch)})
	}
	return out
}

// set gives the backend what a transcript asks for.
func set(t *testing.T, b *fakeBackend, settings []string) {
	t.Helper()
	for _, s := range settings {
		switch s {
		case "skips":
			b.skipped["k8s/chart.yaml"] = "template syntax at 2:1"
		case "dirty":
			b.states = map[string]fixer.FileState{"Dockerfile": {Text: "git: modified", Warn: true}}
		case "clean":
			b.states = map[string]fixer.FileState{"Dockerfile": {Text: "git: clean"}}
		case "cannot-keep":
			b.keepErr = errors.New("no space left on device")
		case "cannot-write":
			b.commitErr = errors.New("cannot write Dockerfile: permission denied")
		case "cannot-patch":
			b.patchErr = errors.New("cannot create oakum.patch: permission denied")
		case "kept":
			b.kept = engine.Decisions{
				{Rule: "dockerfile/runs-as-root", File: "Dockerfile", Path: "stage run"}: {Verdict: engine.Accept, Fix: "uid", Params: fixer.Params{"uid": "7"}, Level: fixer.Review},
				{Rule: "dockerfile/no-home", File: "Dockerfile", Path: "stage run"}:      {Verdict: engine.Skip},
				{Rule: "dockerfile/gone", File: "Dockerfile", Path: "x\x1b[2J"}:          {Verdict: engine.Skip},
			}
		case "facts":
			b.facts = make(chan fixer.News, 1)
			b.facts <- fixer.News{Facts: knownNode}
			close(b.facts)
		case "changes-files":
		default:
			t.Fatalf("no setting %q", s)
		}
	}
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x200b
	})
}

func unquote(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, `\x`)
		if i < 0 {
			return b.String() + s
		}
		var c byte
		b.WriteString(s[:i])
		fmt.Sscanf(s[i+2:i+4], "%02x", &c)
		b.WriteByte(c)
		s = s[i+4:]
	}
}

func quote(s string) string { return strings.ReplaceAll(s, "\r", `\x0d`) }
