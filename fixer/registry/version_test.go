package registry

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

// firstTags are the tags of candidates in their order.
func firstTags(tag, list string) []string {
	var out []string
	for _, c := range candidates(tag, strings.Fields(list)) {
		out = append(out, c.tag)
	}
	return out
}

func TestCandidates(t *testing.T) {
	node := "22 22-slim 22-trixie-slim 22.23 22.23-slim 22.23.1-slim 22.23.2 22.23.2-slim 22.23.2-trixie-slim 22.23.2-bookworm-slim 22.23.2-alpine 22.22.0-slim 20.1.0-slim lts-slim slim latest"
	for _, c := range []struct {
		about, tag, list string
		want             string
	}{
		{"the version and the variant stay", "22-slim", node, "22.23.2-slim 22.22.0-slim 22.23.1-slim 22.23-slim"},
		{"a channel is no variant", "lts-slim", node, "22.23.2-slim 20.1.0-slim 22.22.0-slim 22.23.1-slim 22.23-slim 22-slim"},
		{"any variant of the newest", "latest", "1.29.3 1.29.3-trixie 1.29 1.28.0 1 stable mainline", "1.29.3 1.28.0 1.29 1"},
		{"versions grow by numbers", "latest", "1.9.0 1.10.0 1.2.0", "1.10.0 1.9.0 1.2.0"},
		{"a variant with its version", "8-fpm-alpine", "8.3.1-fpm-alpine3.20 8.3.1-fpm-alpine 8.3.1-alpine 8.3.1-fpm", "8.3.1-fpm-alpine"},
		{"only a variant with its version", "8-fpm-alpine", "8.3.1-fpm-alpine3.20 8.3.1-fpm-alpine3.19", "8.3.1-fpm-alpine3.19 8.3.1-fpm-alpine3.20"},
		{"the first v stays", "v3", "3.1.0 v3.1.0", "v3.1.0"},
		{"what is unfinished comes last", "3", "3.15.0a1 3.15.0rc1 3.14.0 3.14.1", "3.14.1 3.14.0 3.15.0rc1 3.15.0a1"},
		{"no other architecture", "1", "1.2.3-arm64 1.2.3-amd64 1.2.3", "1.2.3"},
		{"no Windows for Linux", "latest", "1.2.3-windowsservercore-ltsc2022 1.2.3-nanoserver 1.2.3", "1.2.3"},
		{"no commits", "latest", "1234567 1a2b3c4d5 4f3a2b1 1.2.3", "1.2.3 1234567"},
		{"a code name is a variant", "bookworm-slim", "12.12-slim 12-slim bookworm-20251117-slim bookworm-20251103-slim bookworm-20251117 trixie-20251117-slim", "bookworm-20251117-slim bookworm-20251103-slim"},
		{"releases by date", "latest", "RELEASE.2025-09-07T16-13-09Z RELEASE.2025-07-23T15-54-02Z latest", "RELEASE.2025-09-07T16-13-09Z RELEASE.2025-07-23T15-54-02Z"},
		{"a date is no version", "latest", "20251016 3.22.2 3.22 3 edge", "3.22.2 3.22 3 20251016"},
		{"a minor version", "16.2", "16.2.1 16.20.0 16.3.1 16.2.1-alpine 16", "16.2.1"},
		{"nothing more precise", "16.2", "16 16.2 latest 16-alpine", ""},
	} {
		if got := strings.Join(firstTags(c.tag, c.list), " "); got != c.want {
			t.Errorf("%s: candidates for %s are\n\t%s\nwant\n\t%s", c.about, c.tag, got, c.want)
		}
	}
}

// TestNewestOfEachMajorComesEarly: the long-term release is not behind all
// patches of the current one.
func TestNewestOfEachMajorComesEarly(t *testing.T) {
	var list []string
	for major := 20; major <= 25; major++ {
		for minor := range 12 {
			for patch := range 3 {
				list = append(list, fmt.Sprintf("%d.%d.%d", major, minor, patch))
			}
		}
	}
	got := firstTags("lts", strings.Join(list, " "))
	if i := slices.Index(got, "24.11.2"); i < 0 || i >= maxProbes {
		t.Errorf("24.11.2 is candidate %d of %q", i, got[:maxProbes])
	}
}

func TestVersionOfTheSameDigest(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("node", indexOf("new", day), "22-slim", "22.23-slim", "22.23.2-slim", "22.23.2-trixie-slim")
	reg.push("node", indexOf("bookworm", day), "22.23.2-bookworm-slim")
	reg.push("node", indexOf("old", day), "22.23.1-slim")
	full := reg.push("node", indexOf("full", day), "22.23.2", "22.23.2-trixie", "22", "latest")
	r := newResolver(t, nil)
	for name, want := range map[string]string{
		"node:22-slim":         "22.23.2-trixie-slim",
		"node":                 "22.23.2-trixie",
		"node:22@" + full:      "22.23.2-trixie",
		"node:22-slim@" + full: "", // the digest is of another variant: no tag keeps both
		"node:22.23.2-trixie":  "", // says it all
		"node@" + full:         "", // no tag, no variant to keep
	} {
		got := one(t, r, reg.host+"/"+name, image.AskVersion)
		if got.Failure != nil || got.Version != want {
			t.Errorf("version of %s is %q (%v), want %q", name, got.Version, got.Failure, want)
		}
	}
	lists := 0
	for _, line := range reg.asked() {
		if strings.HasPrefix(line, "GET ") {
			lists++
		}
	}
	if lists > 6 {
		t.Errorf("%d lists of tags were read", lists)
	}
}

