package registry

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

func fileWish(url string) image.Wish { return image.Wish{URL: url, Ask: image.AskFile} }

// fileServer answers over TLS, on a host that the resolver may reach.
func fileServer(t *testing.T, change func(*Options), handle http.HandlerFunc) (*httptest.Server, *Resolver) {
	t.Helper()
	s := httptest.NewUnstartedServer(handle)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newResolver(t, func(o *Options) {
		o.CAFile, o.PlainHTTP = ca, []string{strings.TrimPrefix(s.URL, "https://")}
		if change != nil {
			change(o)
		}
	})
	return s, r
}

// TestFile: the checksum is that of the bytes, also behind a redirect and a compression
// for the transport, and is kept without the address.
func TestFile(t *testing.T) {
	content := bytes.Repeat([]byte("oakum"), 100_000)
	want := fmt.Sprintf("sha256:%x", sha256.Sum256(content))
	var asked atomic.Int32
	s, r := fileServer(t, nil, func(w http.ResponseWriter, req *http.Request) {
		asked.Add(1)
		if req.Header.Get("Authorization") != "" {
			t.Error("the request carries a credential")
		}
		switch req.URL.Path {
		case "/moved":
			http.Redirect(w, req, "/plain", http.StatusFound)
		case "/packed":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(content)
			z.Close()
		default:
			w.Write(content)
		}
	})
	for _, path := range []string{"/plain?token=s3cret", "/moved", "/packed"} {
		a := resolve(t, r, fileWish(s.URL+path))[s.URL+path]
		if a == nil || !a.Known(image.AskFile) || *a.File != (image.RemoteFile{Checksum: want, Size: int64(len(content))}) || a.At.IsZero() {
			t.Errorf("%s: %+v", path, a)
		}
	}
	if n := asked.Load(); n != 4 {
		t.Errorf("%d requests", n)
	}
	if hosts := r.Hosts([]image.Wish{fileWish(s.URL + "/moved")}); len(hosts) != 0 {
		t.Errorf("what is kept would be asked again, of %v", hosts)
	}
	if hosts := r.Hosts([]image.Wish{fileWish(s.URL + "/other")}); len(hosts) != 1 || "https://"+hosts[0] != s.URL {
		t.Errorf("hosts are %v", hosts)
	}
	files, err := filepath.Glob(filepath.Join(r.options.CacheDir, "*"))
	if err != nil || len(files) != 3 {
		t.Fatalf("kept: %v %v", files, err)
	}
	for _, name := range files {
		if data := must(os.ReadFile(name)); bytes.Contains(data, []byte("s3cret")) {
			t.Errorf("the address is kept: %s", data)
		}
	}
}

