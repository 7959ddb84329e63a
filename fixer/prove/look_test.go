package prove

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
)

// TestWritten: what counts of the engine's list of changes.
func TestWritten(t *testing.T) {
	s := settings{tmpfs: []string{"/tmp:size=1m", "/var/run"}, volumes: []string{"/data"}}
	const diff = "C /var\nC /var/log\nA /var/log/a.log\nC /var/run\nA /var/run/pid\nC /data\nA /tmp/x\nC /etc\nC /etc/hosts\nA /made\nD /gone\nC /run\nA /run/.containerenv\nA /bad\u202ename\nX /no\nnonsense\n"
	paths, more := s.written(diff, own)
	if want := []string{"/badU+202Ename", "/gone", "/made", "/var/log/a.log"}; !slices.Equal(paths, want) || more != 0 {
		t.Errorf("%q %d, want %q", paths, more, want)
	}
	var many strings.Builder
	for i := range mostWrites + 7 {
		many.WriteString("A /f" + strconv.Itoa(i) + "\n")
	}
	if paths, more := s.written(many.String(), own); len(paths) != mostWrites || more != 7 {
		t.Errorf("%d paths and %d more", len(paths), more)
	}
}

// TestProbe: an answer of HTTP has a status, an open port counts, and a proxy that ends the
// connection at once does not.
func TestProbe(t *testing.T) {
	at := func(serve func(net.Conn)) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go serve(c)
			}
		}()
		return l.Addr().String()
	}
	web := func(status int, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://192.0.2.1/")
			w.WriteHeader(status)
			w.Write([]byte(body + r.URL.Path))
		}))
		t.Cleanup(s.Close)
		return strings.TrimPrefix(s.URL, "http://")
	}
	silent := at(func(c net.Conn) { time.Sleep(3 * time.Second); c.Close() })
	banner := at(func(c net.Conn) { c.Write([]byte("220 hello\r\n")); time.Sleep(time.Second); c.Close() })
	proxy := at(func(c net.Conn) { c.Close() })
	for address, want := range map[string]fixer.ProofAnswer{
		web(200, "a"): {TCP: true, Status: 200}, web(302, ""): {TCP: true, Status: 302}, web(503, ""): {TCP: true, Status: 503},
		silent: {TCP: true}, banner: {TCP: true}, proxy: {}, "127.0.0.1:1": {},
	} {
		got := probe(t.Context(), address, 300*time.Millisecond)
		got.Body = ""
		if got != want {
			t.Errorf("%s: %+v, want %+v", address, got, want)
		}
	}
	one, same, other := probe(t.Context(), web(200, "at 12:30, id 00ff12"), time.Second), probe(t.Context(), web(200, "at 13:31, id a0e901"), time.Second), probe(t.Context(), web(200, "an error"), time.Second)
	if one.Body == "" || one.Body != same.Body || one.Body == other.Body {
		t.Errorf("%q %q %q", one.Body, same.Body, other.Body)
	}
}

// TestUserOfKernel: the user is that of the container, and no process of another one
// is taken for it.
func TestUserOfKernel(t *testing.T) {
	dir := t.TempDir()
	defer func(was string) { proc = was }(proc)
	proc = dir
	put := func(pid, name, data string) {
		if err := os.MkdirAll(filepath.Join(dir, pid), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, pid, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for pid, uid := range map[string]string{"7": "101000", "8": "0", "9": "5"} {
		put(pid, "cgroup", "0::/system.slice/docker-abcdef01234"+pid+".scope\n")
		put(pid, "status", "Name:\tx\nUid:\t1\t"+uid+"\t1\t1\n")
		put(pid, "uid_map", "         0          0 4294967295\n")
	}
	put("7", "uid_map", "0 1000 1\n1 100000 65536\n")
	put("9", "uid_map", "0 100000 65536\n")
	here := trial{work: &work{engine: &Engine{local: true}}}
	for _, c := range []struct {
		id  string
		pid int
		uid int
		ok  bool
	}{{"abcdef012347", 7, 1001, true}, {"abcdef012348", 8, 0, true}, {"abcdef012349", 9, 0, false}, {"other", 8, 0, false}, {"abcdef012348", 0, 0, false}, {"", 8, 0, false}, {"docker", 8, 0, false}} {
		if uid, ok := here.kernelUser(c.id, c.pid); uid != c.uid || ok != c.ok {
			t.Errorf("%+v: %d %v", c, uid, ok)
		}
	}
	away := trial{work: &work{engine: &Engine{}}}
	if _, ok := away.kernelUser("abcdef012348", 8); ok {
		t.Error("a process of this machine is taken for one of another")
	}
	for user, want := range map[string]bool{"1000": true, "1000:0": true, "0": false, "": false, "root": false, "app": false} {
		if numericNonRoot(user) != want {
			t.Errorf("%q: %v", user, !want)
		}
	}
}

// TestLinesOfOutput: what is shown is the end, safe to show, and tells no secret.
func TestLinesOfOutput(t *testing.T) {
	var o tail
	o.Write([]byte(strings.Repeat("PASSWORD=", 9000)))
	o.Write([]byte("hunter2hunter2\n#5 DONE 0.1s\n#6 sha256:abc\nfirst\n\n  10%\r  90%\nurl http://u:pa55word@host/\x1b[31m\ntold s3cr3t-value here\n" + strings.Repeat("x", 500) + "\n"))
	got := o.lines("s3cr3t-value")
	want := []string{"first", "  90%", "url http://u:(hidden)@host/^[[31m", "told (hidden) here", strings.Repeat("x", longest) + "…"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for range 5000 {
		o.Write([]byte("a line of some length, again and again\n"))
	}
	if lines := o.lines(); len(lines) != mostLines || len(o.data) > 2*maxTail {
		t.Errorf("%d lines, %d bytes", len(lines), len(o.data))
	}
	if got := secretsIn([]string{"A_PASSWORD=longer-secret", "MODE=production", "DB_PASSWORD=abc", "API_TOKEN=secret"}); !slices.Equal(got, []string{"longer-secret", "secret"}) {
		t.Errorf("%q", got)
	}
}
