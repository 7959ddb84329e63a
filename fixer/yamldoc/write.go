package yamldoc

import (
	"strconv"
	"strings"
)

// writer turns normal values into text in the style of a place in a file.
type writer struct {
	eol    string
	step   int  // columns by which a mapping's value mapping is deeper
	list   int  // columns by which a mapping's value list is deeper
	quote  byte // quote every string so; 0 quotes where YAML needs it
	needed byte // the quote for strings that need one
	keys   byte // quote every key so; 0 as needed
	json   bool
	dash   string // "- ", or with as many spaces as the neighbours have
	fold   bool   // text of several lines may become a literal

	colon, comma string // separators in flow style: ": " and ", "
	pad          string // inside the braces of a flow mapping
}

// inline writes a value on one line; collections in flow style.
func (w *writer) inline(v any, flow bool) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return formatFloat(v)
	case Raw:
		return string(v)
	case aliasValue:
		return "*" + string(v)
	case string:
		return w.str(v, flow)
	case Map:
		if len(v) == 0 {
			return "{}"
		}
		var parts []string
		for _, p := range v {
			parts = append(parts, w.key(p.Key, true)+w.colon+w.inline(p.Value, true))
		}
		return "{" + w.pad + strings.Join(parts, w.comma) + w.pad + "}"
	case []any:
		var parts []string
		for _, it := range v {
			parts = append(parts, w.inline(it, true))
		}
		return "[" + strings.Join(parts, w.comma) + "]"
	}
	return ""
}

// str writes a string on one line.
func (w *writer) str(s string, flow bool) string {
	switch {
	case w.json:
		return quoted(s, '"', true)
	case w.quote != 0:
		return quoted(s, w.quote, false)
	case plainSafe(s, flow):
		return s
	}
	return quoted(s, w.needed, false)
}

// key writes a mapping key.
func (w *writer) key(s string, flow bool) string {
	switch {
	case w.json:
		return quoted(s, '"', true)
	case w.keys != 0:
		return quoted(s, w.keys, false)
	case plainSafe(s, flow) && !strings.HasPrefix(s, "- ") && len(s) < 128:
		return s
	}
	return quoted(s, w.needed, false)
}

// pretty writes a value in flow style over several lines, as JSON is printed.
// indent is what the line with the opening bracket starts with.
func (w *writer) pretty(v any, indent, unit string) string {
	if !isCollection(v) {
		return w.inline(v, true)
	}
	in := indent + unit
	var b strings.Builder
	switch v := v.(type) {
	case Map:
		for i, p := range v {
			b.WriteString(sep(i) + w.eol + in + w.key(p.Key, true) + w.colon + w.pretty(p.Value, in, unit))
		}
		return "{" + b.String() + w.eol + indent + "}"
	case []any:
		for i, it := range v {
			b.WriteString(sep(i) + w.eol + in + w.pretty(it, in, unit))
		}
		return "[" + b.String() + w.eol + indent + "]"
	}
	return ""
}

func sep(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// block writes a collection with content in block style. Its first line has no
// indentation, the others start at column col.
func (w *writer) block(v any, col int) string {
	var b strings.Builder
	switch v := v.(type) {
	case Map:
		for i, p := range v {
			if i > 0 {
				b.WriteString(w.line(col))
			}
			b.WriteString(w.entry(p.Key, p.Value, col))
		}
	case []any:
		for i, it := range v {
			if i > 0 {
				b.WriteString(w.line(col))
			}
			b.WriteString(w.dash + w.item(it, col+len(w.dash)))
		}
	}
	return b.String()
}

// entry writes `key: value` for a mapping at column col.
func (w *writer) entry(key string, v any, col int) string {
	return w.key(key, false) + ":" + w.after(v, col)
}

// after writes what follows the colon of a key at column col.
func (w *writer) after(v any, col int) string {
	switch {
	case !isCollection(v):
		return " " + w.scalar(v, col+w.step)
	default:
		in := w.under(v, col)
		return w.line(in) + w.block(v, in)
	}
}

// under returns the column for a collection below a key at column col.
func (w *writer) under(v any, col int) int {
	if _, ok := v.([]any); ok {
		return col + w.list
	}
	return col + w.step
}

// item writes what follows a dash; col is where it starts.
func (w *writer) item(v any, col int) string {
	if isCollection(v) {
		return w.block(v, col)
	}
	return w.scalar(v, col)
}

// scalar writes a scalar in block context; text of several lines becomes a
// literal whose lines start at column col.
func (w *writer) scalar(v any, col int) string {
	s, ok := v.(string)
	if !ok || !w.fold || !literalSafe(s) {
		return w.inline(v, false)
	}
	head, body := "|-", s
	if t := strings.TrimSuffix(s, "\n"); t != s {
		head, body = "|", t
	}
	var b strings.Builder
	b.WriteString(head)
	for l := range strings.SplitSeq(body, "\n") {
		if l == "" {
			b.WriteString(w.eol)
			continue
		}
		b.WriteString(w.line(max(col, 1)) + l)
	}
	return b.String()
}

// literalSafe reports whether text of several lines can stand in a literal
// without an indentation indicator and without trailing blank lines.
func literalSafe(s string) bool {
	if !strings.Contains(strings.TrimSuffix(s, "\n"), "\n") || strings.HasSuffix(s, "\n\n") || s[0] == ' ' || s[0] == '\n' {
		return false
	}
	for _, r := range s {
		if r != '\n' && r != '\t' && !isLiteralRune(r) {
			return false
		}
	}
	return true
}

// line starts a new line at a column.
func (w *writer) line(col int) string { return w.eol + strings.Repeat(" ", col) }
