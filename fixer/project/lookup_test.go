package project

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/registry"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestTheInterfaceIsToldWhatRegistriesSay: first who is asked, then the answers as
// facts, at last how many there were; and files that are read again are asked
// about without those that are known.
func TestTheInterfaceIsToldWhatRegistriesSay(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/manifests/1.29.3") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
		w.Header().Set("Docker-Content-Digest", digest)
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	root := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(root, "compose.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("services:\n  web: {image: nginx:1.29.3}\n  gone: {image: example.org/gone:1.0.0}\n")
	b, err := NewBackend([]string{root}, false, false, Lookup{Ask: true, Registry: registry.Options{
		NoCache: true, Mirrors: map[string]string{"docker.io": host, "example.org": host},
	}})
	if err != nil {
		t.Fatal(err)
	}
	load := func() *fixer.Snapshot {
		loaded, err := b.Load(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return fixer.NewSnapshot(loaded.Sources, loaded.Names...)
	}
	snap := load()
	s := engine.NewSession(snap, nil, rules.All())
	hear := func() (texts []string, facts *fixer.Facts) {
		end := time.After(30 * time.Second)
		news := b.Facts(t.Context(), s.Snapshot(), s.Facts())
		for {
			select {
			case n, ok := <-news:
				if !ok {
					return texts, facts
				}
				if n.Text != "" {
					texts = append(texts, n.Text)
				}
				if n.Facts != nil {
					facts = n.Facts
				}
			case <-end:
				t.Fatal("the news do not end")
			}
		}
	}
	texts, facts := hear()
	want := "Asking " + host + " about 2 images|Registries answered for 1 of 2 images; findings say why"
	if got := strings.Join(texts, "|"); got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	if facts == nil || facts.Answers["docker.io/library/nginx:1.29.3"].Digest != digest {
		t.Fatalf("facts %+v", facts)
	}
	s.SetFacts(facts)
	if texts, facts := hear(); len(texts) > 0 || facts != nil {
		t.Errorf("asked again: %q", texts)
	}
	write("services:\n  web: {image: nginx:1.29.3}\n  other: {image: example.org/other:1.29.3}\n")
	s.SetSnapshot(load())
	if texts, facts := hear(); len(texts) != 2 || texts[0] != "Asking "+host+" about 1 image" || facts == nil {
		t.Errorf("after a change: said %q, facts %v", texts, facts != nil)
	}
}

// TestNamesOfBuiltImagesStayHere: whoever wishes for it, a registry is not told the
// name of an image that the repository builds.
func TestNamesOfBuiltImagesStayHere(t *testing.T) {
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  base: {image: shop/base, build: base}\n")},
		{Path: "base/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM scratch\n")},
	})
	facts := &fixer.Facts{}
	facts.Image("shop/base")
	facts.Image("shop/other")
	s := &search{asked: map[string]image.Question{}}
	if got := s.wishes(snap, facts); len(got) != 1 || got[0].Ref.Raw != "shop/other" {
		t.Errorf("asked about %+v", got)
	}
	if again := s.wishes(snap, facts); len(again) > 0 {
		t.Errorf("asked twice: %+v", again)
	}
}

// TestFilesAreDownloadedWhereThePersonWantsIt: in the interface as in a command, and
// nowhere else; who is asked is said.
func TestFilesAreDownloadedWhereThePersonWantsIt(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	const url = "https://files.invalid/tool-1.0"
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "Dockerfile"), []byte("FROM scratch\nADD "+url+" /\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const said = "Downloading 1 file from files.invalid to compute the checksum"
	for _, wanted := range []bool{true, false} {
		lookup := Lookup{Ask: true, Checksums: wanted, Registry: registry.Options{NoCache: true, Timeout: 5 * time.Second}}
		b, err := NewBackend([]string{root}, false, false, lookup)
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := b.Load(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		s := engine.NewSession(fixer.NewSnapshot(loaded.Sources, loaded.Names...), loaded.Facts, rules.All())
		var texts []string
		for n := range b.Facts(t.Context(), s.Snapshot(), s.Facts()) {
			if n.Text != "" {
				texts = append(texts, n.Text)
			}
		}
		want := ""
		if wanted {
			want = said + "|Registries answered for 0 of 1 file; findings say why"
		}
		if got := strings.Join(texts, "|"); got != want {
			t.Errorf("wanted %v: the interface says %q, want %q", wanted, got, want)
		}

		selection, err := Select(rules.All(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		texts = nil
		p, err := Open(t.Context(), Options{Paths: []string{root}, Selection: selection, Lookup: lookup, Say: func(s string) { texts = append(texts, s) }})
		if err != nil {
			t.Fatal(err)
		}
		if a := p.Session().Facts().Answers[url]; (a != nil && a.Failure != nil) != wanted || wanted != (strings.Join(texts, "|") == said) {
			t.Errorf("wanted %v: a command says %q, and knows %+v", wanted, texts, a)
		}
	}
}
