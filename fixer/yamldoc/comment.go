package yamldoc

import (
	"bytes"
	"strings"
)

// CommentBeside returns the comment at the end of the lines that a node begins and ends
// on, where nothing but the given characters stands between.
func (d *Doc) CommentBeside(n *Node, between string) string {
	src := d.File.Source
	for _, at := range []int{n.End, n.KeyOrSelf().End} {
		line, _, _ := bytes.Cut(src[min(at, len(src)):], []byte("\n"))
		line = bytes.TrimLeft(line, between)
		if bytes.HasPrefix(line, []byte("#")) {
			return string(line)
		}
	}
	return ""
}

// CommentAbove returns the comments on the lines directly before the one that a node
// begins on.
func (d *Doc) CommentAbove(n *Node) string {
	src := d.File.Source
	at := bytes.LastIndexByte(src[:min(n.KeyOrSelf().Start, len(src))], '\n')
	var out []string
	for at > 0 {
		from := bytes.LastIndexByte(src[:at], '\n') + 1
		line := strings.TrimSpace(string(src[from:at]))
		if !strings.HasPrefix(line, "#") {
			break
		}
		out = append(out, line)
		at = from - 1
	}
	return strings.Join(out, " ")
}
