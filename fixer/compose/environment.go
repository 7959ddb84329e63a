package compose

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A Variable is a name that an environment file such as .env gives a value to.
type Variable struct {
	Name   string
	Line   int  // from 1
	Secret bool // [NamesAndAddresses] has found that its value is a secret

	value string // as far as it stands in the line, without its quotes
}

// Value returns what is kept of the value: all of it only where it is no secret.
func (v Variable) Value() string {
	if v.Secret {
		return ""
	}
	return v.value
}

// secretMark is what is left of a value that is a secret, behind the address in it.
const secretMark = " (secret)"

// IsEnvironment reports whether a file of this name is one that Compose reads by
// itself, .env, or is used in its place or as its source, as .env.prod and env.example.
func IsEnvironment(base string) bool {
	if base == ".env" || strings.HasPrefix(base, ".env.") {
		return true
	}
	word, ok := strings.CutPrefix(base, "env.")
	if !ok {
		word, ok = strings.CutSuffix(base, ".env")
	}
	switch word {
	case "default", "defaults", "dist", "example", "sample", "template":
		return ok
	}
	return false
}

// NamesOnly returns an environment file without its values: each line that gives a
// variable a value is left with the name and the separator, all others are left
// empty. Line numbers stay.
func NamesOnly(data []byte) []byte { return withValues(data, func(Variable) string { return "" }) }

// NamesAndAddresses is [NamesOnly] with the values that say where a server is: host and
// port. Users, passwords, paths and options of a URL are left out, and so is a value
// that is an address by its form alone: its name has to say so, too.
//
// Where secret says that a value is one, a mark is kept of it. The values of images, by the
// names of the variables in which Compose files look for an image or its Dockerfile, are kept,
// and those of the variables in these.
func NamesAndAddresses(data []byte, secret func(name, value string) bool, images []string) []byte {
	keep := ofImages(data, images)
	return withValues(data, func(v Variable) string {
		value, _, _ := strings.Cut(v.value, " #")
		value = strings.Trim(value, `"' `)
		switch {
		case secret(v.Name, value):
			return v.address() + secretMark
		case keep[v.Name] && imageWord().MatchString(value):
			return value
		}
		return v.address()
	})
}

// imageWord matches what can be the name of an image, a part of one, or a path.
var imageWord = text.Regexp(`^[\w./:@${}-]{1,255}$`)

// ofImages completes the names of variables with those that their values name.
func ofImages(data []byte, images []string) map[string]bool {
	keep := map[string]bool{}
	values := map[string]string{}
	if len(images) > 0 {
		for _, v := range Environment(data) {
			values[v.Name] = v.value
		}
	}
	for left := slices.Clone(images); len(left) > 0; {
		name := left[0]
		left = left[1:]
		if !keep[name] {
			keep[name] = true
			left = append(left, Variables(values[name])...)
		}
	}
	return keep
}

var (
	serverURL  = text.Regexp(`^((?:jdbc:)?[a-z][a-z0-9+.-]*://)(?:[^@/?#\s]*@)?((?:[A-Za-z][A-Za-z0-9.-]*|\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?)(?:[/?#;].*)?$`)
	serverName = text.Regexp(`^[A-Za-z][A-Za-z0-9.-]*(:\d{1,5})?(,[A-Za-z][A-Za-z0-9.-]*(:\d{1,5})?)*$`)
	onlyDigits = text.Regexp(`^\d{1,5}$`)
	serverWord = text.Regexp(`(^|_)(HOSTS?|HOSTNAME|SERVERS?|ADDR|ADDRESS|ENDPOINT|BROKERS?|NODES?|UPSTREAM|URL|URI)$`)
)

// address is what a variable says of where a server is, "" for nothing.
func (v Variable) address() string {
	name := strings.ToUpper(v.Name)
	if found := serverURL().FindStringSubmatch(v.value); found != nil {
		return found[1] + found[2]
	}
	switch {
	case serverWord().MatchString(name) && serverName().MatchString(v.value),
		strings.HasSuffix(name, "PORT") && onlyDigits().MatchString(v.value):
		return v.value
	}
	return ""
}

func withValues(data []byte, keep func(Variable) string) []byte {
	var out strings.Builder
	next := 1
	for _, v := range Environment(data) {
		for ; next < v.Line; next++ {
			out.WriteByte('\n')
		}
		out.WriteString(v.Name + "=" + keep(v))
	}
	if out.Len() > 0 {
		out.WriteByte('\n')
	}
	return []byte(out.String())
}

// Environment returns the variables that an environment file gives values to, as
// Compose reads it, in their order. A quoted value may go on over several lines.
func Environment(data []byte) []Variable {
	var out []Variable
	var open byte // the quote that an earlier line has not closed
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if open != 0 {
			if closes(line, open) {
				open = 0
			}
			continue
		}
		name, value, ok := assignment(line)
		if !ok {
			continue
		}
		value = strings.TrimLeft(value, " \t")
		plain := strings.Trim(strings.TrimSpace(value), `"'`)
		plain, marked := strings.CutSuffix(plain, strings.TrimSpace(secretMark))
		plain = strings.TrimSpace(plain)
		out = append(out, Variable{Name: name, Line: number, Secret: marked, value: plain})
		if value != "" && (value[0] == '"' || value[0] == '\'') && !closes(value[1:], value[0]) {
			open = value[0]
		}
	}
	return out
}

// Added returns the variables, with their values, that a version of an environment file
// has and the one before does not.
func Added(before, after []byte) map[string]string {
	known := map[string]bool{}
	for _, v := range Environment(before) {
		known[v.Name] = true
	}
	out := map[string]string{}
	for _, v := range Environment(after) {
		if !known[v.Name] {
			out[v.Name] = v.value
		}
	}
	return out
}

// assignment cuts a line after the name of the variable that it sets.
func assignment(line string) (name, value string, ok bool) {
	line = strings.TrimLeft(line, " \t")
	if rest, exported := strings.CutPrefix(line, "export "); exported {
		line = strings.TrimLeft(rest, " \t")
	}
	end := 0
	for end < len(line) && (isNameByte(line[end], end == 0) || end > 0 && line[end] == '.') {
		end++
	}
	rest := strings.TrimLeft(line[end:], " \t")
	if end == 0 || rest == "" || rest[0] != '=' && rest[0] != ':' {
		return "", "", false
	}
	return line[:end], rest[1:], true
}

// closes reports whether a text has the quote, not behind a backslash.
func closes(s string, quote byte) bool {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote == '"':
			i++
		case s[i] == quote:
			return true
		}
	}
	return false
}
