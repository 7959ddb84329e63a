package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

const (
	indexType    = "application/vnd.oci.image.index.v1+json"
	manifestType = "application/vnd.oci.image.manifest.v1+json"
)

// respond writes a body with headers given as name and value.
func respond(w http.ResponseWriter, status int, body string, headers ...string) bool {
	for i := 0; i < len(headers); i += 2 {
		w.Header().Set(headers[i], headers[i+1])
	}
	w.WriteHeader(status)
	io.WriteString(w, body)
	return true
}

// TestHostileRegistry: a registry that lies gives a clear failure, in time.
func TestHostileRegistry(t *testing.T) {
	reg := newTestRegistry(t)
	real := reg.push("app", indexOf("app", day), "1")
	other := reg.push("app", indexOf("other", day), "2")
	var elsewhere atomic.Int32 // calls of another host
	var leaked atomic.Value    // an Authorization that came there
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		elsewhere.Add(1)
		if a := req.Header.Get("Authorization") + req.Header.Get("Cookie") + req.Header.Get("Referer"); a != "" {
			leaked.Store(a)
		}
		if req.Method == http.MethodPost {
			body, _ := io.ReadAll(req.Body)
			leaked.Store(string(body))
		}
		w.Header().Set("WWW-Authenticate", "Basic realm=x")
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(foreign.Close)
	host := reg.host
	head := func(w http.ResponseWriter, req *http.Request) bool { return req.Method == http.MethodHead }
	for _, c := range []struct {
		about  string
		ask    image.Question
		answer func(w http.ResponseWriter, req *http.Request) bool
		kind   image.FailureKind
		text   string
		most   int // requests
	}{
		{"another digest in the header", image.AskConfig, func(w http.ResponseWriter, req *http.Request) bool {
			if head(w, req) {
				return false
			}
			said := httptest.NewRecorder()
			reg.inner.ServeHTTP(said, req)
			return respond(w, 200, said.Body.String(), "Content-Type", indexType, "Docker-Content-Digest", other)
		}, image.BadAnswer, host + " answers with bytes that have another digest than it says", 2},
		{"other bytes than the digest's", image.AskConfig, func(w http.ResponseWriter, req *http.Request) bool {
			return req.Method == http.MethodGet && respond(w, 200, `{"schemaVersion":2,"manifests":[]}`, "Content-Type", indexType, "Docker-Content-Digest", real)
		}, image.BadAnswer, host + " answers with bytes that have another digest than it says", 2},
		{"other bytes than the digest's, and no word of it", image.AskConfig, func(w http.ResponseWriter, req *http.Request) bool {
			return req.Method == http.MethodGet && respond(w, 200, `{"schemaVersion":2,"manifests":[]}`, "Content-Type", indexType)
		}, image.BadAnswer, host + " answers with bytes that have another digest than it says", 2},
		{"another configuration than the digest's", image.AskConfig, func(w http.ResponseWriter, req *http.Request) bool {
			return strings.Contains(req.URL.Path, "/blobs/") && respond(w, 200, `{"os":"linux","architecture":"amd64"}`)
		}, image.BadAnswer, host + " answers with bytes that have another digest than it says", 4},
		{"another digest than the one asked for", image.AskPin, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 200, "", "Content-Type", indexType, "Docker-Content-Digest", other)
		}, image.BadAnswer, host + " answers with another digest than the one that was asked for", 1},
		{"a digest that is none, and other bytes", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			if head(w, req) {
				return respond(w, 200, "", "Content-Type", indexType, "Docker-Content-Digest", "sha256:xyz")
			}
			return respond(w, 200, `{"schemaVersion":2,"manifests":[]}`, "Content-Type", indexType, "Docker-Content-Digest", real)
		}, image.BadAnswer, host + " answers with bytes that have another digest than it says", 2},
		{"an endless body", image.AskConfig, func(w http.ResponseWriter, req *http.Request) bool {
			if head(w, req) {
				return false
			}
			junk := bytes.Repeat([]byte("x"), 1<<16)
			for req.Context().Err() == nil {
				if _, err := w.Write(junk); err != nil {
					break
				}
			}
			return true
		}, image.BadAnswer, host + " answers with more than 4 MiB", 2},
		{"an endless error", image.AskConfig, func(w http.ResponseWriter, req *http.Request) bool {
			if head(w, req) {
				return false
			}
			w.WriteHeader(http.StatusNotFound)
			junk := bytes.Repeat([]byte("x"), 1<<16)
			for req.Context().Err() == nil {
				if _, err := w.Write(junk); err != nil {
					break
				}
			}
			return true
		}, image.NotFound, host + " has no image app@sha256:*…", 2},
		{"junk", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 200, "<html>\x1b[31m", "Content-Type", "text/html")
		}, image.BadAnswer, host + " answers with app:1 that is not a manifest", 2},
		{"digests that are none", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 200, `{"schemaVersion":2,"manifests":[{"digest":"../../x"}]}`, "Content-Type", "text/plain")
		}, image.BadAnswer, host + " answers with app:1 that is not a manifest: a digest in it is none", 2},
		{"deep nesting", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 200, strings.Repeat(`{"a":[`, 100_000))
		}, image.BadAnswer, host + " answers with app:1 that is not a manifest", 2},
		{"a slow drip", image.AskConfig, func(w http.ResponseWriter, req *http.Request) bool {
			if head(w, req) {
				return false
			}
			for req.Context().Err() == nil {
				io.WriteString(w, " ")
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Millisecond)
			}
			return true
		}, image.Unreachable, host + " did not answer within 400 ms", 2},
		{"silence", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			select {
			case <-req.Context().Done():
			case <-time.After(5 * time.Second):
			}
			return true
		}, image.Unreachable, host + " did not answer within 400 ms", 1},
		{"redirects in circles", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 307, "", "Location", req.URL.Path)
		}, image.BadAnswer, host + " redirects in circles", maxRedirects + 1},
		{"redirect to where clouds keep credentials", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 307, "", "Location", "https://169.254.169.254/latest/meta-data")
		}, image.BadAnswer, host + " leads to 169.254.169.254, an address of a private network, and is not followed", 1},
		{"redirect without TLS", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 307, "", "Location", "http://203.0.113.1/x")
		}, image.BadAnswer, host + " leads to http://203.0.113.1, which is not HTTPS", 1},
		{"redirect to another protocol", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 307, "", "Location", "file:///etc/passwd")
		}, image.BadAnswer, host + " leads to file://, which is not HTTPS", 1},
		{"redirect to another host that wants a credential", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			if req.Header.Get("Authorization") == "" {
				return respond(w, 401, "", "WWW-Authenticate", "Basic realm=x")
			}
			return respond(w, 307, "", "Location", foreign.URL+"/x")
		}, image.BadAnswer, host + " redirects to a host that answers with status 401", 2},
		{"401 again and again", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 401, "", "WWW-Authenticate", "Basic realm=x")
		}, image.Denied, host + " has no image app:1 that the saved credentials may read", 2},
		{"a token server in a cloud's own network", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 401, "", "WWW-Authenticate", `Bearer realm="https://169.254.169.254/token"`)
		}, image.BadAnswer, host + " leads to 169.254.169.254, an address of a private network, and is not followed", 1},
		{"a token server that is no address", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 401, "", "WWW-Authenticate", `Bearer realm="https://user:pw@[::1"`)
		}, image.BadAnswer, host + " names an address that is none: https://user:pw@[::1", 1},
		{"a token server that redirects", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			if strings.HasPrefix(req.URL.Path, "/token") {
				return respond(w, 307, "", "Location", foreign.URL+"/token")
			}
			return respond(w, 401, "", "WWW-Authenticate", `Bearer realm="/token"`)
		}, image.BadAnswer, host + " redirects a call that carries a credential", 2},
		{"a token without end", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			if strings.HasPrefix(req.URL.Path, "/token") {
				return respond(w, 200, `{"token":"`+strings.Repeat("x", 1<<20)+`"}`)
			}
			return respond(w, 401, "", "WWW-Authenticate", `Bearer realm="/token"`)
		}, image.BadAnswer, "the token server of " + host + " answers with more than a token", 2},
		{"a token that would end the header", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			if strings.HasPrefix(req.URL.Path, "/token") {
				return respond(w, 200, `{"token":"x\r\nHost: y"}`)
			}
			return respond(w, 401, "", "WWW-Authenticate", `Bearer realm="/token"`)
		}, image.BadAnswer, "the token server of " + host + " gives no token", 2},
		{"a status that means nothing", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 418, "")
		}, image.BadAnswer, host + " answers with status 418, which says nothing about app:1", 1},
		{"errors of its own", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 502, "")
		}, image.Unreachable, host + " answers with an error of its own (status 502)", maxAttempts},
		{"connections that end", image.AskDigest, func(w http.ResponseWriter, req *http.Request) bool {
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Close()
			return true
		}, image.Unreachable, host + " cannot be reached: *", 2 * (maxAttempts + 3)},
	} {
		t.Run(c.about, func(t *testing.T) {
			reg.answer(c.answer)
			reg.asked()
			r := newResolver(t, func(o *Options) {
				if strings.Contains(c.text, "400 ms") {
					o.Timeout = 400 * time.Millisecond
				}
			})
			credentials(t, object{"auths": object{reg.host: basicEntry("me", "s3cret"), "https://" + foreign.Listener.Addr().String(): object{}}})
			begin := time.Now()
			name := reg.host + "/app:1"
			if c.ask == image.AskPin {
				name += "@" + real
			}
			got := one(t, r, name, c.ask)
			wantFailure(t, got, c.kind, c.text)
			if d := time.Since(begin); d > 3*time.Second {
				t.Errorf("it took %s", d)
			}
			if n := len(reg.asked()); n > c.most {
				t.Errorf("%d requests, want at most %d", n, c.most)
			}
			for _, w := range r.Warnings() {
				if strings.Contains(w, "s3cret") {
					t.Error(w)
				}
			}
		})
	}
	if got := leaked.Load(); got != nil {
		t.Errorf("another host was sent %q", got)
	}
	if elsewhere.Load() != 1 {
		t.Errorf("another host was called %d times, want once, by a redirect", elsewhere.Load())
	}
}

