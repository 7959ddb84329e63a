package dockerfile

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// LinesOf returns an instruction as it is written, line by line without line endings,
// with the comments that are directly on top of it.
func (f *File) LinesOf(i *Instruction) []string {
	from := f.lines.Start(f.commentTop(i))
	lines := strings.Split(strings.ReplaceAll(string(f.Source[from:i.End]), "\r\n", "\n"), "\n")
	if i.Line == 1 || f.commentTop(i) == 1 {
		lines[0] = strings.TrimPrefix(lines[0], string(f.Source[:bomLen(f.Source)]))
	}
	return lines
}

// Cut removes an instruction with its lines, and the comments that are directly on top
// of it: it goes elsewhere, as [File.LinesOf] gives it. Of two empty lines that would
// meet one goes, too.
func (f *File) Cut(i *Instruction) ([]text.Edit, error) {
	if err := f.checkEdit(i); err != nil {
		return nil, err
	}
	if len(i.Heredocs) > 0 {
		return nil, refuse(RefusedHeredoc, i.Line, "the instruction has a heredoc body, which is never rewritten")
	}
	top := f.commentTop(i)
	from, to := f.lines.Start(top), f.lines.Next(i.EndLine)
	if top == 1 {
		from += bomLen(f.Source)
	}
	if to == i.End {
		return nil, refuse(RefusedText, i.Line, "the instruction is the last one of the file")
	}
	if top > 1 && f.blank(top-1) && f.blank(i.EndLine+1) {
		to = f.lines.Next(i.EndLine + 1)
	}
	return []text.Edit{{Start: from, End: to}}, nil
}

// blank reports whether a line holds nothing but spaces.
func (f *File) blank(line int) bool {
	from, to := f.lines.Start(line), f.lines.End(line)
	return from < len(f.Source) && strings.TrimSpace(string(f.Source[from:to])) == ""
}

// BlankAbove reports whether an empty line stands above an instruction and the comments
// on top of it.
func (f *File) BlankAbove(i *Instruction) bool {
	top := f.commentTop(i)
	return top > 1 && f.blank(top-1)
}
