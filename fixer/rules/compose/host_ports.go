package compose

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
)

// published are the entries of ports that a service needs in a network of its own.
type published struct {
	entries []string
	known   bool           // false where nothing says what the service listens on
	setBy   fixer.Evidence // what may set other ports than those of the image
}

// portsToPublish returns what a service has to publish. It is known, with no entries,
// where the file publishes ports already.
func portsToPublish(p *fixer.Pass, v compose.View) published {
	if len(v.Ports()) > 0 {
		return published{known: true}
	}
	var out published
	profile := container.OfService(p, v)
	address := ""
	if purposes[profile.Known.Purpose()].noun != "" {
		address = "127.0.0.1:"
	}
	for _, s := range v.List("expose") {
		value, _ := compose.Expand(s.Node.Text())
		out.entries = append(out.entries, address+firstPort(strings.Split(value, "/")[0])+":"+value)
	}
	if len(out.entries) > 0 {
		out.known = true
		return out
	}
	var usual []string
	for _, port := range profile.Ports().Value {
		if port.When == nil && port.Last == 0 {
			entry := fmt.Sprintf("%s%d:%d", address, port.Number, port.Number)
			if port.Protocol == "udp" {
				entry += "/udp"
			}
			out.entries = append(out.entries, entry)
			usual = append(usual, strconv.Itoa(port.Number))
		}
	}
	if len(out.entries) == 0 {
		return out
	}
	if e, may := setsPort(p, v, usual); may {
		return published{setBy: e}
	}
	out.known = true
	return out
}

// setsPort finds what may make a service listen on other ports than its image's usual
// ones: a variable, an option of its command, or a file that configures it. What names a
// usual port does not.
func setsPort(p *fixer.Pass, v compose.View, usual []string) (fixer.Evidence, bool) {
	found := func(place, says string) (fixer.Evidence, bool) {
		return fixer.Evidence{Kind: fixer.FromCompose, Place: place, Text: says + " may set the port of the service"}, true
	}
	for _, pair := range v.Pairs("environment") {
		if portVariable().MatchString(pair.Name) && (!pair.Given || otherPort(pair.Value, usual)) {
			return found(fmt.Sprintf("%s:%d", pair.File, pair.Node.Line), "Variable "+pair.Name)
		}
	}
	for _, s := range append(v.List("env_file"), v.Setting("env_file")) {
		name := s.Node.Text()
		if name == "" {
			name = s.Node.Get("path").Text()
		}
		if name == "" {
			continue
		}
		file := p.Read(path.Join(path.Dir(s.File), name))
		if file == nil || slices.ContainsFunc(compose.Environment(file.Data), func(e compose.Variable) bool { return portVariable().MatchString(e.Name) }) {
			return found(placeOf(s), "A variable of "+text.VisibleLine(name))
		}
	}
	for _, key := range []string{"command", "entrypoint"} {
		s := v.Setting(key)
		words, _ := compose.Expand(strings.Join(texts(s.Node), " "))
		if s.Node != nil && commandSetsPort(words, usual) {
			return found(placeOf(s), "The "+key)
		}
	}
	for _, m := range v.Mounts() {
		if mayConfigure(m) {
			return found(placeOf(m.Setting), "The mount at "+text.VisibleLine(m.Target))
		}
	}
	for _, s := range v.List("configs") {
		return found(placeOf(s), "A file under configs")
	}
	return fixer.Evidence{}, false
}

var (
	portVariable = text.Regexp(`(?i)PORT|LISTEN|ADDR|BIND`)
	// An address alone says nothing about the port.
	addressAlone = text.Regexp(`^(\d{1,3}(\.\d{1,3}){3}|\[?[0-9a-fA-F]*::[0-9a-fA-F:]*\]?)$`)
	portNumber   = text.Regexp(`(?:^|[^\w.])(\d{2,5})\b`)
	portOption   = text.Regexp(`(?i)port|listen|bind|addr|(^|\s)-p(\s|=|\d|$)`)
)

// otherPort reports whether a variable's value may be a port that is none of the usual
// ones.
func otherPort(value string, usual []string) bool {
	if strings.Contains(value, "$") {
		return true
	}
	if !strings.ContainsAny(value, "0123456789") || addressAlone().MatchString(value) {
		return false
	}
	return !slices.Contains(usual, value[strings.LastIndexByte(value, ':')+1:])
}

// commandSetsPort reports whether a command names a number that may be another port, or
// has an option for the port without naming a usual one.
func commandSetsPort(words string, usual []string) bool {
	named := false
	for at := 0; at < len(words); {
		m := portNumber().FindStringSubmatchIndex(words[at:])
		if m == nil {
			break
		}
		number := words[at+m[2] : at+m[3]]
		at += m[3]
		if slices.Contains(usual, number) {
			named = true
		} else if n, err := strconv.Atoi(number); err == nil && n >= 80 && n <= 65535 {
			return true
		}
	}
	return !named && portOption().MatchString(words)
}

// placesWithoutPorts are those below which a host has files that configure no server.
var placesWithoutPorts = []string{
	"/etc/localtime", "/etc/timezone", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/machine-id", "/etc/os-release",
	"/etc/passwd", "/etc/group", "/etc/ssl", "/etc/pki", "/etc/letsencrypt", "/etc/ca-certificates",
}

// mayConfigure reports whether a mount brings files of the host that may configure a
// server: a single file, or a directory where configuration lies.
func mayConfigure(m compose.Mount) bool {
	if m.Tmpfs || m.Source == "" && sourceOf(m) == "" {
		return false
	}
	if !strings.ContainsAny(m.Source+sourceOf(m), "/.~$") { // a volume
		return false
	}
	for _, place := range placesWithoutPorts {
		if m.Target == place || strings.HasPrefix(m.Target, place+"/") {
			return false
		}
	}
	base := path.Base(m.Target)
	switch extension := path.Ext(base); extension {
	case ".sock", ".pem", ".crt", ".key":
		return false
	default:
		if extension != "" && extension != base || strings.HasSuffix(strings.ToLower(base), "file") {
			return true
		}
	}
	return strings.HasPrefix(m.Target, "/etc/") || m.Target == "/etc" || slices.ContainsFunc(strings.Split(m.Target, "/"), func(part string) bool {
		switch strings.TrimPrefix(part, ".") {
		case "etc", "conf", "config", "configuration", "settings":
			return true
		}
		return slices.Contains(configDirectories, part)
	})
}
