package connect

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A configText is the text of a configuration file, with where it begins.
type configText struct {
	text, file string
	line       int
	secret     bool // it is kept in a Secret
}

// Bounds of what is read of one file.
const (
	maxConfig     = 256 << 10
	maxConfigLine = 4096
)

var (
	setting = text.Regexp(`^\s*(?:-\s+)?(?:["']([^"']{1,80})["']\s*[:=]|([A-Za-z0-9_.$\-/\[\]]+)\s*(?:=|:(?:\s|$)))\s*(.*?)[,;]?\s*$`)
	element = text.Regexp(`^\s*<([A-Za-z0-9_.\-]+)[^>]*>([^<]*)</`)
	section = text.Regexp(`^\s*(?:upstream|backend|frontend|listen|defaults|cluster)\s+["']?([A-Za-z0-9_.\-]+)`)
	holder  = text.Regexp(`\$\{[A-Za-z0-9_.\-]+:-?([^${}]*)\}`)
)

// settingOf reads a line that gives a name a value, in any of the usual forms.
func settingOf(l string) (name, value string, ok bool) {
	found := setting().FindStringSubmatch(l)
	if found == nil {
		return "", "", false
	}
	return found[1] + found[2], found[3], true
}

// directives are the words before an address in files without = and colons.
var directives = map[string]bool{
	"server": true, "proxy_pass": true, "fastcgi_pass": true, "uwsgi_pass": true, "grpc_pass": true, "scgi_pass": true, "memcached_pass": true,
	"reverse_proxy": true, "proxypass": true, "proxypassreverse": true, "balancermember": true, "forward": true, "php_fastcgi": true, "host": true, "to": true, "remote": true,
}

// sayConfig reads a configuration file of whatever form: settings by their names,
// directives of web servers and proxies, and whole addresses anywhere.
func (b *builder) sayConfig(m *member, name string, c configText) {
	lines := strings.Split(c.text[:min(len(c.text), maxConfig)], "\n")
	var local []string // what the file itself gives a name to
	for _, l := range lines {
		if found := section().FindStringSubmatch(l); found != nil {
			local = append(local, strings.ToLower(found[1]))
		}
	}
	key := ""
	for i, l := range lines {
		l = withoutComment(l)
		if len(l) > maxConfigLine || strings.TrimSpace(l) == "" {
			continue
		}
		l = holder().ReplaceAllString(l, "$1")
		place := Place{c.file, c.line + i}
		say := func(a address, key string) {
			if a.port == 0 && slices.Contains(local, a.host) {
				return
			}
			b.say(m, saying{address: a, name: key, what: "config " + name, sure: Medium, source: FromConfig, place: place, wary: true})
		}
		value := l
		if found := element().FindStringSubmatch(l); found != nil {
			key, value = found[1], found[2]
		} else if name, given, ok := settingOf(l); ok {
			key, value = name, given
		} else if words := strings.Fields(l); directives[strings.ToLower(words[0])] {
			b.sayDirective(say, words)
			continue
		} else if !strings.HasPrefix(strings.TrimSpace(l), "-") && !strings.HasPrefix(strings.TrimSpace(l), `"`) {
			key = ""
		}
		b.sayLine(say, lines, i, key, value, c.secret)
	}
}

// sayDirective reads a line of a web server or proxy.
func (b *builder) sayDirective(say func(address, string), words []string) {
	for _, w := range words[1:] {
		w = strings.TrimRight(w, ";{,")
		if strings.Contains(w, "://") {
			for _, a := range urlsIn(w) {
				say(a, "upstream")
			}
		} else if a, ok := parseHost(w); ok {
			say(a, "upstream")
		}
	}
}

// sayLine reads the value of one setting.
func (b *builder) sayLine(say func(address, string), lines []string, i int, key, value string, secret bool) {
	kind := kindOf(key)
	if strings.Contains(value, "://") {
		for _, a := range urlsIn(value) {
			say(a, key)
		}
		return
	}
	if secret && !kind.host || kind.secret {
		return
	}
	for _, a := range addressesIn(strings.NewReplacer("{", " ", "}", " ", "(", " ", ")", " ").Replace(value)) {
		if a.form == bare {
			if !kind.host {
				continue
			}
			a.port = portBeside(lines, i)
		}
		say(a, key)
	}
}

// portBeside returns the port of a setting among the lines around one that has the
// same indentation.
func portBeside(lines []string, i int) int {
	indent := func(l string) int { return len(l) - len(strings.TrimLeft(strings.Replace(l, "- ", "  ", 1), " \t")) }
	for _, d := range []int{1, -1, 2, -2, 3, -3} {
		if i+d < 0 || i+d >= len(lines) || indent(lines[i+d]) != indent(lines[i]) {
			continue
		}
		name, value, ok := settingOf(holder().ReplaceAllString(lines[i+d], "$1"))
		if !ok {
			continue
		}
		words := nameWords(name)
		value = strings.Trim(value, `"' `)
		if len(words) > 0 && portWords[words[len(words)-1]] && isPort(value) {
			return atoi(value)
		}
	}
	return 0
}

func withoutComment(l string) string {
	t := strings.TrimSpace(l)
	if strings.HasPrefix(t, "#") || strings.HasPrefix(t, "//") || strings.HasPrefix(t, ";") || strings.HasPrefix(t, "<!--") || strings.HasPrefix(t, "*") {
		return ""
	}
	if i := strings.Index(l, " #"); i >= 0 {
		l = l[:i]
	}
	return l
}
