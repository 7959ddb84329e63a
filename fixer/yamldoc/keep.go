package yamldoc

import (
	"bytes"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// keepComments returns the edits so that a comment with a line of its own
// outlives what it stands in: what a person wrote is theirs to take away. It
// keeps its order, indented like the line that is cut, which is no deeper than
// what stands before: behind a block scalar it does not become part of it.
//
// A comment behind a value is about that value and goes with it.
func (e *editor) keepComments(edits []text.Edit) []text.Edit {
	var all []remark // nil until asked for
	var out []text.Edit
	for _, ed := range edits {
		if bytes.IndexByte(e.src[ed.Start:ed.End], '#') < 0 {
			out = append(out, ed)
			continue
		}
		if all == nil {
			all, _ = e.d.comments(nil) // what cannot be told apart is found by verifying
		}
		var kept []string
		for _, r := range all {
			if r.own && r.at >= ed.Start && r.at+len(r.text) <= ed.End && !strings.Contains(ed.New, r.text) {
				kept = append(kept, r.text)
			}
		}
		if len(kept) == 0 {
			out = append(out, ed)
			continue
		}
		eol := e.d.File.EOL
		line := e.lineStart(ed.Start)
		switch atBreak := breakLen(e.src, ed.Start); {
		case atBreak > 0 && line < ed.Start: // from the end of a line on
			in := e.indentAt(ed.Start + atBreak)
			ed.New += eol + in + strings.Join(kept, eol+in)
		case line == ed.Start:
			in := e.indentAt(line)
			ed.New = in + strings.Join(kept, eol+in) + eol + ed.New
		default: // within a line: above it
			in := e.indentAt(line)
			out = append(out, text.Edit{Start: line, End: line, New: in + strings.Join(kept, eol+in) + eol})
		}
		out = append(out, ed)
	}
	return join(out)
}

// indentAt returns the blanks that the line at an offset begins with.
func (e *editor) indentAt(line int) string {
	end := line
	for end < len(e.src) && e.src[end] == ' ' {
		end++
	}
	return string(e.src[line:end])
}
