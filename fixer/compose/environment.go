package compose

import "strings"

// A Variable is a name that an environment file such as .env gives a value to.
type Variable struct {
	Name   string
	Line   int  // from 1
	Secret bool // [NamesOnly] has found that its value is a secret
}

// secretMark is what [NamesOnly] leaves of a value that is a secret.
const secretMark = "(secret)"

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
// empty. Line numbers stay. Where secret says that a value is one, a mark is kept in its
// place.
func NamesOnly(data []byte, secret func(name, value string) bool) []byte {
	var out strings.Builder
	next := 1
	eachAssignment(data, func(v Variable, value string) {
		for ; next < v.Line; next++ {
			out.WriteByte('\n')
		}
		out.WriteString(v.Name + "=")
		if secret(v.Name, plainValue(value)) {
			out.WriteString(secretMark)
		}
	})
	if out.Len() > 0 {
		out.WriteByte('\n')
	}
	return []byte(out.String())
}

// Environment returns the variables that an environment file gives values to, as
// Compose reads it, in their order. A quoted value may go on over several lines.
func Environment(data []byte) []Variable {
	var out []Variable
	eachAssignment(data, func(v Variable, value string) {
		v.Secret = value == secretMark
		out = append(out, v)
	})
	return out
}

// plainValue returns the value of a line without its quotes and its comment. Of one that
// goes on over several lines it is the first.
func plainValue(value string) string {
	value = strings.TrimSpace(value)
	if value != "" && (value[0] == '"' || value[0] == '\'') {
		quoted, _, _ := strings.Cut(value[1:], value[:1])
		return quoted
	}
	value, _, _ = strings.Cut(value, " #")
	return strings.TrimSpace(value)
}

func eachAssignment(data []byte, do func(v Variable, value string)) {
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
		do(Variable{Name: name, Line: number}, value)
		if value = strings.TrimLeft(value, " \t"); value != "" && (value[0] == '"' || value[0] == '\'') && !closes(value[1:], value[0]) {
			open = value[0]
		}
	}
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
