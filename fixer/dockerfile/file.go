package dockerfile

import (
	"bytes"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A File is a Dockerfile that BuildKit accepts, with the place of everything.
// It is never changed after [Parse]; it may be read from several goroutines.
type File struct {
	Source     []byte
	EOL        string // "\n" or "\r\n", as the first line ends
	Escape     byte   // '\\', or '`' by directive
	Directives []Directive
	Comments   []Comment

	Instructions []*Instruction // all, in order
	MetaArgs     []*Instruction // ARG before the first FROM
	Stages       []*Stage       // at least one

	lines   *text.Lines
	globals *scope // the ARGs before the first FROM
}

// Final returns the stage that is built when no target is named: the last one.
func (f *File) Final() *Stage { return f.Stages[len(f.Stages)-1] }

// Stage returns the stage that FROM and COPY --from mean by a name, in any
// case: the last of that name, or nil.
func (f *File) Stage(name string) *Stage { return stageNamed(f.Stages, name) }

// Directive returns the directive of that lower-case name.
func (f *File) Directive(name string) (Directive, bool) {
	for _, d := range f.Directives {
		if d.Name == name {
			return d, true
		}
	}
	return Directive{}, false
}

// At returns the instruction whose range holds the byte at offset, or nil.
func (f *File) At(offset int) *Instruction {
	for _, i := range f.Instructions {
		if i.Start <= offset && offset < i.End {
			return i
		}
	}
	return nil
}

// Parse reads a Dockerfile. It fails with a [*SyntaxError] when BuildKit would
// not build it, for whatever reason that can be seen without variables and
// without the network, or when it is larger than any Dockerfile needs to be.
// The file keeps src.
func Parse(src []byte) (*File, error) {
	if err := checkLimits(src); err != nil {
		return nil, err
	}
	ast, err := parseAST(src)
	if err != nil {
		return nil, err
	}
	if nodes := ast.AST.Children; len(nodes) > maxInstructions {
		return nil, syntaxErrorf(nodes[maxInstructions].StartLine, "more than %d instructions are not read", maxInstructions)
	}
	f := &File{
		Source: src, EOL: text.EOL(src), Escape: byte(ast.EscapeToken),
		lines: text.NewLines(src),
	}
	f.Directives = readDirectives(src, f.lines)

	next := 1 // the first line not yet accounted for
	for _, d := range f.Directives {
		next = d.Line + 1
	}
	for _, node := range ast.AST.Children {
		f.readComments(next, node.StartLine)
		i, err := f.instruction(node)
		if err != nil {
			return nil, err
		}
		f.Instructions = append(f.Instructions, i)
		next = i.EndLine + 1
	}
	f.readComments(next, f.lines.Count()+1)
	if err := f.stages(); err != nil {
		return nil, err
	}
	return f, nil
}

// readComments collects the comments of the lines [from, to).
func (f *File) readComments(from, to int) {
	for n := from; n < to; n++ {
		if c, ok := newComment(f.Source, f.lines, n, nil); ok {
			f.Comments = append(f.Comments, c)
		}
	}
}

// instruction places one node of BuildKit's tree.
func (f *File) instruction(node *parser.Node) (*Instruction, error) {
	a := assemble(f.Source, f.lines, node.StartLine, f.Escape)
	if a.text != node.Original {
		return nil, syntaxErrorf(node.StartLine, "the instruction cannot be placed in the file exactly")
	}
	i := &Instruction{Line: node.StartLine, logical: a.logical, Dangling: a.dangling}
	i.Start = firstByte(f.Source, f.lines, node.StartLine)
	w := &words{logical: a.logical, lines: f.lines, escape: f.Escape}
	i.fill(w, 0, len(a.text), node)
	if len(i.Flags) != len(node.Flags) {
		return nil, syntaxErrorf(node.StartLine, "the flags of %s cannot be placed in the file exactly", i.Keyword)
	}
	for _, n := range a.comments {
		if c, ok := newComment(f.Source, f.lines, n, i); ok {
			f.Comments = append(f.Comments, c)
		}
	}
	i.EndLine = f.heredocs(i, a.last, node.Heredocs)
	i.End = f.lines.End(i.EndLine)
	if i.EndLine != node.EndLine {
		return nil, syntaxErrorf(node.StartLine, "the end of %s cannot be placed in the file exactly", i.Keyword)
	}
	typed, err := parseTyped(node)
	if err != nil {
		return nil, err
	}
	i.Typed = typed
	return i, nil
}

// heredocs places the bodies that follow the logical line and returns the last
// line they take.
func (f *File) heredocs(i *Instruction, last int, docs []parser.Heredoc) int {
	for _, d := range docs {
		h := Heredoc{Name: d.Name, Expand: d.Expand, Chomp: d.Chomp, Start: f.lines.Next(last)}
		for last++; last <= f.lines.Count(); last++ {
			from, to := f.lines.Start(last), f.lines.Next(last)
			to = from + len(bytes.TrimRight(f.Source[from:to], "\r\n"))
			if d.Chomp {
				from = to - len(bytes.TrimLeft(f.Source[from:to], "\t"))
			}
			if name := string(f.Source[from:to]); name == d.Name {
				h.End = f.lines.Start(last)
				h.Terminator = Word{Start: from, End: to, Line: last, Raw: name, Value: name}
				break
			}
		}
		i.Heredocs = append(i.Heredocs, h)
	}
	return last
}

// firstByte returns the offset of the first byte of a line that is no space.
func firstByte(src []byte, lines *text.Lines, line int) int {
	from, to := lines.Start(line), lines.Next(line)
	if line == 1 {
		from += bomLen(src)
	}
	return to - len(bytes.TrimLeftFunc(src[from:to], unicode.IsSpace))
}
