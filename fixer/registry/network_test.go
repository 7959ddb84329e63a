package registry

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
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
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

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

// TestDownIsKnownToTheNextCall: who waits for its turn while the first call ends does
// not ask again. The turn was once given on before the host was known to be down.
func TestDownIsKnownToTheNextCall(t *testing.T) {
	reg := newTestRegistry(t)
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		<-req.Context().Done()
		return true
	})
	var wishes []image.Wish
	for i := range 8 {
		wishes = append(wishes, wish(fmt.Sprintf("%s/app:%d", reg.host, i), image.AskDigest))
	}
	for range 100 {
		resolve(t, newResolver(t, func(o *Options) { o.Timeout = 5 * time.Millisecond; o.PerHost = 8 }), wishes...)
		if asked := reg.asked(); len(asked) > 1 {
			t.Fatalf("asked %q", asked)
		}
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
	if !tr.guards("storage.example.org") || tr.guards("proxy.lan") {
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

// TestWordsOfConnections: no failure shows an address of a proxy, a query or a
// call of the system.
func TestWordsOfConnections(t *testing.T) {
	h := newResolver(t, nil).host("ghcr.io")
	wrap := func(err error) error {
		return &url.Error{Op: "Head", URL: "https://ghcr.io/v2/?token=s3cret", Err: err}
	}
	for _, c := range []struct {
		err  error
		text string
		down bool
	}{
		{&net.DNSError{Err: "no such host", Name: "ghcr.io", IsNotFound: true}, "ghcr.io cannot be found: there is no such host, or no network", true},
		{&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "ghcr.io cannot be reached: connection refused", true},
		{&net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New("authentication\x1b required")}, "ghcr.io cannot be reached through the proxy: authentication^[ required", true},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "ghcr.io does not speak TLS", true},
		{context.DeadlineExceeded, "ghcr.io did not answer within 10 s", true},
		{context.Canceled, "ghcr.io was not waited for", false},
		{fail(image.BadAnswer, "as it is"), "as it is", false},
	} {
		if f := connectionFailure(h.shown, wrap(c.err), 10*time.Second); f.Text != c.text || f.down != c.down {
			t.Errorf("%v is %q, down %v", c.err, f.Text, f.down)
		}
	}
}

// TestAddressesWithinAddresses: an IPv6 address that leads to an IPv4 one is judged as that.
func TestAddressesWithinAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"10.0.0.1": true, "::ffff:10.0.0.1": true, "64:ff9b::a00:1": true, "2002:a00:1::1": true, "64:ff9b::a9fe:a9fe": true, "fd00::1": true, "fe80::1%eth0": true,
		"203.0.113.1": false, "64:ff9b::cb00:7101": false, "2002:cb00:7101::1": false, "2001:db8::1": false,
	} {
		if got := isPrivate(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: private is %v", address, got)
		}
	}
	for _, address := range []string{"169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::"} {
		if (&trail{private: true}).mayReach(netip.MustParseAddr(address)) {
			t.Errorf("%s may be reached", address)
		}
	}
	isPrivate(netip.Addr{}) // must not panic
}
