package registry

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
)

// hubAPI is where Docker Hub answers, and hubKey the name under which Docker
// keeps its credentials.
const (
	hubAPI = "registry-1.docker.io"
	hubKey = "https://index.docker.io/v1/"
)

// A mirror is asked in place of a registry.
type mirror struct{ host, path string }

// A location is where a repository is asked for.
type location struct {
	host *host
	repo string
}

func (l location) String() string { return l.host.shown + "/" + l.repo }

// locate returns where a reference is asked for: at its registry or the mirror of
// that.
func (r *Resolver) locate(ref image.Reference) location {
	shown, repo := image.CanonicalHost(ref.Registry), ref.Repository
	if m, ok := r.mirrors[shown]; ok {
		shown = image.CanonicalHost(m.host)
		if m.path != "" {
			repo = m.path + "/" + repo
		}
	}
	return location{r.host(shown), repo}
}

// host returns the host of a name; there is one for each.
func (r *Resolver) host(shown string) *host {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.hosts[shown]
	if h == nil {
		h = newHost(r, shown)
		r.hosts[shown] = h
	}
	return h
}

// allowed reports whether a reference may be asked about.
func (r *Resolver) allowed(ref image.Reference) bool {
	return r.options.Allowed == nil || slices.ContainsFunc(r.options.Allowed, ref.From)
}

// plainAllowed reports whether a host, with or without port, may be asked
// without TLS.
func (r *Resolver) plainAllowed(hostport string) bool {
	return isLoopbackName(hostname(hostport)) || r.plainNamed(hostport)
}

// plainNamed reports whether a host was named for plain HTTP.
func (r *Resolver) plainNamed(hostport string) bool {
	for _, h := range r.options.PlainHTTP {
		if h = strings.ToLower(strings.TrimSpace(h)); h == strings.ToLower(hostport) || h == hostname(hostport) {
			return true
		}
	}
	return false
}

// hostname is a host without its port and brackets, in lower case.
func hostname(hostport string) string {
	return strings.ToLower((&url.URL{Host: hostport}).Hostname())
}

func isLoopbackName(name string) bool {
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.Unmap().IsLoopback()
}

// isPrivate reports whether an address is not one of the public internet:
// loopback, link-local (where clouds answer with credentials), of a private network,
// shared or unspecified.
func isPrivate(ip netip.Addr) bool {
	ip = reached(ip)
	return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsLinkLocalMulticast() ||
		ip.IsInterfaceLocalMulticast() || ip.IsMulticast() || ip.IsUnspecified() || sharedSpace.Contains(ip)
}

// reached is the address that a packet ends at: the IPv4 address that stands in some
// IPv6 addresses (mapped, NAT64 of RFC 6052, 6to4).
func reached(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	if !ip.Is6() {
		return ip
	}
	b := ip.As16()
	switch {
	case nat64.Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixToFour.Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return ip
}

var (
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
)

// sharedSpace is that of carriers and of some clouds (RFC 6598).
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")
