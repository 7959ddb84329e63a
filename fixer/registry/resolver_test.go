package registry

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/oakum-sec/oakum/fixer/image"
)

func TestMirrors(t *testing.T) {
	reg := newTestRegistry(t)
	want := reg.push("hub/library/nginx", indexOf("nginx", day), "1")
	reg.push("ghcr/a/b", indexOf("b", day), "1")
	r := newResolver(t, func(o *Options) {
		o.Mirrors = map[string]string{"index.docker.io": reg.host + "/hub/", "ghcr.io": reg.host + "/ghcr"}
	})
	wishes := []image.Wish{wish("nginx:1", image.AskDigest), wish("ghcr.io/a/b:1", image.AskDigest)}
	if hosts := r.Hosts(wishes); !slices.Equal(hosts, []string{reg.host}) {
		t.Errorf("%q would be asked", hosts)
	}
	got := resolve(t, r, wishes...)
	if a := got["nginx:1"]; a.Digest != want || a.Ref != "docker.io/library/nginx:1" {
		t.Errorf("answer is %+v, %v", a, a.Failure)
	}
	if a := got["ghcr.io/a/b:1"]; a.Failure != nil {
		t.Error(a.Failure)
	}
	wantFailure(t, one(t, r, "nginx:2", image.AskDigest), image.NotFound, reg.host+" has no image hub/library/nginx:2")
	for _, bad := range []string{"", "https://x", "a b", "user@x", "x/../y", "x/a?b", "x/a b", "x//y", "x/%2e"} {
		if _, err := New(Options{NoCache: true, Mirrors: map[string]string{"docker.io": bad}}); err == nil {
			t.Errorf("%q is taken for a mirror", bad)
		}
	}
}

func TestAllowedRegistries(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("team/app", indexOf("app", day), "1")
	for _, c := range []struct {
		allowed []string
		name    string
		want    bool
	}{
		{nil, "nginx", true}, {[]string{}, "nginx", false},
		{[]string{"docker.io"}, "nginx", true}, {[]string{"index.docker.io"}, "nginx", true}, {[]string{"docker.io/library"}, "nginx", true}, {[]string{"docker.io/lib"}, "nginx", false},
		{[]string{"ghcr.io"}, "nginx", false}, {[]string{"ghcr.io/team/"}, "ghcr.io/team/app", true}, {[]string{"ghcr.io/team"}, "ghcr.io/teammate/app", false},
		{[]string{"*.example.org"}, "a.example.org/x", true}, {[]string{"*.example.org"}, "example.org/x", false}, {[]string{"*.example.org"}, "a.example.org.evil.io/x", false},
		{[]string{"*.example.org/a"}, "a.example.org/a/x", true}, {[]string{"*.example.org/a"}, "a.example.org/b", false},
	} {
		r := newResolver(t, func(o *Options) { o.Allowed = c.allowed })
		if got := r.allowed(wish(c.name, 0).Ref); got != c.want {
			t.Errorf("%q allow %s: %v", c.allowed, c.name, got)
		}
	}
	r := newResolver(t, func(o *Options) { o.Allowed = []string{"ghcr.io"} })
	if hosts := r.Hosts([]image.Wish{wish(reg.host+"/team/app:1", image.AskDigest)}); len(hosts) > 0 {
		t.Errorf("%q would be asked", hosts)
	}
	wantFailure(t, one(t, r, reg.host+"/team/app:1", image.AskDigest), image.NotAsked, reg.host+" is not among the registries that may be asked")
	wantRequests(t, reg)
}

// TestHostsBeforeTheyAreAsked names them as people know them.
func TestHostsBeforeTheyAreAsked(t *testing.T) {
	r := newResolver(t, nil)
	got := r.Hosts([]image.Wish{wish("nginx", image.AskDigest), wish("quay.io/a/b", image.AskDigest), wish("ghcr.io/a/b", image.AskConfig), wish("postgres:16", image.AskPin|image.AskDigest)})
	if want := []string{"docker.io", "ghcr.io", "quay.io"}; !slices.Equal(got, want) {
		t.Errorf("hosts are %q", got)
	}
}

// TestAnswersArriveOneByOne: a slow image does not hold back the others, and a
// person who leaves is not waited for.
func TestAnswersArriveOneByOne(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", indexOf("app", day), "slow", "a", "b")
	release := make(chan struct{})
	var once sync.Once
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		if strings.HasSuffix(req.URL.Path, "/slow") {
			select {
			case <-release:
			case <-req.Context().Done():
			}
		}
		return false
	})
	defer once.Do(func() { close(release) })
	r := newResolver(t, func(o *Options) { o.PerHost = 2 })
	one(t, r, reg.host+"/app:a", image.AskDigest) // the first call to a host is alone
	answers := r.Resolve(t.Context(), []image.Wish{wish(reg.host+"/app:slow", image.AskDigest), wish(reg.host+"/app:b", image.AskDigest), wish(reg.host+"/app:a", image.AskDigest)})
	var order []string
	for a := range answers {
		order = append(order, a.Ref[strings.LastIndexByte(a.Ref, ':')+1:])
		if len(order) == 2 {
			once.Do(func() { close(release) })
		}
	}
	if fmt.Sprint(order) != "[a b slow]" {
		t.Errorf("answers arrived in the order %v", order)
	}
}
