package referee

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Instructions reads a Dockerfile with BuildKit's parser and returns its
// instructions, each with the words that BuildKit makes of it, so that how it is
// laid out does not matter.
func Instructions(data []byte) ([]Value, error) {
	result, err := parser.Parse(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if _, _, err := instructions.Parse(result.AST, nil); err != nil {
		return nil, err
	}
	var out []Value
	for _, node := range result.AST.Children {
		text := strings.Join(strings.Fields(node.Original), " ")
		for _, doc := range node.Heredocs {
			text += "\n" + doc.Content
		}
		out = append(out, Value{Path: strings.ToUpper(node.Value), Text: text, Line: node.StartLine})
	}
	return out, nil
}

// dockerfileComments are the lines of a Dockerfile that are comments. Those in
// here-documents are comments of what these hold. A parser directive is none: its
// value is part of the build.
func dockerfileComments(data []byte) []Value {
	var out []Value
	n, top := 0, true
	for line := range strings.Lines(string(data)) {
		n++
		if top = top && directive.MatchString(line); top {
			continue
		}
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), "#"); ok && !rule(text) {
			out = append(out, Value{Text: strings.TrimSpace(text), Line: n})
		}
	}
	return out
}

// directive matches a parser directive, which counts before anything else.
var directive = regexp.MustCompile(`(?i)^#[ \t]*(syntax|escape|check)[ \t]*=`)