// TestHeadThatSaysTooLittle: then the manifest is read, and its digest computed.
func TestHeadThatSaysTooLittle(t *testing.T) {
	reg := newTestRegistry(t)
	want := reg.push("app", indexOf("app", day), "1")
	for about, answer := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"refused": func(w http.ResponseWriter, req *http.Request) bool { return respond(w, 405, "") },
		"without digest": func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 200, "", "Content-Type", indexType)
		},
		"without type": func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 200, "", "Docker-Content-Digest", want, "Content-Type", "")
		},
		"with a junk type": func(w http.ResponseWriter, req *http.Request) bool {
			return respond(w, 200, "", "Docker-Content-Digest", want, "Content-Type", "text/plain")
		},
	} {
		reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
			return req.Method == http.MethodHead && answer(w, req)
		})
		r := newResolver(t, nil)
		if got := one(t, r, reg.host+"/app:1", image.AskDigest); got.Failure != nil || got.Digest != want || !got.Index {
			t.Errorf("%s: %+v, %v", about, got, got.Failure)
		}
		wantRequests(t, reg, "HEAD /v2/app/manifests/1", "GET /v2/app/manifests/1")
		// What was read is kept: the configuration needs the rest only.
		if got := one(t, r, reg.host+"/app:1", image.AskConfig); got.Config == nil {
			t.Errorf("%s: %v", about, got.Failure)
		}
		if n := len(reg.asked()); n != 2 {
			t.Errorf("%s: %d requests", about, n)
		}
	}
}

