package build

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// urlIn finds what a word downloads from; the place of a variable counts as text.
var urlIn = text.Regexp(`(?i)\b(https?|ftp)://[^\s'"|;<>)]+`)

// localURL matches the start of a URL that does not leave the machine.
var localURL = text.Regexp(`(?i)^\w+://([^/@]*@)?(localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1\]|host\.docker\.internal)([:/]|$)`)

// FindURL returns the first URL in a text, or "".
func FindURL(text string) string { return urlIn().FindString(text) }

// IsLocalURL reports whether a URL does not leave the machine.
func IsLocalURL(u string) bool { return localURL().MatchString(u) }

// ShownURL is a URL without what may be a secret in it: the user and the query.
func ShownURL(u string) string {
	scheme, rest, _ := strings.Cut(u, "://")
	rest, _, _ = strings.Cut(rest, "?")
	host, tail, slash := strings.Cut(rest, "/")
	host = host[strings.LastIndexByte(host, '@')+1:]
	if slash {
		host += "/" + tail
	}
	const most = 80
	if len(host) > most {
		host = strings.ToValidUTF8(host[:most], "") + "…"
	}
	return scheme + "://" + host
}

// urls are the URLs among the arguments of the command.
func (c Command) urls() []string {
	var out []string
	for _, w := range c.Args() {
		out = append(out, urlIn().FindAllString(w.Raw, -1)...)
	}
	return out
}

// RemoteURL returns the first URL of the command that leads to another machine.
func (c Command) RemoteURL() string {
	for _, u := range c.urls() {
		if !IsLocalURL(u) {
			return u
		}
	}
	return ""
}

// OnlyLocalURLs reports whether the command names URLs and all are of this
// machine.
func (c Command) OnlyLocalURLs() bool { return c.RemoteURL() == "" && len(c.urls()) > 0 }
