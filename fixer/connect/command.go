package connect

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A word is one of a command, with where it is written.
type word struct {
	text  string
	place Place
}

// wordsOf returns the words of a command in either form. One that is a script is
// taken apart at blanks and at what a shell takes for more than text.
func wordsOf(n *yamldoc.Node, file string, expand func(string) string) []word {
	var out []word
	add := func(n *yamldoc.Node) {
		text := expand(n.Text())
		if len(text) > maxValue {
			text = text[:maxValue]
		}
		if !strings.ContainsAny(text, " \t\n") {
			out = append(out, word{text, Place{file, n.Line}})
			return
		}
		at := textOf(n, text, file)
		script := yamlStyle(n)
		for i, line := range strings.Split(text, "\n") {
			line = withoutShellComment(line)
			place := Place{file, at.line}
			if script {
				place.Line += i
			}
			for _, w := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r;|&()<>\"'`", r) }) {
				out = append(out, word{w, place})
			}
		}
	}
	if n.Text() != "" {
		add(n)
	}
	for _, item := range n.List() {
		add(item)
	}
	return out
}

// withoutShellComment cuts off what a shell does not read: a comment begins where a word does.
func withoutShellComment(line string) string {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') && !quoted(line[:i]) {
			return line[:i]
		}
	}
	return line
}

// quoted reports whether a quote is open at the end of a piece of a line.
func quoted(s string) bool {
	return strings.Count(s, `"`)%2 == 1 || strings.Count(s, "'")%2 == 1
}

func yamlStyle(n *yamldoc.Node) bool {
	r := n.Resolve()
	return r != nil && r.Style == yamldoc.Literal
}

// askers are programs whose argument is a host.
var askers = map[string]bool{"ping": true, "nslookup": true, "dig": true, "host": true, "getent": true, "wait-for-it": true, "wait-for-it.sh": true, "wait-for": true, "wait-for.sh": true, "telnet": true, "nc": true, "ncat": true, "netcat": true}

var devTCP = text.Regexp(`/dev/(?:tcp|udp)/([A-Za-z0-9_.-]+)/(\d{1,5})`)

// replacedHost matches what writes the name of another host into a file where that of the
// own machine stands.
var replacedHost = text.Regexp(`^s[/,#](?:localhost|127\.0\.0\.1)(?::\d+)?[/,#]([A-Za-z0-9][A-Za-z0-9_.-]*)(?::(\d{1,5}))?[/,#]`)

// sayCommand reads the words of a command: options that have an address as their
// value, addresses that stand alone, and a host with its port behind it.
func (b *builder) sayCommand(m *member, what string, source Source, words []word) {
	for i, w := range words {
		say := func(a address, name string) {
			title := what
			if name != "" && strings.HasPrefix(name, "--") {
				title += " " + name
			}
			sure := High
			if a.form == bare {
				sure = Medium
			}
			b.say(m, saying{address: a, name: optionName(name), what: title, sure: sure, source: source, place: w.place, wary: true})
		}
		if found := devTCP().FindStringSubmatch(w.text); found != nil {
			say(address{host: strings.ToLower(found[1]), port: atoi(found[2]), form: hostPort}, "")
			continue
		}
		if found := replacedHost().FindStringSubmatch(w.text); found != nil { // sed 's/localhost/db/' config
			say(address{host: strings.ToLower(found[1]), port: atoi(found[2])}, "host")
			continue
		}
		name, value := "", w.text
		if n, v, ok := strings.Cut(w.text, "="); ok && n != "" && !strings.Contains(n, "://") {
			name, value = n, v
		} else if i > 0 && strings.HasPrefix(words[i-1].text, "-") && !strings.Contains(words[i-1].text, "=") {
			name = words[i-1].text
		} else if i > 0 && askers[words[i-1].text] || i > 1 && words[i-1].text == "hosts" {
			name = "host"
		}
		list := addressesIn(value)
		for _, a := range list {
			if a.form == bare && a.port == 0 && len(list) == 1 && i+1 < len(words) && isPort(words[i+1].text) { // nc -z db 5432
				a.port, a.form = atoi(words[i+1].text), hostPort
				if len(b.resolve(m, a).targets) == 0 {
					continue
				}
			}
			say(a, name)
		}
	}
}

// optionName is what an option is called; those of one letter by what most clients
// mean by it.
func optionName(s string) string {
	if s == "-h" || s == "-H" {
		return "host"
	}
	return strings.TrimLeft(s, "-")
}
