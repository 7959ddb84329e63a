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

// answersElsewhere finds what makes a server answer elsewhere than the known check of its
// image asks: another port, no port at all, or encrypted connections alone. It looks at
// what the service sets, and at the configuration files of the repository that it mounts.
func answersElsewhere(p *fixer.Pass, v compose.View, profile *container.Profile) (fixer.Evidence, bool) {
	var usual []string
	for _, port := range profile.Ports().Value {
		if port.When == nil {
			usual = append(usual, strconv.Itoa(port.Number))
		}
	}
	if len(usual) == 0 {
		return fixer.Evidence{}, false
	}
	for _, key := range []string{"command", "entrypoint"} {
		s := v.Setting(key)
		words, _ := compose.Expand(strings.Join(texts(s.Node), " "))
		if says := saysPort(words, usual); says != "" {
			return fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(s), Text: "The " + key + " " + says}, true
		}
	}
	for _, pair := range v.Pairs("environment") {
		value, _ := compose.Expand(pair.Value)
		if !portVariable().MatchString(pair.Name) || ofPeer().MatchString(pair.Name) || namesHost(v, pair.Name) || strings.Contains(value, "://") {
			continue
		}
		if says := otherNumber(value[strings.LastIndexByte(value, ':')+1:], usual); says != "" {
			return fixer.Evidence{Kind: fixer.FromCompose, Place: fmt.Sprintf("%s:%d", pair.File, pair.Node.Line), Text: "Variable " + pair.Name + " " + says}, true
		}
	}
	for _, m := range v.Mounts() {
		if !strings.HasPrefix(m.Source, ".") || !mayConfigure(m) {
			continue
		}
		at := path.Join(path.Dir(m.Setting.File), m.Source)
		if f := p.Read(at); f != nil {
			if says := saysPort(withoutComments(string(f.Data)), usual); says != "" {
				return fixer.Evidence{Kind: fixer.FromRepository, Place: at, Text: "The configuration " + says}, true
			}
		}
	}
	return fixer.Evidence{}, false
}

var (
	// An option, a variable or a key of a configuration that names a port, with its number.
	portSetting = text.Regexp(`(?i)(?:^|[\s;,"'])(-{0,2}[\w.-]*(?:port|addr|address|listen|bind)[\w.-]*)["']?[\s=:]+["']?(?:[^\s"']*:)?(\d{1,5})(?:[\s"',;/]|$)`)
	// The short option for it.
	portShort = text.Regexp(`(?:^|\s)-[pP][\s=]*(\d{2,5})(?:\s|$)`)
	// Words for the port of somebody else, or for a further one.
	ofPeer        = text.Regexp(`(?i)db|database|smtp|mail|remote|replica|master|peer|advertise|announce|cluster|tls|ssl`)
	encryptedOnly = text.Regexp(`(?i)require_?(?:tls|ssl)`)
	noNetwork     = text.Regexp(`(?i)(?:^|\s)(?:--)?skip[-_]networking(?:\s|$)`)
)

// saysPort returns what a command or a configuration says of where its server answers, ""
// where that is a usual port.
func saysPort(words string, usual []string) string {
	switch {
	case encryptedOnly().MatchString(words):
		return "accepts encrypted connections alone"
	case noNetwork().MatchString(words):
		return "accepts no connections from a network"
	}
	says := ""
	for rest := words; ; {
		m := portSetting().FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		name, number := rest[m[2]:m[3]], rest[m[4]:m[5]]
		rest = rest[m[5]:] // what ends one begins the next
		if ofPeer().MatchString(name) {
			continue
		}
		if slices.Contains(usual, number) {
			return ""
		}
		if says == "" {
			says = otherNumber(number, usual)
		}
	}
	for _, m := range portShort().FindAllStringSubmatch(words, -1) {
		if says == "" {
			says = otherNumber(m[1], usual)
		}
	}
	return says
}

// otherNumber returns what it says that a port is set to a number, "" for a usual one and
// for what is no port.
func otherNumber(number string, usual []string) string {
	n, err := strconv.Atoi(number)
	switch {
	case err != nil || slices.Contains(usual, number) || n > 65535:
		return ""
	case n == 0:
		return "turns off the usual port"
	case n < 80:
		return ""
	}
	return fmt.Sprintf("sets port %d", n)
}

// namesHost reports whether a variable for a port stands beside one for the host of the
// same peer: DB_PORT beside DB_HOST.
func namesHost(v compose.View, name string) bool {
	at := strings.Index(strings.ToUpper(name), "PORT")
	if at <= 0 {
		return false
	}
	return slices.ContainsFunc(v.Pairs("environment"), func(other compose.Pair) bool {
		rest, ok := strings.CutPrefix(other.Name, name[:at])
		return ok && strings.HasPrefix(strings.ToUpper(rest), "HOST") && !addressAlone().MatchString(other.Value)
	})
}

// withoutComments leaves out the lines of a configuration file that are comments.
func withoutComments(data string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimPrefix(data, "\ufeff")) {
		if t := strings.TrimLeft(line, " \t"); !strings.HasPrefix(t, "#") && !strings.HasPrefix(t, ";") && !strings.HasPrefix(t, "//") {
			b.WriteString(line)
		}
	}
	return b.String()
}