// TestNeverAnotherDigest: when no tag has the digest, there is no version, after
// a bounded number of questions.
func TestNeverAnotherDigest(t *testing.T) {
	reg := newTestRegistry(t)
	var tags []string
	for i := range 40 {
		tags = append(tags, "1.0."+strconv.Itoa(i))
	}
	reg.push("app", indexOf("other", day), tags...)
	reg.push("app", indexOf("app", day), "1")
	got := one(t, newResolver(t, nil), reg.host+"/app:1", image.AskVersion)
	if got.Failure != nil || got.Version != "" || got.Digest == "" {
		t.Errorf("answer is %+v", got)
	}
	if n := len(reg.asked()); n > maxProbes+2 {
		t.Errorf("%d requests", n)
	}
}

// TestPagesOfTags: pages are followed by their query, never to another host, in
// circles or without end.
func TestPagesOfTags(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", indexOf("app", day), "latest", "9.9.9")
	page := func(w http.ResponseWriter, link string, tags ...string) bool {
		w.Header().Set("Link", link)
		fmt.Fprintf(w, `{"name":"app","tags":["%s"]}`, strings.Join(tags, `","`))
		return true
	}
	for _, c := range []struct {
		about   string
		page    func(http.ResponseWriter, url.Values) bool
		version string
		pages   int
		warning string
	}{
		{"the second page", func(w http.ResponseWriter, q url.Values) bool {
			if q.Get("last") == "" {
				return page(w, `</v2/app/tags/list?n=1000&last=a>; rel="next"`, "a")
			}
			return page(w, "", "9.9.9")
		}, "9.9.9", 2, ""},
		{"another host", func(w http.ResponseWriter, q url.Values) bool {
			if q.Get("last") == "" {
				return page(w, `<http://169.254.169.254/v2/app/tags/list?last=a>; rel=next`, "a")
			}
			return page(w, "", "9.9.9")
		}, "9.9.9", 2, ""},
		{"circles", func(w http.ResponseWriter, q url.Values) bool {
			return page(w, `</v2/app/tags/list?last=a>; rel="next"`, "9.9.9")
		}, "9.9.9", 2, ""},
		{"no end", func(w http.ResponseWriter, q url.Values) bool {
			n, _ := strconv.Atoi(q.Get("last"))
			return page(w, fmt.Sprintf(`</v2/app/tags/list?last=%d>; rel="next"`, n+1), "9.9.9")
		}, "9.9.9", maxPages, "lists more than 50 tags of app: the rest was not looked at for a more precise tag"},
		{"control characters", func(w http.ResponseWriter, q url.Values) bool {
			return page(w, "", `10.0.0\u001b[31m`, `10.0.1\n`, "9.9.9", "../../x", "")
		}, "9.9.9", 1, ""},
		{"no list", func(w http.ResponseWriter, q url.Values) bool {
			w.WriteHeader(http.StatusForbidden)
			return true
		}, "", 1, "does not list the tags of app, so that no more precise tag was looked for"},
		{"junk", func(w http.ResponseWriter, q url.Values) bool {
			fmt.Fprint(w, "<html>")
			return true
		}, "", 1, "gives no list of the tags of app that can be read, so that no more precise tag was looked for"},
	} {
		t.Run(c.about, func(t *testing.T) {
			pages := 0
			reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
				if !strings.HasSuffix(req.URL.Path, "/tags/list") {
					return false
				}
				pages++
				return c.page(w, req.URL.Query())
			})
			r := newResolver(t, nil)
			got := one(t, r, reg.host+"/app", image.AskDigest|image.AskVersion)
			if got.Failure != nil || got.Version != c.version || got.Digest == "" {
				t.Errorf("version is %q, digest %q, failure %v", got.Version, got.Digest, got.Failure)
			}
			if pages != c.pages {
				t.Errorf("%d pages were read, want %d", pages, c.pages)
			}
			if w := strings.Join(r.Warnings(), "; "); c.warning == "" && w != "" || !strings.HasSuffix(w, c.warning) {
				t.Errorf("warnings are %q", w)
			}
		})
	}
}

// TestNamesOfTags: what no tag can be is dropped.
func TestNamesOfTags(t *testing.T) {
	reg := newTestRegistry(t)
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		return respond(w, 200, `{"tags":["1.0","a\u001b[31m","x y","","../../y","-x","`+strings.Repeat("x", 129)+`","v2_a.b-c"]}`)
	})
	r := newResolver(t, nil)
	a := &asking{run: r.newRun(true), loc: r.locate(wish(reg.host+"/app", 0).Ref)}
	if got, err := a.tags(t.Context()); err != nil || !slices.Equal(got, tagList{"1.0", "v2_a.b-c"}) {
		t.Errorf("tags are %q, %v", got, err)
	}
}

// TestHugeListOfTags: what is beyond the bound is not compared, which is said.
func TestHugeListOfTags(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", indexOf("app", day), "latest")
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		if !strings.HasSuffix(req.URL.Path, "/tags/list") {
			return false
		}
		n, _ := strconv.Atoi(req.URL.Query().Get("last"))
		var b strings.Builder
		for i := range 5000 {
			fmt.Fprintf(&b, `"1.%d.%d",`, n, i)
		}
		w.Header().Set("Link", fmt.Sprintf(`</v2/app/tags/list?last=%d>; rel="next"`, n+1))
		fmt.Fprintf(w, `{"tags":[%s"x"]}`, b.String())
		return true
	})
	r := newResolver(t, nil)
	begin := time.Now()
	if got := one(t, r, reg.host+"/app", image.AskVersion); got.Version != "" || got.Failure != nil {
		t.Errorf("answer is %+v", got)
	}
	if w := r.Warnings(); len(w) != 1 || !strings.Contains(w[0], "lists more than 20000 tags") {
		t.Errorf("warnings are %q", w)
	}
	if d := time.Since(begin); d > 15*time.Second {
		t.Errorf("it took %s", d)
	}
}
