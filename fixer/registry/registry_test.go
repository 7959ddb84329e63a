package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gcr "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/oakum-sec/oakum/fixer/image"
)

// A testRegistry is go-containerregistry's, with a record of what it was asked.
type testRegistry struct {
	*httptest.Server
	t     testing.TB
	host  string
	inner http.Handler // the registry itself

	mu       sync.Mutex
	requests []string                                      // "HEAD /v2/app/manifests/1"
	before   func(http.ResponseWriter, *http.Request) bool // answers in place of the registry when it returns true
}

func newTestRegistry(t testing.TB) *testRegistry {
	t.Helper()
	r := &testRegistry{t: t}
	r.inner = gcr.New(gcr.Logger(log.New(io.Discard, "", 0)), gcr.WithReferrersSupport(true))
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.requests = append(r.requests, req.Method+" "+req.URL.RequestURI())
		before := r.before
		r.mu.Unlock()
		if before != nil && before(w, req) {
			return
		}
		r.inner.ServeHTTP(w, req)
	}))
	t.Cleanup(r.Close)
	r.host = strings.TrimPrefix(r.URL, "http://")
	return r
}

// answer lets a function answer in place of the registry, from now on.
func (r *testRegistry) answer(f func(http.ResponseWriter, *http.Request) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = f
}

// asked returns what was asked since the last time.
func (r *testRegistry) asked() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.requests
	r.requests = nil
	return out
}

// put sends bytes as a client that pushes would.
func (r *testRegistry) put(method, path, contentType string, body []byte) {
	r.t.Helper()
	req, err := http.NewRequest(method, r.URL+path, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode >= 300 {
		r.t.Fatalf("%s %s: %s", method, path, resp.Status)
	}
}

// A pushable is an image or an index.
type pushable interface {
	RawManifest() ([]byte, error)
	MediaType() (types.MediaType, error)
	Digest() (v1.Hash, error)
}

// push stores an image or index with all below it under tags, and returns its
// digest.
func (r *testRegistry) push(repo string, p pushable, tags ...string) string {
	r.t.Helper()
	switch p := p.(type) {
	case v1.Image:
		raw := must(p.RawConfigFile())
		name := must(p.ConfigName())
		r.put(http.MethodPost, "/v2/"+repo+"/blobs/uploads/?digest="+name.String(), "application/octet-stream", raw)
	case v1.ImageIndex:
		for _, d := range must(p.IndexManifest()).Manifests {
			if d.MediaType.IsIndex() {
				r.push(repo, must(p.ImageIndex(d.Digest)))
			} else {
				r.push(repo, must(p.Image(d.Digest)))
			}
		}
	}
	digest := must(p.Digest()).String()
	for _, id := range append(tags, digest) {
		r.put(http.MethodPut, "/v2/"+repo+"/manifests/"+id, string(must(p.MediaType())), must(p.RawManifest()))
	}
	r.asked()
	return digest
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var day = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// imageOf makes an image of a platform whose configuration is about text.
func imageOf(text, arch string, created time.Time) v1.Image {
	return must(mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		OS: "linux", Architecture: arch, Created: v1.Time{Time: created},
		Config: v1.Config{
			User: "1000", Entrypoint: []string{"/" + text}, Cmd: []string{"--serve"}, Env: []string{"PATH=/bin"}, WorkingDir: "/srv",
			ExposedPorts: map[string]struct{}{"8080/tcp": {}, "443/tcp": {}}, Volumes: map[string]struct{}{"/data": {}},
			StopSignal: "SIGQUIT", Labels: map[string]string{"name": text}, Healthcheck: &v1.HealthConfig{Test: []string{"CMD", "/check"}},
		},
		RootFS: v1.RootFS{Type: "layers"},
	}))
}

// indexOf makes an index of two platforms with an attestation beside them.
func indexOf(text string, created time.Time) v1.ImageIndex {
	return mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex),
		mutate.IndexAddendum{Add: imageOf(text, "amd64", created), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: imageOf(text, "arm64", created), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}}},
		mutate.IndexAddendum{Add: attestation(text), Descriptor: v1.Descriptor{
			Platform:    &v1.Platform{OS: "unknown", Architecture: "unknown"},
			Annotations: map[string]string{"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": must(imageOf(text, "amd64", created).Digest()).String()},
		}},
	)
}

// attestation is what BuildKit adds to an image: provenance and a bill of materials.
func attestation(text string) v1.Image {
	var layers []mutate.Addendum
	for _, predicate := range []string{"https://slsa.dev/provenance/v1", "https://spdx.dev/Document"} {
		layers = append(layers, mutate.Addendum{
			Layer:       static.NewLayer([]byte(text+predicate), "application/vnd.in-toto+json"),
			Annotations: map[string]string{"in-toto.io/predicate-type": predicate},
		})
	}
	return must(mutate.Append(empty.Image, layers...))
}

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
		if a := got[w.Ref.String()]; a == nil || !a.Answers(w.Ask) {
			t.Fatalf("no answer about %s", w.Ref)
		} else {
			out[w.Ref.Raw] = a
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

func errorBody(code, message string) []byte {
	type e struct{ Code, Message string }
	raw, _ := json.Marshal(map[string][]e{"errors": {{code, message}}})
	return raw
}

// A layer of an artifact has a type and may state something.
type layer struct{ mediaType, predicate string }

// artifact makes the manifest of something that is attached to an image.
func artifact(config string, layers ...layer) v1.Image {
	var all []mutate.Addendum
	for i, l := range layers {
		add := mutate.Addendum{Layer: static.NewLayer([]byte(fmt.Sprint(i, l)), types.MediaType(l.mediaType))}
		if l.predicate != "" {
			add.Annotations = map[string]string{"predicateType": l.predicate}
		}
		all = append(all, add)
	}
	img := mutate.MediaType(must(mutate.Append(empty.Image, all...)), types.OCIManifestSchema1)
	if config != "" {
		img = mutate.ConfigMediaType(img, types.MediaType(config))
	}
	return img
}

// pushArtifact stores an artifact of a type that refers to a digest.
func (r *testRegistry) pushArtifact(repo, artifactType, subject string) {
	r.t.Helper()
	img := mutate.Subject(artifact(artifactType), v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: must(v1.NewHash(subject)), Size: 1}).(v1.Image)
	r.push(repo, img)
}

func sha(data []byte) string { return "sha256:" + fmt.Sprintf("%x", sha256.Sum256(data)) }