// TestHostileFile: a server that lies, stalls or leads elsewhere gives a clear failure, in
// time and in bounded memory.
func TestHostileFile(t *testing.T) {
	pieces := func(w http.ResponseWriter, req *http.Request, pause time.Duration) {
		for req.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			time.Sleep(pause)
		}
	}
	var host string
	for _, c := range []struct {
		about  string
		handle http.HandlerFunc
		kind   image.FailureKind
		text   string
	}{
		{"no such file", http.NotFound, image.NotFound, "HOST has no such file (status 404)"},
		{"a login", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, image.Denied, "HOST asks for a login (status 401)"},
		{"an error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, image.BadAnswer, "HOST answers with status 502"},
		{"no whole file", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusPartialContent) }, image.BadAnswer, "HOST answers with status 206"},
		{"a long file that says so", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", fmt.Sprint(2<<20)) }, image.BadAnswer, "HOST sends more than 1 MiB, which is more than oakum downloads"},
		{"an endless file", func(w http.ResponseWriter, req *http.Request) { pieces(w, req, 0) }, image.BadAnswer, "HOST sends more than 1 MiB, which is more than oakum downloads"},
		{"a bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(make([]byte, 4<<20))
			z.Close()
		}, image.BadAnswer, "HOST sends more than 1 MiB, which is more than oakum downloads"},
		{"a slow file", func(w http.ResponseWriter, req *http.Request) { pieces(w, req, 150*time.Millisecond) }, image.Unreachable, "HOST was not waited for: all downloads together may take 2 s"},
		{"silence", func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() }, image.Unreachable, "HOST sent nothing for 500 ms"},
		{"silence in the middle", func(w http.ResponseWriter, req *http.Request) {
			w.Write([]byte("x"))
			w.(http.Flusher).Flush()
			<-req.Context().Done()
		}, image.Unreachable, "HOST sent nothing for 500 ms"},
		{"less than it says", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			w.Write([]byte("x"))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, image.Unreachable, "HOST ended the download before the end of the file"},
		{"a circle", func(w http.ResponseWriter, req *http.Request) { http.Redirect(w, req, "/x", http.StatusFound) }, image.BadAnswer, "HOST redirects in circles"},
		{"where clouds keep credentials", func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, "https://169.254.169.254/latest/meta-data", http.StatusFound)
		}, image.BadAnswer, "HOST leads to 169.254.169.254, an address of a private network, and is not followed"},
		{"no TLS", func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, "http://203.0.113.1/x", http.StatusFound)
		}, image.BadAnswer, "HOST leads to http://203.0.113.1, which is not HTTPS"},
		{"a disk", func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, "file:///etc/passwd", http.StatusFound)
		}, image.BadAnswer, "HOST leads to file://, which is not HTTPS"},
	} {
		t.Run(c.about, func(t *testing.T) {
			silence, overall := time.Minute, time.Minute // what is not about time has as much as a busy machine needs
			switch {
			case strings.Contains(c.text, "500 ms"):
				silence = 500 * time.Millisecond
			case strings.Contains(c.text, "2 s"):
				overall = 2 * time.Second
			}
			s, r := fileServer(t, func(o *Options) { o.MaxFile, o.Timeout, o.FilesOverall = 1<<20, silence, overall }, c.handle)
			host = strings.TrimPrefix(s.URL, "https://")
			url := s.URL + "/f"
			wantFailure(t, resolve(t, r, fileWish(url))[url], c.kind, strings.ReplaceAll(c.text, "HOST", host))
		})
	}
}

// TestFileOfAPrivateNetwork: a repository names the address, so what it leads to is looked
// at from the first host on.
func TestFileOfAPrivateNetwork(t *testing.T) {
	s, r := fileServer(t, func(o *Options) { o.PlainHTTP = nil }, func(http.ResponseWriter, *http.Request) { t.Error("the host was asked") })
	host := strings.TrimPrefix(s.URL, "https://")
	_, port, _ := strings.Cut(host, ":")
	for url, text := range map[string]string{
		s.URL + "/f":                         host + " leads to " + host + ", an address of a private network, and is not followed",
		"https://localhost:" + port + "/f":   "localhost:" + port + " leads to localhost:" + port + ", an address of a private network, and is not followed",
		"https://[::ffff:10.0.0.1]/f":        "[::ffff:10.0.0.1] leads to [::ffff:10.0.0.1], an address of a private network, and is not followed",
		"https://[64:ff9b::a9fe:a9fe]/f":     "[64:ff9b::a9fe:a9fe] leads to [64:ff9b::a9fe:a9fe], an address of a private network, and is not followed",
		"https://[2002:a00:1::]/f":           "[2002:a00:1::] leads to [2002:a00:1::], an address of a private network, and is not followed",
		"https://169.254.169.254/f":          "169.254.169.254 leads to 169.254.169.254, an address of a private network, and is not followed",
		"http://example.org/f":               "example.org leads to http://example.org, which is not HTTPS",
		"https://user:s3cret@" + host + "/f": "the address of the file holds a login, and is not used",
		"https:///f":                         "the address of the file cannot be read",
		"https://example.org/\x1b[31m":       "the address of the file cannot be read",
	} {
		a := resolve(t, r, fileWish(url))[url]
		if a == nil || a.Failure == nil || a.Failure.Text != text {
			t.Errorf("%s: %+v", url, a)
		}
	}
}

// TestFileOffline: what is kept is used, and nothing is asked.
func TestFileOffline(t *testing.T) {
	s, r := fileServer(t, nil, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "x") })
	url := s.URL + "/f"
	resolve(t, r, fileWish(url))
	o := r.options
	o.Offline = true
	offline := must(New(o))
	if a := resolve(t, offline, fileWish(url))[url]; !a.Known(image.AskFile) || a.File.Size != 1 {
		t.Errorf("%+v", a)
	}
	wantFailure(t, resolve(t, offline, fileWish(url+"2"))[url+"2"], image.NotAsked, errNotKept.Text)
}
