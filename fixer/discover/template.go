package discover

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"oakum/fixer"
)

// templated says that YAML or JSON is the source of a template engine, or
// gives nil.
//
// Double braces alone do not prove it: alert rules, Argo workflows and swarm
// services hold them in strings for a later reader, and such a file is YAML
// like any other. It is a template when it has marks outside comments and
// either does not parse, or parses only because {{ x }} also spells a mapping
// with a mapping for its key.
func templated(data []byte) *fixer.Skip {
	offset := templateMark(data)
	if offset < 0 {
		return nil
	}
	if !parsesAsTemplate(data) {
		return nil
	}
	line := bytes.Count(data[:offset], []byte("\n")) + 1
	column := offset - bytes.LastIndexByte(data[:offset], '\n')
	return &fixer.Skip{Code: fixer.SkipTemplate, Reason: fmt.Sprintf("template syntax at %d:%d", line, column)}
}

// templateMark gives the offset of the first {{ or {% outside comments, or
// -1. A closing }} alone is no mark: compact JSON is full of them. A # inside
// quotes is taken for a comment too; that can only hide marks on the rest of
// its line.
func templateMark(data []byte) int {
	if !bytes.Contains(data, []byte("{{")) && !bytes.Contains(data, []byte("{%")) {
		return -1
	}
	for i := 0; i+1 < len(data); i++ {
		switch {
		case data[i] == '#' && (i == 0 || data[i-1] == ' ' || data[i-1] == '\t' || data[i-1] == '\n'):
			n := bytes.IndexByte(data[i:], '\n')
			if n < 0 {
				return -1
			}
			i += n
		case data[i] == '{' && (data[i+1] == '{' || data[i+1] == '%'):
			return i
		}
	}
	return -1
}

func parsesAsTemplate(data []byte) bool {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return false
		}
		if err != nil || hasMappingKey(&doc) {
			return true
		}
	}
}

// hasMappingKey looks for a flow mapping whose key is a mapping. Aliases are
// not followed, so the work is bounded by the size of the text.
func hasMappingKey(n *yaml.Node) bool {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0 && i%2 == 0 && c.Kind == yaml.MappingNode {
			return true
		}
		if hasMappingKey(c) {
			return true
		}
	}
	return false
}
