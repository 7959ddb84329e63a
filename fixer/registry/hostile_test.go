package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
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
			got := one(t, r, reg.host+"/app:1", c.ask)
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

// TestHostThatIsDown: it is not waited for again and again.
func TestHostThatIsDown(t *testing.T) {
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	host := l.Addr().String()
	l.Close()
	var wishes []image.Wish
	for i := range 200 {
		wishes = append(wishes, wish(fmt.Sprintf("%s/app:%d", host, i), image.AskDigest|image.AskConfig))
	}
	begin := time.Now()
	for _, a := range resolve(t, newResolver(t, nil), wishes...) {
		wantFailure(t, a, image.Unreachable, host+" cannot be reached: connection refused")
	}
	if d := time.Since(begin); d > 2*time.Second {
		t.Errorf("it took %s", d)
	}
}

// TestSlowHost: a host that answers nobody costs one timeout, not one for each
// reference.
func TestSlowHost(t *testing.T) {
	reg := newTestRegistry(t)
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		<-req.Context().Done()
		return true
	})
	var wishes []image.Wish
	for i := range 100 {
		wishes = append(wishes, wish(fmt.Sprintf("%s/app:%d", reg.host, i), image.AskDigest))
	}
	begin := time.Now()
	for _, a := range resolve(t, newResolver(t, func(o *Options) { o.Timeout = 200 * time.Millisecond }), wishes...) {
		wantFailure(t, a, image.Unreachable, reg.host+" did not answer within 200 ms")
	}
	if n := len(reg.asked()); n != 1 {
		t.Errorf("%d requests", n)
	}
	if d := time.Since(begin); d > 2*time.Second {
		t.Errorf("it took %s", d)
	}
}

func TestOverallTime(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", indexOf("app", day), "1")
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		time.Sleep(20 * time.Millisecond)
		return false
	})
	var wishes []image.Wish
	for i := range 100 {
		wishes = append(wishes, wish(fmt.Sprintf("%s/app:%d", reg.host, i), image.AskDigest))
	}
	late := 0
	for _, a := range resolve(t, newResolver(t, func(o *Options) { o.Overall = 100 * time.Millisecond; o.PerHost = 2 }), wishes...) {
		if a.Failure != nil && a.Failure.Kind == image.Unreachable {
			late++
			wantFailure(t, a, image.Unreachable, reg.host+" was not asked to the end: all questions together may take 100 ms")
		}
	}
	if late < 80 {
		t.Errorf("only %d questions were not asked", late)
	}
}

// TestCertificates: a registry with a certificate of its own is asked with the file
// that vouches for it.
func TestCertificates(t *testing.T) {
	plain := newTestRegistry(t)
	want := plain.push("app", indexOf("app", day), "1")
	secure := httptest.NewUnstartedServer(plain.Config.Handler)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	host := strings.TrimPrefix(secure.URL, "https://")

	r := newResolver(t, nil)
	wantFailure(t, one(t, r, host+"/app:1", image.AskDigest), image.Unreachable, host+" has a certificate that is not trusted here: x509: certificate signed by unknown authority")

	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	r = newResolver(t, func(o *Options) { o.CAFile = file })
	if got := one(t, r, host+"/app:1", image.AskDigest); got.Digest != want {
		t.Errorf("answer is %+v, %v", got, got.Failure)
	}
	for _, bad := range []string{filepath.Join(t.TempDir(), "none"), os.DevNull} {
		if _, err := New(Options{CAFile: bad}); err == nil {
			t.Errorf("%s is taken for certificates", bad)
		}
	}
}

// TestProxy: calls go through the proxy of the environment, and a registry behind
// it cannot lead into a private network.
func TestProxy(t *testing.T) {
	reg := newTestRegistry(t)
	want := reg.push("app", indexOf("app", day), "1")
	var through []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		through = append(through, req.URL.String())
		if strings.HasSuffix(req.URL.Path, "/2") {
			respond(w, 307, "", "Location", reg.URL+"/v2/app/manifests/1")
			return
		}
		reg.Config.Handler.ServeHTTP(w, req)
	}))
	t.Cleanup(proxy.Close)
	isolate(t)
	t.Setenv("HTTP_PROXY", proxy.URL)
	r, err := New(Options{NoCache: true, PlainHTTP: []string{"registry.test"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := one(t, r, "registry.test/app:1", image.AskDigest); got.Digest != want {
		t.Errorf("answer is %+v, %v", got, got.Failure)
	}
	wantFailure(t, one(t, r, "registry.test/app:2", image.AskDigest), image.BadAnswer, "registry.test leads to "+reg.host+", an address of a private network, and is not followed")
	if want := []string{"http://registry.test/v2/app/manifests/1", "http://registry.test/v2/app/manifests/2"}; !slices.Equal(through, want) {
		t.Errorf("through the proxy went %q", through)
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		ip              string
		public, private bool // may be reached from a registry at such an address
	}{
		{"203.0.113.7", true, true}, {"2001:db8::1", true, true},
		{"10.1.2.3", false, true}, {"192.168.0.1", false, true}, {"127.0.0.1", false, true}, {"::1", false, true}, {"fd00::1", false, true},
		{"100.64.0.1", false, true}, {"0.0.0.0", false, true}, {"::ffff:10.0.0.1", false, true},
		{"169.254.169.254", false, false}, {"fe80::1", false, false}, {"::ffff:169.254.169.254", false, false},
	} {
		ip := netip.MustParseAddr(c.ip)
		public, private := &trail{}, &trail{private: true}
		if public.mayReach(ip) != c.public || private.mayReach(ip) != c.private {
			t.Errorf("%s: %v from a public registry, %v from a private one", ip, public.mayReach(ip), private.mayReach(ip))
		}
	}
}

// TestNamesOfPrivateAddresses: a name is judged by what it stands for.
func TestNamesOfPrivateAddresses(t *testing.T) {
	tr := &trail{shown: "ghcr.io", plainAllowed: func(string) bool { return true }}
	if err := tr.check(must(url.Parse("http://localhost:5000/x"))); err == nil {
		t.Error("a public registry may lead to localhost")
	}
	if err := tr.check(must(url.Parse("https://storage.example.org/x"))); err != nil {
		t.Error(err)
	}
	ctx := context.WithValue(context.Background(), trailKey{}, tr)
	if err := refuseDial(ctx, "tcp4", "10.0.0.7:443", nil); err == nil || !strings.Contains(err.Error(), "ghcr.io leads to 10.0.0.7:443") {
		t.Errorf("error is %v", err)
	}
	if err := refuseDial(ctx, "tcp6", "[2001:db8::1]:443", nil); err != nil {
		t.Error(err)
	}
	if !tr.ledTo("storage.example.org") || tr.ledTo("proxy.lan") {
		t.Error("the guard is about another host")
	}
}

func TestPlainHTTP(t *testing.T) {
	r := newResolver(t, func(o *Options) { o.PlainHTTP = []string{"registry.lan", "10.0.0.1:5000"} })
	for host, want := range map[string]string{
		"localhost:5000": "http", "127.0.0.1:5000": "http", "[::1]:5000": "http", "x.localhost": "http", "registry.lan": "http", "registry.lan:5000": "http", "10.0.0.1:5000": "http",
		"10.0.0.1": "https", "10.0.0.1:80": "https", "ghcr.io": "https", "docker.io": "https", "localhost.example.org": "https", "127.0.0.1.example.org": "https",
	} {
		if got := r.host(host).scheme; got != want {
			t.Errorf("%s is asked by %s", host, got)
		}
	}
}
