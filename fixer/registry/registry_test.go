package registry

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

// newResolver makes a resolver that keeps answers in a directory of the test and
// waits for nothing.
func newResolver(t testing.TB, change func(*Options)) *Resolver {
	t.Helper()
	isolate(t)
	o := Options{CacheDir: filepath.Join(t.TempDir(), "kept"), Timeout: 5 * time.Second}
	if change != nil {
		change(&o)
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.pause = time.Millisecond
	return r
}

// isolate keeps the person's own credentials and proxies out of a test.
func isolate(t testing.TB) {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"DOCKER_AUTH_CONFIG", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, ".cache"))
}

func wish(name string, q image.Question) image.Wish {
	return image.Wish{Ref: must(image.ParseReference(name)), Ask: q}
}

// resolve returns the answers by the reference as it was written.
func resolve(t *testing.T, r *Resolver, wishes ...image.Wish) map[string]*image.Answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	got := map[string]*image.Answer{}
	for a := range r.Resolve(ctx, wishes) {
		if got[a.Ref] != nil {
			t.Errorf("two answers about %s", a.Ref)
		}
		got[a.Ref] = a
	}
	if ctx.Err() != nil {
		t.Fatal("resolving took too long")
	}
	out := map[string]*image.Answer{}
	for _, w := range wishes {
		if a := got[w.Key()]; a == nil || !a.Answers(w.Ask) {
			t.Fatalf("no answer about %s", w.Key())
		} else {
			out[w.URL+w.Ref.Raw] = a
		}
	}
	return out
}

// one resolves one wish.
func one(t *testing.T, r *Resolver, name string, q image.Question) *image.Answer {
	t.Helper()
	return resolve(t, r, wish(name, q))[name]
}

// wantFailure compares a failure with its kind and text; an asterisk in the text
// stands for anything.
func wantFailure(t *testing.T, a *image.Answer, kind image.FailureKind, text string) {
	t.Helper()
	if a.Failure == nil {
		t.Fatalf("%s: no failure, want %s: %s", a.Ref, kind, text)
	}
	head, tail, open := strings.Cut(text, "*")
	ok := a.Failure.Text == text || open && strings.HasPrefix(a.Failure.Text, head) && strings.HasSuffix(a.Failure.Text, tail)
	if a.Failure.Kind != kind || !ok {
		t.Errorf("failure is\n\t%s: %s\nwant\n\t%s: %s", a.Failure.Kind, a.Failure.Text, kind, text)
	}
}

func wantRequests(t *testing.T, reg *testRegistry, want ...string) {
	t.Helper()
	if got := reg.asked(); !slices.Equal(got, want) {
		t.Errorf("requests are\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestDigestOfATagIsOneHead(t *testing.T) {
	reg := newTestRegistry(t)
	index := reg.push("app", indexOf("app", day), "1.2")
	single := reg.push("one", imageOf("one", "amd64", day), "1.2")
	r := newResolver(t, nil)

	got := resolve(t, r, wish(reg.host+"/app:1.2", image.AskDigest))[reg.host+"/app:1.2"]
	if got.Failure != nil || got.Digest != index || !got.Index || got.Platforms != nil || got.Config != nil {
		t.Errorf("answer is %+v", got)
	}
	if since := time.Since(got.At); since < 0 || since > time.Minute || got.At.Location() != time.UTC {
		t.Errorf("it was said at %s", got.At)
	}
	wantRequests(t, reg, "HEAD /v2/app/manifests/1.2")

	if got := one(t, r, reg.host+"/one:1.2", image.AskDigest); got.Digest != single || got.Index {
		t.Errorf("answer is %+v", got)
	}
	wantRequests(t, reg, "HEAD /v2/one/manifests/1.2")
}

func TestConfigurationComesThroughTheIndex(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", indexOf("app", day), "1.2")
	r := newResolver(t, nil)
	got := one(t, r, reg.host+"/app:1.2", image.AskConfig)
	want := image.Config{
		User: "1000", Entrypoint: []string{"/app"}, Cmd: []string{"--serve"}, Env: []string{"PATH=/bin"}, ExposedPorts: []string{"443/tcp", "8080/tcp"},
		Volumes: []string{"/data"}, StopSignal: "SIGQUIT", WorkingDir: "/srv", Labels: map[string]string{"name": "app"}, Healthcheck: []string{"CMD", "/check"},
	}
	if got.Failure != nil || got.Config == nil || fmt.Sprint(*got.Config) != fmt.Sprint(want) {
		t.Fatalf("configuration is %+v, %v", got.Config, got.Failure)
	}
	if !slices.Equal(got.Platforms, []string{"linux/amd64", "linux/arm64/v8"}) || !got.Created.Equal(day) {
		t.Errorf("platforms %v, created %s", got.Platforms, got.Created)
	}
	if n := len(reg.asked()); n != 4 { // the tag, the index, the manifest, the configuration
		t.Errorf("%d requests", n)
	}
}

// TestCreated1970IsUnknown: reproducible builds write it.
func TestCreated1970IsUnknown(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", imageOf("app", "amd64", time.Unix(0, 0)), "1")
	if got := one(t, newResolver(t, nil), reg.host+"/app:1", image.AskConfig); !got.Created.IsZero() || got.Config == nil {
		t.Errorf("created is %s", got.Created)
	}
}

// TestEqualDigestsShareTheConfiguration: two tags of one image, and another
// question about the same, read it once.
func TestEqualDigestsShareTheConfiguration(t *testing.T) {
	reg := newTestRegistry(t)
	digest := reg.push("app", indexOf("app", day), "1", "1.2")
	r := newResolver(t, nil)
	resolve(t, r,
		wish(reg.host+"/app:1", image.AskDigest), wish(reg.host+"/app:1", image.AskConfig), wish(reg.host+"/app:1.2", image.AskConfig),
		wish(reg.host+"/app:1.2@"+digest, image.AskConfig))
	count := map[string]int{}
	for _, line := range reg.asked() {
		method, _, _ := strings.Cut(line, " ")
		count[method]++
	}
	if count["HEAD"] != 2 || count["GET"] != 3 {
		t.Errorf("requests are %v", count)
	}
}

func TestNoTagMeansLatest(t *testing.T) {
	reg := newTestRegistry(t)
	digest := reg.push("app", indexOf("app", day), "latest")
	r := newResolver(t, nil)
	if got := one(t, r, reg.host+"/app", image.AskDigest); got.Digest != digest {
		t.Errorf("answer is %+v", got)
	}
	if got := one(t, r, reg.host+"/app@"+digest, image.AskDigest); got.Digest != digest || !got.Index {
		t.Errorf("answer is %+v", got)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", indexOf("app", day), "1")
	r := newResolver(t, nil)
	wantFailure(t, one(t, r, reg.host+"/app:2", image.AskDigest), image.NotFound, reg.host+" has no image app:2")
	wantFailure(t, one(t, r, reg.host+"/team/none:2", image.AskDigest|image.AskConfig), image.NotFound, reg.host+" has no image team/none:2")
}