// TestControlCharactersAreShown: nothing that a registry says reaches a terminal as
// it is.
func TestControlCharactersAreShown(t *testing.T) {
	reg := newTestRegistry(t)
	bad := "\x1b]0;x\x07\u202e"
	config := must(json.Marshal(object{
		"os": "linux" + bad, "architecture": "amd64", "created": "2026-01-01T00:00:00Z" + bad,
		"config": object{"User": bad, "Entrypoint": []string{"sh", "-c", "a\nb" + bad}, "Env": []string{bad}, "ExposedPorts": object{bad + "\n": object{}}, "WorkingDir": bad,
			"StopSignal": bad, "Labels": object{bad: bad}, "Volumes": object{bad: object{}}, "Healthcheck": object{"Test": []string{bad}}},
	}))
	reg.put(http.MethodPost, "/v2/app/blobs/uploads/?digest="+sha(config), "application/octet-stream", config)
	manifest := fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"x","digest":"%s","size":%d},"layers":[]}`, manifestType, sha(config), len(config))
	reg.put(http.MethodPut, "/v2/app/manifests/1", manifestType, manifest)
	got := one(t, newResolver(t, nil), reg.host+"/app:1", image.AskConfig)
	if got.Failure != nil {
		t.Fatal(got.Failure)
	}
	if all := fmt.Sprint(*got.Config, got.Platforms); strings.ContainsAny(all, "\x1b\x07\u202e") {
		t.Errorf("configuration is %q", all)
	}
	if got.Config.Entrypoint[2] != "a\nb^[]0;x^GU+202E" || got.Config.User != "^[]0;x^GU+202E" {
		t.Errorf("configuration is %q", *got.Config)
	}
}

// TestHugeConfiguration: what is longer than any image needs is not passed on.
func TestHugeConfiguration(t *testing.T) {
	reg := newTestRegistry(t)
	config := must(json.Marshal(object{"os": "linux", "architecture": "amd64", "config": object{"Env": []string{strings.Repeat("x", maxConfig+1)}}}))
	reg.put(http.MethodPost, "/v2/app/blobs/uploads/?digest="+sha(config), "application/octet-stream", config)
	manifest := fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"x","digest":"%s","size":%d},"layers":[]}`, manifestType, sha(config), len(config))
	reg.put(http.MethodPut, "/v2/app/manifests/1", manifestType, manifest)
	got := one(t, newResolver(t, nil), reg.host+"/app:1", image.AskDigest|image.AskConfig)
	wantFailure(t, got, image.BadAnswer, reg.host+" has a configuration of app that is longer than any image needs")
	if !got.Known(image.AskDigest) || got.Known(image.AskConfig) || got.Digest == "" {
		t.Errorf("the digest is not known: %+v", got)
	}
}

