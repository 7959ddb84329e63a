package connect

import (
	"fmt"
	"strings"
)

// A saying is an address that one line names, with what the line says of it.
type saying struct {
	address
	name   string // of the variable, option or setting; "" without one
	what   string // how the line is called for people: "env DB_URL"
	sure   Confidence
	source Source
	place  Place

	// wary says that the line is no variable: only what resolves, or is a whole URL,
	// is taken for an address.
	wary bool
}

// A target is what a host stands for.
type target struct {
	to       ID
	port     int // of the container
	protocol string
}

// A resolution is what a host turned out to be.
type resolution struct {
	targets []target
	self    bool   // whoever asks
	away    string // a host outside of the repository
	named   bool   // a Service gives the host outside its name here
	why     string // why nothing is known; "" where it may be no host at all
	weak    bool   // the name fits several, or only in part
	inside  bool   // the host has the form of a name in the cluster
	sure    bool   // the host ends as only names of a cluster do: whatever the variable is called
}

// say adds what a line says of a connection of a member.
func (b *builder) say(m *member, s saying) {
	if isHere(s.host) || s.host == "" {
		return
	}
	kind := kindOf(s.name)
	if kind.own || kind.image {
		return
	}
	if kind.secret && s.form != ofURL {
		return
	}
	r := b.resolve(m, s.address)
	if r.self {
		return
	}
	shown := s.host
	if port := s.port; port != 0 {
		shown = withPort(s.host, port)
	} else if len(r.targets) == 1 && r.targets[0].port != 0 {
		shown = withPort(s.host, r.targets[0].port)
	}
	e := Evidence{Text: strings.TrimSpace(m.name+" "+s.what) + " → " + shown, Place: s.place, Source: s.source}
	switch {
	case len(r.targets) > 0:
		b.sayKnown(m, s, r, kind, e)
	case r.sure:
		b.open(m.id, s.host, portOrDefault(s.address), r.why, e)
	case r.away != "" && r.named && (s.form != bare || kind.host || kind.names(s.host)):
		b.connect(m.id, b.external(r.away), portOrDefault(s.address), "TCP", s.sure, "", e)
	case s.form == bare && !kind.host:
	case r.away != "":
		b.sayAway(m, s, r.away, kind, e)
	case r.why != "" && s.form == ofURL && (!s.wary || isURLHost(s.host)),
		r.why != "" && !s.wary && s.form == hostPort && (kind.host || s.port > 79),
		r.inside && kind.host,
		r.why != "" && s.form == hostPort && kind.strong,
		r.why != "" && (!s.wary || s.port != 0) && s.form == bare && kind.strong && !isSwitch(s.host):
		b.open(m.id, s.host, portOrDefault(s.address), r.why, e)
	}
}

func (b *builder) sayKnown(m *member, s saying, r resolution, kind nameKind, e Evidence) {
	sure := s.sure
	if s.form == bare {
		if !kind.host && !kind.names(s.host) && !r.sure {
			return
		}
		if sure == High && s.port == 0 {
			sure = Medium
		}
	}
	if r.weak || kind.public && s.form != hostPort {
		sure = Low
	}
	for _, t := range r.targets {
		b.connect(m.id, t.to, t.port, t.protocol, sure, "", e)
	}
}

// sayAway adds a connection to a host outside. Of words alone only such are taken
// that have the form of a name in the internet, or are an address.
func (b *builder) sayAway(m *member, s saying, host string, kind nameKind, e Evidence) {
	if s.form != ofURL && (!kind.host || s.form == bare && !isIP(host) && !isDomain(host)) || s.form == hostPort && s.wary && !kind.host {
		return
	}
	sure := s.sure
	if kind.public {
		sure = Low
	}
	port := s.port
	if port == 0 {
		port = defaultPort(s.scheme)
	}
	b.connect(m.id, b.external(host), port, "TCP", sure, "", e)
}

// isDomain reports whether a name ends as those of the internet do, and not as a
// file does.
func isDomain(host string) bool {
	i := strings.LastIndexByte(host, '.')
	if i < 0 {
		return false
	}
	last := host[i+1:]
	return len(last) > 1 && strings.Trim(last, "abcdefghijklmnopqrstuvwxyz") == "" && !fileEnds[last]
}

var fileEnds = map[string]bool{
	"yml": true, "yaml": true, "json": true, "js": true, "ts": true, "py": true, "sh": true, "conf": true, "cfg": true, "ini": true, "toml": true, "xml": true,
	"txt": true, "log": true, "pem": true, "crt": true, "key": true, "cer": true, "jar": true, "war": true, "html": true, "css": true, "php": true, "rb": true,
	"sql": true, "db": true, "env": true, "properties": true, "pid": true, "sock": true, "so": true, "md": true, "csv": true, "zip": true, "gz": true, "tar": true, "exe": true, "dll": true, "tgz": true, "tbz": true, "bz": true, "xz": true, "txz": true, "zst": true,
	"deb": true, "rpm": true, "apk": true, "whl": true, "gem": true, "bin": true, "iso": true, "img": true, "dat": true, "bak": true, "tmp": true, "tpl": true, "tmpl": true,
	"jsonl": true, "tsx": true, "jsx": true, "scss": true, "svg": true, "png": true, "jpg": true, "pdf": true, "crl": true, "csr": true, "jks": true,
}

// isURLHost reports whether the host of a URL in a configuration file looks like one
// of a network: placeholders of templates do not.
func isURLHost(host string) bool {
	return !strings.ContainsAny(host, "_") || strings.Contains(host, "-")
}

// isSwitch reports whether a word is a setting that is no name.
func isSwitch(s string) bool {
	switch s {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "t", "f", "none", "null", "default", "auto", "any", "all", "local", "enabled", "disabled", "internal", "external":
		return true
	}
	return false
}

// resolve finds out what a host is to a member.
func (b *builder) resolve(m *member, a address) resolution {
	if m.w != nil {
		return b.kube.resolve(b, m, a)
	}
	return b.resolveInProject(m, a)
}

// noAnswer is the resolution of a host that is none of the repository's.
func noAnswer(host, missing string) resolution {
	switch {
	case isIP(host), strings.Contains(host, "."):
		return resolution{away: host}
	}
	return resolution{why: fmt.Sprintf("no %s here has the name %s", missing, host)}
}
