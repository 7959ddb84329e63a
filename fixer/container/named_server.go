package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// calledAs are names of images that are not the name of the program in them.
var calledAs = map[string]string{
	"bind": "named", "bind9": "named", "openldap": "slapd", "clamav": "clamd", "samba": "smbd", "chrony": "chronyd", "pihole": "dnsmasq", "powerdns": "pdns_server", "pdns": "pdns_server",
}

// besides are words in names of images that belong to a server and are not the server.
var besides = text.WordSet("exporter operator ui admin web client agent metrics api sidecar rest controller proxy backup init test tests sync manager dashboard phpldapadmin builder tools cli unprivileged nonroot rootless")

// servesPages are servers whose name is in many images of applications that listen as their own
// user: nginx-hello, httpd-24.
var servesPages = text.WordSet("nginx openresty httpd apache2 apache php-fpm haproxy")

// namedServer says what the name of an image that nobody knows tells of the program in it,
// of those that start as root and serve as another user: it may not work as a user that it
// has no account for. caps are what it needs for that.
func (s *Spec) namedServer() (says string, caps []string) {
	if !s.Image.unknown() || s.replacesStart() {
		return "", nil
	}
	name := path.Base(strings.ToLower(s.Image.Name))
	name, _, _ = strings.Cut(name, "@")
	name, _, _ = strings.Cut(name, ":")
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	if len(words) == 0 || slices.ContainsFunc(words, in(besides)) {
		return "", nil
	}
	for _, w := range []string{name, words[0], words[len(words)-1]} {
		program := w
		if other := calledAs[w]; other != "" {
			program = other
		}
		if caps := serverCaps[program]; caps != "" && !servesPages[program] {
			return "The name of the image contains " + w, union(strings.Fields("CHOWN DAC_OVERRIDE FOWNER"), strings.Fields(caps))
		}
	}
	return "", nil
}

// servesByName is what namedServer says.
func (s *Spec) servesByName() string {
	says, _ := s.namedServer()
	return says
}