// TestMemoryIsBounded: many endless bodies at a time cost what they may.
func TestMemoryIsBounded(t *testing.T) {
	reg := newTestRegistry(t)
	junk := bytes.Repeat([]byte("x"), 1<<16)
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		if req.Method == http.MethodHead {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return true
		}
		for req.Context().Err() == nil {
			if _, err := w.Write(junk); err != nil {
				break
			}
		}
		return true
	})
	var wishes []image.Wish
	for i := range 8 {
		wishes = append(wishes, wish(fmt.Sprintf("%s/app:%d", reg.host, i), image.AskDigest))
	}
	r := newResolver(t, nil)
	defer debug.SetGCPercent(debug.SetGCPercent(100)) // the bound below counts on the usual garbage
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	stop, peak := make(chan struct{}), make(chan uint64)
	go watchHeap(stop, peak)
	for _, a := range resolve(t, r, wishes...) {
		wantFailure(t, a, image.BadAnswer, reg.host+" answers with more than 4 MiB")
	}
	close(stop)
	// A buffer that grows is there twice for a moment, and garbage for another.
	if more, most := <-peak-before.HeapInuse, uint64(r.options.PerHost*6*maxBody); more > most {
		t.Errorf("the heap grew by %d MiB, want at most %d", more>>20, most>>20)
	}
}
