package referee

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
	"go.yaml.in/yaml/v4"
)

// A Value is a scalar of a YAML file, an instruction of a Dockerfile, or a comment.
type Value struct {
	Path string // where it is; entries of a list are told apart by their name alone
	Text string
	Line int
}

// Values returns the scalars of a YAML file with their places, in its order. An
// alias is one value, so that what it unfolds to does not count.
func Values(data []byte) ([]Value, error) {
	var out []Value
	d := yaml.NewDecoder(bytes.NewReader(data))
	for i := 0; ; i++ {
		var doc yaml.Node
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if len(doc.Content) == 1 {
			flatten(doc.Content[0], documentName(doc.Content[0], i), 0, &out)
		}
	}
}

// documentName names a document by the object it holds, so that it stays the
// same when others come before it.
func documentName(n *yaml.Node, i int) string {
	if kind := field(n, "kind"); kind != nil {
		meta := field(n, "metadata")
		return fmt.Sprintf("%s/%s/%s", kind.Value, scalar(field(meta, "namespace")), cmp.Or(scalar(field(meta, "name")), scalar(field(meta, "generateName"))))
	}
	return strconv.Itoa(i)
}

func field(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func scalar(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}

// maxDepth bounds how deep a file is looked into.
const maxDepth = 200

func flatten(n *yaml.Node, at string, depth int, out *[]Value) {
	add := func(text string) { *out = append(*out, Value{Path: at, Text: text, Line: n.Line}) }
	switch {
	case depth > maxDepth:
	case n.Kind == yaml.AliasNode:
		add("*" + n.Value)
	case len(n.Content) == 0:
		// The tag tells "1" from 1, which are not the same value.
		add(n.ShortTag() + " " + n.Value)
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			flatten(n.Content[i+1], at+"."+n.Content[i].Value, depth+1, out)
		}
	default:
		for _, item := range n.Content {
			flatten(item, at+"["+scalar(field(item, "name"))+"]", depth+1, out)
		}
	}
}

// Comments returns the comments of a file. A Dockerfile's are its lines that begin
// with #, all others are those that a reader of YAML takes for comments.
func Comments(dockerfile bool, data []byte) []Value {
	if dockerfile {
		return dockerfileComments(data)
	}
	var out []Value
	for _, t := range lexer.Tokenize(string(data)) {
		if t.Type != token.CommentType {
			continue
		}
		if text := strings.TrimSpace(t.Value); !rule(text) {
			out = append(out, Value{Text: text, Line: t.Position.Line})
		}
	}
	return out
}

// rule reports whether a comment says nothing: a line drawn to part others.
func rule(comment string) bool { return strings.Trim(comment, "#-= \t\r\n") == "" }
