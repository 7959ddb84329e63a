package discover

import (
	"bytes"
	"strings"
)

// A scent is what a cheap look at the top-level keys tells about YAML or JSON.
type scent struct {
	kube      bool // some document has both apiVersion and kind
	kustomize bool // that apiVersion is Kustomize's own
	services  bool // some document has services
}

// sniff looks at the top-level keys of each YAML document, or of a JSON
// object, without parsing: it reads every byte once and allocates nothing.
// It never says no to a file with the keys in an ordinary place; what it says
// yes to may still fail to parse, which is for the engine to tell.
//
// Not seen: keys with an explicit "?", with a tag or with escapes in quotes.
func sniff(data []byte) scent {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var s scent
	var doc document
	for len(data) > 0 {
		line, rest := cutLine(data)
		switch {
		case !doc.started && isDirectiveOrBlank(line):
		case isMarker(line, "---"), isMarker(line, "..."):
			s.add(doc)
			doc = document{}
			// What follows a marker on its own line belongs to the document.
			if after := bytes.TrimLeft(line[3:], " \t"); line[0] == '-' && len(after) > 0 && after[0] == '{' {
				rest = data[len(line)-len(after):]
			}
		case !doc.started && isFlowStart(line):
			doc.started = true
			rest = doc.flow(data)
		default:
			doc.line(line)
		}
		data = rest
	}
	s.add(doc)
	return s
}

// document collects what is known of one YAML document.
type document struct {
	started                   bool
	indent                    int // column of the top-level keys
	api, kind, services, kust bool
}

func (s *scent) add(d document) {
	s.kube = s.kube || (d.api && d.kind)
	s.kustomize = s.kustomize || d.kust
	s.services = s.services || d.services
}

// line takes one line of block style.
func (d *document) line(line []byte) {
	content := bytes.TrimLeft(line, " ")
	if len(content) == 0 || content[0] == '#' {
		return
	}
	indent := len(line) - len(content)
	if !d.started {
		d.started, d.indent = true, indent
	}
	if indent != d.indent {
		return
	}
	colon := bytes.IndexByte(content, ':')
	if colon < 0 || (colon+1 < len(content) && content[colon+1] != ' ' && content[colon+1] != '\t') {
		return
	}
	d.key(unquote(bytes.TrimRight(content[:colon], " \t")), content[colon+1:])
}

func (d *document) key(key, value []byte) {
	switch string(key) {
	case "apiVersion":
		d.api = true
		d.kust = d.kust || bytes.Contains(value, []byte("kustomize.config.k8s.io/"))
	case "kind":
		d.kind = true
	case "services":
		d.services = true
	}
}

// flow takes a flow mapping or JSON object that starts at the first brace of
// data, and gives what follows it. Depth is a counter: nesting costs nothing.
func (d *document) flow(data []byte) []byte {
	depth, atKey := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '{', '[':
			depth++
			atKey = depth == 1
		case '}', ']':
			depth--
			if depth == 0 {
				_, rest := cutLine(data[i+1:])
				return rest
			}
		case ',':
			atKey = depth == 1
		case ' ', '\t', '\r', '\n':
		default:
			start := i
			if c == '"' || c == '\'' {
				i = endOfQuoted(data, i)
			} else if atKey {
				for i+1 < len(data) && strings.IndexByte(":,{}[] \t\r\n", data[i+1]) < 0 {
					i++
				}
			}
			if atKey && i < len(data) {
				after := bytes.TrimLeft(data[i+1:], " \t\r\n")
				if len(after) > 0 && after[0] == ':' {
					d.key(unquote(data[start:i+1]), after[:min(len(after), 64)])
				}
			}
			atKey = false
		}
	}
	return nil
}

// startsLikeManifest reports whether the first part of a JSON object holds one
// of the keys a manifest must have.
func startsLikeManifest(head []byte) bool {
	var d document
	d.flow(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	return d.api || d.kind
}

// endOfQuoted gives the index of the quote that closes the one at i, or the
// end of data.
func endOfQuoted(data []byte, i int) int {
	quote := data[i]
	for i++; i < len(data); i++ {
		if data[i] == '\\' && quote == '"' {
			i++
		} else if data[i] == quote {
			return i
		}
	}
	return len(data)
}

func unquote(b []byte) []byte {
	if len(b) >= 2 && (b[0] == '"' || b[0] == '\'') && b[len(b)-1] == b[0] {
		return b[1 : len(b)-1]
	}
	return b
}

// cutLine cuts after the first line break, which is not part of the line; a
// carriage return before it is not either.
func cutLine(data []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(data, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}

func isMarker(line []byte, marker string) bool {
	return bytes.HasPrefix(line, []byte(marker)) && (len(line) == 3 || line[3] == ' ' || line[3] == '\t')
}

func isDirectiveOrBlank(line []byte) bool {
	content := bytes.TrimLeft(line, " \t")
	return len(content) == 0 || content[0] == '#' || line[0] == '%'
}

func isFlowStart(line []byte) bool {
	content := bytes.TrimLeft(line, " \t")
	return len(content) > 0 && content[0] == '{'
}

// startsLikeDockerfile reports whether the first instruction is one a
// Dockerfile may start with, and a FROM exists.
func startsLikeDockerfile(data []byte) bool {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	first := true
	for len(data) > 0 {
		var line []byte
		line, data = cutLine(data)
		line = bytes.TrimLeft(line, " \t")
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if isInstruction(line, "FROM") {
			return true
		}
		if first && !isInstruction(line, "ARG") {
			return false
		}
		first = false
	}
	return false
}

func isInstruction(line []byte, name string) bool {
	return len(line) > len(name) && bytes.EqualFold(line[:len(name)], []byte(name)) &&
		(line[len(name)] == ' ' || line[len(name)] == '\t')
}
