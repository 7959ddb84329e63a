package registry

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
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
