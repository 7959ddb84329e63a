package discover

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
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

// templateMark returns the offset of the first {{ or {% outside comments, or
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

// parsesAsTemplate reports whether a file with marks does not parse, or only
// because a mark also spells a mapping.
func parsesAsTemplate(data []byte) bool {
	file, err := yamldoc.Parse(data)
	if err != nil {
		return true
	}
	return slices.ContainsFunc(file.Docs, func(d *yamldoc.Doc) bool { return d.Template() != nil })
}
