package compose

import "strings"

// An Ending is the default of a variable with which a value ends, as 17.2 in
// postgres:${TAG:-17.2}. Open, Default and Close are the value.
type Ending struct {
	Prefix  string   // what stands before the variable: "postgres:"
	Open    string   // what stands before the default: "postgres:${TAG:-"
	Default string   // without variables: "17.2"
	Close   string   // the braces behind it
	Names   []string // the variables that replace the default; several where one is the default of another
}

// EndingOf returns the default with which a value ends. ok is false where it ends
// otherwise, or where another variable stands in it.
func EndingOf(s string) (e Ending, ok bool) {
	at := strings.Index(s, "${")
	if at < 0 || variable(s[:at]) != "" || strings.Contains(s[:at], "$") {
		return e, false
	}
	e.Prefix, e.Open = s[:at], s[:at]
	rest := s[at:]
	for range maxNesting {
		if !strings.Contains(rest, "$") {
			e.Default = rest
			return e, len(e.Names) > 0
		}
		name, open := opening(rest)
		if open == "" || closingBrace(rest, len("${")) != len(rest)-1 {
			return e, false
		}
		e.Names = append(e.Names, name)
		e.Open, e.Close, rest = e.Open+open, "}"+e.Close, rest[len(open):len(rest)-1]
	}
	return e, false
}

// opening cuts ${NAME:- or ${NAME- off the beginning of a text; open is "" where it
// does not begin so.
func opening(s string) (name, open string) {
	rest, ok := strings.CutPrefix(s, "${")
	if !ok {
		return "", ""
	}
	end := 0
	for end < len(rest) && isNameByte(rest[end], end == 0) {
		end++
	}
	after := strings.TrimPrefix(rest[end:], ":")
	if end == 0 || !strings.HasPrefix(after, "-") {
		return "", ""
	}
	return rest[:end], s[:len(s)-len(after)+1]
}
