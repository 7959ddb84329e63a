package dockerfile

import (
	"bytes"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// InsertBefore puts whole lines before an instruction, above the comments that
// are directly on top of it, since they describe it. Parser directives and
// the comment a file begins with stay on top.
func (f *File) InsertBefore(i *Instruction, lines ...string) ([]text.Edit, error) {
	if err := f.checkInsert(i, lines); err != nil {
		return nil, err
	}
	line := f.commentTop(i)
	at := f.lines.Start(line)
	if line == 1 {
		at += bomLen(f.Source)
	}
	eol := f.eolOf(line)
	indent := f.indentOf(i)
	return []text.Edit{text.Insert(at, indent+strings.Join(lines, eol+indent)+eol)}, nil
}

// InsertAfter puts whole lines after an instruction, its heredoc bodies
// included. A file without final newline stays without.
func (f *File) InsertAfter(i *Instruction, lines ...string) ([]text.Edit, error) {
	if err := f.checkInsert(i, lines); err != nil {
		return nil, err
	}
	if i.Dangling {
		return nil, refuse(RefusedDangling, i.EndLine,
			"the last line ends with a line continuation, so an added line would become part of %s", i.Keyword)
	}
	eol := f.eolOf(i.EndLine)
	eol += f.indentOf(i)
	return []text.Edit{text.Insert(i.End, eol+strings.Join(lines, eol))}, nil
}

// InsertAtEnd puts whole lines at the end of a stage, before the CMD and
// ENTRYPOINT that most stages end with.
func (f *File) InsertAtEnd(s *Stage, lines ...string) ([]text.Edit, error) {
	for _, i := range s.Instructions {
		if i.Keyword == "ENTRYPOINT" || i.Keyword == "CMD" {
			return f.InsertBefore(i, lines...)
		}
	}
	return f.InsertAfter(s.Last(), lines...)
}

// indentOf returns the spaces before an instruction, which lines beside it get, too.
func (f *File) indentOf(i *Instruction) string {
	line := f.Source[f.lines.Start(i.Line):i.Start]
	if len(bytes.Trim(line, " \t")) > 0 {
		return "" // a byte order mark
	}
	return string(line)
}

// commentTop returns the first line of the comment block that touches the
// instruction from above, or the instruction's own line.
func (f *File) commentTop(i *Instruction) int {
	top := i.Line
	for k := len(f.Comments) - 1; k >= 0; k-- {
		c := f.Comments[k]
		if c.Inside == nil && c.Line == top-1 {
			top = c.Line
		}
	}
	first := 1
	for _, d := range f.Directives {
		first = d.Line + 1
	}
	if top <= first {
		return i.Line
	}
	return top
}

// eolOf returns the line ending of a line, or that of the file when the line
// has none.
func (f *File) eolOf(line int) string {
	if next := f.lines.Next(line); next > f.lines.Start(line) && f.Source[next-1] == '\n' {
		if f.lines.End(line) == next-1 {
			return "\n"
		}
		return "\r\n"
	}
	return f.EOL
}

func (f *File) checkInsert(i *Instruction, lines []string) error {
	if i.OnBuild {
		return refuse(RefusedOnbuild, i.Line, "an ONBUILD trigger contains one instruction; no line can be added to it")
	}
	if i.Stage != nil && i.Stage.Windows {
		return windowsRefusal(i)
	}
	if len(lines) == 0 {
		return refuse(RefusedText, i.Line, "there is nothing to insert")
	}
	for n, l := range lines {
		if strings.ContainsAny(l, "\r\n\x00") {
			return refuse(RefusedText, i.Line, "an inserted line must not hold line endings")
		}
		if _, more := continued([]byte(l), f.Escape); more && n == len(lines)-1 {
			return refuse(RefusedText, i.Line, "the last inserted line must not be continued")
		}
	}
	return nil
}

// Delete removes an instruction with its lines and line ending. Comments above
// it stay: only a person knows whether they still hold.
func (f *File) Delete(i *Instruction) ([]text.Edit, error) {
	if err := f.checkEdit(i); err != nil {
		return nil, err
	}
	if len(i.Heredocs) > 0 {
		return nil, refuse(RefusedHeredoc, i.Line, "the instruction has a heredoc body, which is never rewritten")
	}
	from, to := f.lines.Start(i.Line), f.lines.Next(i.EndLine)
	if i.Line == 1 {
		from += bomLen(f.Source)
	}
	if to == i.End && from > 0 && !bytes.HasSuffix(f.Source[:to], []byte("\n")) {
		// The last line of a file without final newline: take the line ending
		// before it, so that the file stays without.
		if e := f.lines.End(i.Line - 1); i.Line > 1 {
			from = e
		}
	}
	// So do those between its lines.
	var kept strings.Builder
	for n := i.Line + 1; n <= i.EndLine; n++ {
		line := string(f.Source[f.lines.Start(n):f.lines.Next(n)])
		if comment := strings.TrimLeft(line, " \t"); strings.HasPrefix(comment, "#") && from == f.lines.Start(i.Line) {
			kept.WriteString(comment)
		}
	}
	return []text.Edit{{Start: from, End: to, New: kept.String()}}, nil
}

// checkEdit refuses what is never rewritten.
func (f *File) checkEdit(i *Instruction) error {
	switch {
	case i.OnBuild || i.Trigger != nil:
		return refuse(RefusedOnbuild, i.Line, "ONBUILD acts in images built from this one, which are unknown here")
	case i.Stage != nil && i.Stage.Windows:
		return windowsRefusal(i)
	}
	return nil
}

func windowsRefusal(i *Instruction) *Refusal {
	return refuse(RefusedWindows, i.Line, "the stage is a Windows image, which is read but not rewritten")
}
