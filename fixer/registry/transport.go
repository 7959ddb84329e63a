package registry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/oakum-sec/oakum/fixer/image"
)

// A trail follows one call through its redirects. It travels in the context.
type trail struct {
	shown        string // the host that was asked, for people
	plainAllowed func(string) bool
	token        bool // it asks for a token, and may carry a credential
	file         bool // it downloads a file: the first host is not trusted either

	mu      sync.Mutex
	proxied bool   // the host is reached through a proxy
	private bool   // the host that was asked first lies in a private network
	target  string // the host that a redirect or a registry led to; "" for the one that was asked
}

type trailKey struct{}

// newClient makes the client of all calls, or that of all downloads. Proxies are those
// of the environment.
func newClient(roots *x509.CertPool, downloads bool) *http.Client {
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second, ControlContext: refuseDial}
	proxy := httpproxy.FromEnvironment().ProxyFunc()
	return &http.Client{
		Transport: &http.Transport{
			Proxy: func(r *http.Request) (*url.URL, error) {
				through, err := proxy(r.URL)
				if t, _ := r.Context().Value(trailKey{}).(*trail); t != nil {
					t.mu.Lock()
					t.proxied = through != nil
					t.mu.Unlock()
				}
				return through, err
			},
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				t, _ := ctx.Value(trailKey{}).(*trail)
				// Of a proxy the address says nothing about where the call ends.
				if t == nil || !t.guards(hostname(addr)) {
					ctx = context.WithValue(ctx, trailKey{}, (*trail)(nil))
				}
				return dialer.DialContext(ctx, network, addr)
			},
			TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			DisableCompression:     !downloads, // digests are of the bytes that are sent, checksums of files are not
			MaxIdleConns:           64,
			MaxIdleConnsPerHost:    8,
			IdleConnTimeout:        30 * time.Second,
			TLSHandshakeTimeout:    10 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: checkRedirect,
	}
}

// follow makes a context in which redirects are held to what a call may do.
func (t *trail) follow(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, trailKey{}, t)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if addr, ok := info.Conn.RemoteAddr().(*net.TCPAddr); ok && t.target == "" && !t.proxied {
			t.private = isPrivate(addr.AddrPort().Addr())
		}
	}})
}

// guards reports whether the addresses that a host stands for are looked at when it is
// dialled: of all hosts of a download, and of those that a registry led to.
func (t *trail) guards(host string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file {
		return !t.proxied
	}
	return t.target != "" && t.target == host
}

func (t *trail) isPrivate() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.private
}

// checkRedirect decides whether a redirect is followed, and takes away what must
// not follow it.
func checkRedirect(next *http.Request, via []*http.Request) error {
	t, _ := next.Context().Value(trailKey{}).(*trail)
	if t == nil {
		return http.ErrUseLastResponse
	}
	if len(via) > maxRedirects {
		return fail(image.BadAnswer, "%s redirects in circles", t.shown)
	}
	first := via[0].URL
	if next.URL.Scheme == first.Scheme && next.URL.Host == first.Host {
		return nil
	}
	for _, header := range []string{"Authorization", "Cookie", "Referer"} {
		next.Header.Del(header)
	}
	if t.token {
		return fail(image.BadAnswer, "%s redirects a call that carries a credential", t.shown)
	}
	next.URL.User = nil
	return t.check(next.URL)
}

// check decides whether a host that a registry named may be called. What names
// stand for is looked at when they are dialled.
func (t *trail) check(u *url.URL) error {
	switch {
	case u.Scheme == "http" && t.plainAllowed(u.Host):
	case u.Scheme != "https":
		return fail(image.BadAnswer, "%s leads to %s, which is not HTTPS", t.shown, clean(u.Scheme+"://"+u.Host))
	}
	name := hostname(u.Host)
	t.mu.Lock()
	t.target = name
	t.mu.Unlock()
	ip, err := netip.ParseAddr(name)
	if err == nil && !t.mayReach(ip) || isLoopbackName(name) && !t.isPrivate() {
		return fail(image.BadAnswer, "%s leads to %s, an address of a private network, and is not followed", t.shown, clean(u.Host))
	}
	return nil
}

// mayReach reports whether a registry may lead to an address: a public one to
// public addresses, one in a private network to that, too. Link-local addresses are
// where clouds hand out credentials.
func (t *trail) mayReach(ip netip.Addr) bool {
	if reached(ip).IsLinkLocalUnicast() {
		return false
	}
	return !isPrivate(ip) || t.isPrivate()
}

// refuseDial holds the addresses of a name to what [trail.mayReach] says.
func refuseDial(ctx context.Context, _, address string, _ syscall.RawConn) error {
	t, _ := ctx.Value(trailKey{}).(*trail)
	if t == nil {
		return nil
	}
	ap, err := netip.ParseAddrPort(address)
	if err == nil && !t.mayReach(ap.Addr()) {
		return fail(image.BadAnswer, "%s leads to %s, an address of a private network, and is not followed", t.shown, clean(address))
	}
	return nil
}

// sleep waits, or stops when the context does.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
