package forge_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/forge"
)

const commit = "3d3c42e5aac5ba805825da76410c181273ba90b1"

// served is a forge that answers with releases, and with a commit for any tag.
func served(t *testing.T, releases, answer string) *forge.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("credentials are sent")
		}
		switch {
		case strings.HasSuffix(r.URL.Path, "/releases"):
			fmt.Fprint(w, releases)
		case strings.Contains(r.URL.Path, "/commits/v"):
			fmt.Fprint(w, answer)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	c, err := forge.New(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestNewest: the newest release counts that is of the major version, old enough, and no preview.
func TestNewest(t *testing.T) {
	c := served(t, `[
		{"tag_name": "v5.0.0", "published_at": "2026-01-01T00:00:00Z"},
		{"tag_name": "v4.10.0", "published_at": "2026-11-28T00:00:00Z"},
		{"tag_name": "v4.9.1", "published_at": "2026-10-01T00:00:00Z"},
		{"tag_name": "v4.9.2", "published_at": "2026-10-02T00:00:00Z", "prerelease": true},
		{"tag_name": "v4.9.3", "published_at": "2026-10-02T00:00:00Z", "draft": true},
		{"tag_name": "v4.2.0", "published_at": "2026-02-01T00:00:00Z"},
		{"tag_name": "codeql-bundle-v4.99.0", "published_at": "2026-02-01T00:00:00Z"}
	]`, commit)
	r, err := c.Newest(t.Context(), "actions/checkout", "4", time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	if err != nil || r != (forge.Release{Version: "4.9.1", Commit: commit}) {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := c.Newest(t.Context(), "actions/checkout", "9", time.Now()); !errors.Is(err, forge.ErrNone) {
		t.Errorf("of a version that is not there: %v", err)
	}
	if !forge.Newer("4.10.0", "4.9.1") || forge.Newer("4.9.1", "4.9.1") {
		t.Error("versions are compared as texts")
	}
}

// TestHostileAnswers: what a forge answers is checked before it is written anywhere.
func TestHostileAnswers(t *testing.T) {
	one := `[{"tag_name": "v4.0.0", "published_at": "2026-01-01T00:00:00Z"}]`
	for name, c := range map[string]*forge.Client{
		"a commit that is none": served(t, one, "main\nrun: id"),
		"no list":               served(t, "<html>", commit),
		"a tag with more":       served(t, `[{"tag_name": "v4.0.0\nrun: id", "published_at": "2026-01-01T00:00:00Z"}]`, commit),
	} {
		if r, err := c.Newest(t.Context(), "actions/checkout", "4", time.Now()); err == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if _, err := served(t, one, commit).Newest(t.Context(), "../../x", "4", time.Now()); err == nil {
		t.Error("a repository that is a path is asked about")
	}
	for _, api := range []string{"file:///etc", "https://user:pw@example.com", "example.com"} {
		if _, err := forge.New(api); err == nil {
			t.Errorf("%s is an API", api)
		}
	}
}
