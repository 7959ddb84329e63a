package compose

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// Expand fills variables of a value in with their defaults, as Compose does
// when the environment has none of them: ${V:-d} and ${V-d} give d, $V and
// ${V} give nothing, $$ a dollar. certain is false when the result depends on
// a variable, whether or not it has a default.
func Expand(s string) (value string, certain bool) {
	if !strings.Contains(s, "$") {
		return s, true
	}
	return expand(s, nil, 0)
}

// expandWith is [Expand] with values of variables; nil knows none.
func expandWith(s string, lookup func(name string) (string, bool)) string {
	if !strings.Contains(s, "$") {
		return s
	}
	s, _ = expand(s, lookup, 0)
	return s
}

// maxNesting bounds defaults within defaults.
const maxNesting = 8

func expand(s string, lookup func(name string) (string, bool), depth int) (string, bool) {
	var b strings.Builder
	certain := true
	for i := 0; i < len(s); i++ {
		if s[i] != '$' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch next := s[i+1]; {
		case next == '$':
			b.WriteByte('$')
			i++
		case next == '{':
			end := closingBrace(s, i+2)
			if end < 0 || depth >= maxNesting {
				b.WriteString(s[i:])
				return b.String(), false
			}
			word, known := valueOf(s[i+2:end], lookup)
			if !known {
				word, _ = expand(word, lookup, depth+1)
			}
			b.WriteString(word)
			i, certain = end, false
		case isNameByte(next, true):
			j := i + 1
			for j < len(s) && isNameByte(s[j], false) {
				j++
			}
			if lookup != nil {
				value, _ := lookup(s[i+1 : j])
				b.WriteString(value)
			}
			i, certain = j-1, false
		default:
			b.WriteByte('$')
		}
	}
	return b.String(), certain
}

// closingBrace returns the index of the brace that closes the one before from.
func closingBrace(s string, from int) int {
	depth := 1
	for i := from; i < len(s); i++ {
		switch {
		case s[i] == '}':
			if depth--; depth == 0 {
				return i
			}
		case s[i] == '{' && s[i-1] == '$':
			depth++
		}
	}
	return -1
}

// valueOf returns the value of a variable that lookup knows. known is false where the
// result is a word that stands in its place, and may have variables of its own.
func valueOf(expr string, lookup func(name string) (string, bool)) (word string, known bool) {
	if lookup != nil {
		end := 0
		for end < len(expr) && isNameByte(expr[end], end == 0) {
			end++
		}
		if value, set := lookup(expr[:end]); set {
			switch rest := expr[end:]; {
			case strings.HasPrefix(rest, ":+") && value != "":
				return rest[2:], false
			case strings.HasPrefix(rest, "+"):
				return rest[1:], false
			case strings.HasPrefix(rest, ":-") && value == "":
				return rest[2:], false
			}
			return value, true
		}
	}
	return defaultOf(expr), false
}

// defaultOf returns what NAME:-word or NAME-word give for an unset NAME. The
// forms that demand a value (:?) or replace a set one (:+) give nothing.
func defaultOf(expr string) string {
	i := 0
	for i < len(expr) && isNameByte(expr[i], i == 0) {
		i++
	}
	rest := strings.TrimPrefix(expr[i:], ":")
	if word, ok := strings.CutPrefix(rest, "-"); ok {
		return word
	}
	return ""
}

func isNameByte(c byte, first bool) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || !first && c >= '0' && c <= '9'
}

// variable returns the name of the first variable that a value holds, "" without one.
func variable(s string) string {
	for i := 0; i+1 < len(s); i++ {
		if s[i] != '$' {
			continue
		}
		j := i + 1
		if s[j] == '$' {
			i = j
			continue
		}
		if s[j] == '{' {
			j++
		}
		end := j
		for end < len(s) && isNameByte(s[end], end == j) {
			end++
		}
		if end > j {
			return s[j:end]
		}
	}
	return ""
}

// interpolated finds the variables that a text reads; $$ is a dollar.
var interpolated = text.Regexp(`(?:^|[^$])(?:\$\$)*\$\{?([A-Za-z_]\w*)`)

// Variables returns the names of the variables that a text reads, in their order, those in
// defaults too.
func Variables(s string) []string {
	if !strings.Contains(s, "$") {
		return nil
	}
	var out []string
	for rest := s; ; {
		at := interpolated().FindStringSubmatchIndex(rest)
		if at == nil {
			return out
		}
		out = append(out, rest[at[2]:at[3]])
		rest = rest[at[3]:]
	}
}
