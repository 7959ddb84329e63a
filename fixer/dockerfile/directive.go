package dockerfile

import (
	"bytes"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A Directive is a parser directive (# syntax=, # escape=, # check=) that
// counts: it stands before everything else in the file. The same text lower
// down is a [Comment].
type Directive struct {
	Name       string // lower case
	Value      string
	Start, End int // from "#" to the end of the line, its ending excluded
	Line       int
}

// A Comment is a whole-line comment: Dockerfiles have no others. Lines of
// heredoc bodies and of shell text are not comments here.
type Comment struct {
	Text       string // without "#" and without spaces around it
	Start, End int    // from "#" to the end of the line, its ending excluded
	Line       int
	Inside     *Instruction // the instruction whose continuation it interrupts, or nil
}

// readDirectives feeds the lines to BuildKit's directive parser as long as it
// takes them. Directives in the forms "// syntax=" and JSON are not Dockerfiles
// and are left out. A shebang line before the directives is skipped by BuildKit
// when it looks for syntax and check, but not when it looks for escape.
func readDirectives(src []byte, lines *text.Lines) []Directive {
	var p parser.DirectiveParser
	var out []Directive
	shebang := false
	for n := 1; n <= lines.Count(); n++ {
		from, to := lines.Start(n), lines.End(n)
		if n == 1 {
			from += bomLen(src)
			if shebang = bytes.HasPrefix(src[from:to], []byte("#!")); shebang {
				continue
			}
		}
		line := bytes.TrimLeftFunc(src[from:to], unicode.IsSpace)
		d, err := p.ParseLine(line)
		if err != nil || d == nil {
			break
		}
		if shebang && d.Name == "escape" {
			continue
		}
		out = append(out, Directive{Name: d.Name, Value: d.Value, Start: to - len(line), End: to, Line: n})
	}
	return out
}

func newComment(src []byte, lines *text.Lines, n int, inside *Instruction) (Comment, bool) {
	from, to := lines.Start(n), lines.End(n)
	if n == 1 {
		from += bomLen(src)
	}
	from += len(src[from:to]) - len(bytes.TrimLeftFunc(src[from:to], unicode.IsSpace))
	if from >= to || src[from] != '#' {
		return Comment{}, false
	}
	text := string(bytes.TrimSpace(src[from+1 : to]))
	return Comment{Text: text, Start: from, End: to, Line: n, Inside: inside}, true
}
