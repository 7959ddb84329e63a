package yamldoc

import "bytes"

// An Outline is what a cheap look at a document finds, without parsing it: the
// keys that seem to be at its top level. It may name a key too many (a line
// of a quoted scalar that looks like one), never one too few, except in
// documents that are aliases, or flow style over several lines with plain keys.
type Outline struct {
	Start, End int // byte range in the file
	Line       int // of Start
	Keys       []TopKey
}

// A TopKey is a key at the top of a document.
type TopKey struct {
	Name  string
	Value string // what is after the colon on its line, without quotes and comment; often empty
	Line  int
}

// Has reports whether all the names are among the keys.
func (o Outline) Has(names ...string) bool {
	for _, n := range names {
		if _, ok := o.Value(n); !ok {
			return false
		}
	}
	return true
}

// Value returns the text after a top-level key.
func (o Outline) Value(name string) (string, bool) {
	for _, k := range o.Keys {
		if k.Name == name {
			return k.Value, true
		}
	}
	return "", false
}

// Outlines looks at every document of a file. It costs one pass over the bytes
// and never fails; on what is no YAML its answer means nothing.
func Outlines(src []byte) []Outline {
	var out []Outline
	line := 1
	for _, p := range split(src) {
		out = append(out, outline(src, p, line))
		line += bytes.Count(src[p.start:p.end], []byte{'\n'})
	}
	return out
}

func outline(src []byte, p part, line int) Outline {
	o := Outline{Start: p.start, End: p.end, Line: line}
	at := p.start
	if bytes.HasPrefix(src[at:p.end], bom) {
		at += len(bom)
	}
	if p.marker >= 0 {
		line += bytes.Count(src[at:p.marker], []byte{'\n'})
		at = p.marker
	}
	first := skipGap(src[:p.end], at)
	if first < p.end && src[first] == '{' {
		o.flow(src[:p.end], first, line+bytes.Count(src[at:first], []byte{'\n'}))
		return o
	}
	col := first - bytes.LastIndexByte(src[:first], '\n') - 1
	if bytes.HasPrefix(src, bom) && bytes.IndexByte(src[:first], '\n') < 0 {
		col -= len(bom)
	}
	for at < p.end {
		next := bytes.IndexByte(src[at:p.end], '\n')
		if next < 0 {
			next = p.end
		} else {
			next += at + 1
		}
		if l := src[at:next]; len(l) > col && !blank(l[col]) && l[col] != '#' && len(bytes.TrimLeft(l[:col], " ")) == 0 {
			o.key(l[col:], line)
		}
		at = next
		line++
	}
	return o
}

// key adds the key a line starts with, if it does.
func (o *Outline) key(l []byte, line int) {
	l = bytes.TrimRight(l, " \t\r\n")
	name, end := []byte(nil), 0
	var ok bool
	switch l = bytes.TrimPrefix(l, []byte("? ")); {
	case len(l) == 0:
		return
	case l[0] == '"':
		end, ok = doubleQuoted(l, 0)
	case l[0] == '\'':
		end, ok = singleQuoted(l, 0)
	default:
		for end = 0; end < len(l) && !ok; end++ {
			ok = l[end] == ':' && (end+1 == len(l) || blank(l[end+1]))
		}
		end--
		if !ok {
			end = len(l)
		}
	}
	name = bytes.TrimSpace(l[:max(end, 0)])
	if n := len(name); n >= 2 && (name[0] == '"' || name[0] == '\'') {
		name = name[1 : n-1]
	}
	rest := bytes.TrimLeft(l[max(end, 0):], " \t")
	value := ""
	if len(rest) > 0 && rest[0] == ':' {
		value = bareValue(rest[1:])
	} else if !ok || len(rest) > 0 {
		return
	}
	o.Keys = append(o.Keys, TopKey{Name: string(name), Value: value, Line: line})
}

// bareValue strips quotes, or a trailing comment, from the rest of a line.
func bareValue(v []byte) string {
	v = bytes.TrimSpace(v)
	if len(v) == 0 || v[0] == '#' {
		return ""
	}
	if end, ok := doubleQuoted(v, 0); ok {
		return string(v[1 : end-1])
	}
	if end, ok := singleQuoted(v, 0); ok {
		return string(v[1 : end-1])
	}
	if i := bytes.Index(v, []byte(" #")); i >= 0 {
		v = bytes.TrimSpace(v[:i])
	}
	return string(v)
}

// flow finds the keys one bracket deep in a flow mapping, as in JSON.
func (o *Outline) flow(src []byte, at, line int) {
	depth := 0
	fresh := false // a key may start here
	for at < len(src) {
		switch c := src[at]; {
		case c == '\n':
			line++
		case c == '{' || c == '[':
			depth++
			fresh = depth == 1
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return
			}
		case c == ',':
			fresh = depth == 1
		case c == '#' && at > 0 && (blank(src[at-1]) || src[at-1] == '\n'):
			at = lineEnd(src, at)
			continue
		case c == '"' || c == '\'':
			end, ok := doubleQuoted(src, at)
			if !ok {
				end, ok = singleQuoted(src, at)
			}
			if !ok {
				return
			}
			if fresh {
				o.flowKey(src, string(src[at+1:end-1]), end, line)
				fresh = false
			}
			line += bytes.Count(src[at:end], []byte{'\n'})
			at = end
			continue
		case !blank(c) && c != '\r' && fresh:
			end := at
			for end < len(src) && bytes.IndexByte([]byte(":,{}[]\n"), src[end]) < 0 {
				end++
			}
			o.flowKey(src, string(bytes.TrimSpace(src[at:end])), end, line)
			fresh = false
			at = max(end, at+1)
			continue
		}
		at++
	}
}

func (o *Outline) flowKey(src []byte, name string, end, line int) {
	k := TopKey{Name: name, Line: line}
	rest := bytes.TrimLeft(src[end:], " \t")
	if len(rest) > 0 && rest[0] == ':' {
		v := bytes.TrimLeft(rest[1:], " \t")
		stop := bytes.IndexAny(v, ",{}[]\n")
		if e, ok := doubleQuoted(v, 0); ok {
			stop = e
		}
		if stop >= 0 {
			v = v[:stop]
		}
		k.Value = bareValue(v)
	}
	o.Keys = append(o.Keys, k)
}
