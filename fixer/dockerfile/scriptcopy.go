package dockerfile

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// CopiedReason says why a command that was read from a copy is not edited.
const CopiedReason = "the command is in text that is passed to another shell"

// ReadShell reads shell text that is in no Dockerfile: what a container is told
// to run. It is read by the same reader as a [Script]; places are offsets and
// lines of the text.
func ReadShell(src string) ([]Command, error) {
	tree, err := readable(src)
	if err != nil {
		return nil, err
	}
	whole := logical{text: src, runs: []run{{}}}
	r := scriptReader{words: words{logical: whole, lines: text.NewLines([]byte(src)), escape: '\\'}, bare: true}
	r.stmts(tree.Stmts, 0)
	return r.out, nil
}

// ReadHanded reads shell text that a piece of the file hands to a shell: the
// word behind sh -c, or the body of a heredoc. src is that text without its
// quotes. The commands are [Command.Copied]; their places lie in the piece, in
// order, and are exact where nothing was escaped in it.
func (f *File) ReadHanded(src string, piece Word) ([]Command, error) {
	off := piece.Start
	if strings.HasPrefix(piece.Raw, `"`) || strings.HasPrefix(piece.Raw, "'") {
		off++
	}
	return f.readCopy(logical{text: src, runs: []run{{0, off}}}, 0, piece.Start, piece.End)
}

// ReadHeredoc reads the commands of a RUN with heredocs as a shell gets them: the
// body where nothing but a heredoc stands in the RUN, else the line together
// with the bodies. shell is false where the body names another interpreter.
func (f *File) ReadHeredoc(i *Instruction) (list []Command, shell bool, err error) {
	if len(i.Heredocs) == 0 {
		return nil, false, nil
	}
	first, last := i.Heredocs[0], i.Heredocs[len(i.Heredocs)-1]
	if i.LoneHeredoc() {
		body := string(f.Source[first.Start:max(first.Start, first.End)])
		if !ShellScript(body) {
			return nil, false, nil
		}
		list, err = f.ReadHanded(unixLines(body), Word{Start: first.Start, End: max(first.Start, first.End)})
		return list, true, err
	}
	from, to := i.shellRange()
	whole := logical{runs: append([]run(nil), i.logical.runs...)}
	for len(whole.runs) > 1 && whole.runs[len(whole.runs)-1].pos > to {
		whole.runs = whole.runs[:len(whole.runs)-1]
	}
	whole.text = i.logical.text[:to] + "\n" + unixLines(string(f.Source[first.Start:max(first.Start, last.Terminator.End)])) + "\n"
	whole.runs = append(whole.runs, run{to + 1, first.Start})
	list, err = f.readCopy(whole, from, i.Start, i.End)
	return list, true, err
}

// LoneHeredoc reports whether nothing but one heredoc stands in a RUN, so that
// its body is the script that runs.
func (i *Instruction) LoneHeredoc() bool {
	line := strings.TrimSpace(i.Text())
	return len(i.Heredocs) == 1 && strings.HasPrefix(line, "<<") && !strings.ContainsAny(line, " \t;&|>")
}

// ShellScript reports whether a script is for a shell, as far as its first line
// says.
func ShellScript(body string) bool {
	line, _, _ := strings.Cut(body, "\n")
	if !strings.HasPrefix(line, "#!") {
		return true
	}
	for _, w := range strings.Fields(line[2:]) {
		if name := w[strings.LastIndexByte(w, '/')+1:]; name != "env" && !strings.HasPrefix(name, "-") {
			return posixShell([]string{name, "-c"})
		}
	}
	return false
}

// unixLines gives text the line endings of a shell, without moving anything in
// it.
func unixLines(s string) string {
	if !strings.Contains(s, "\r\n") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\\\r\n", "\\\n "), "\r\n", "\n\n")
}

// readCopy reads the shell text of a logical line from a place on, and keeps
// the places of what it finds within a range of the file.
func (f *File) readCopy(whole logical, base, start, end int) ([]Command, error) {
	tree, err := readable(whole.text[base:])
	if err != nil {
		return nil, err
	}
	r := scriptReader{words: words{logical: whole, lines: f.lines, escape: '\\'}, base: base}
	r.stmts(tree.Stmts, 0)
	keep := func(w *Word) {
		w.Start, w.End = within(w.Start, start, end), within(w.End, start, end)
		w.Line = f.lines.At(w.Start)
	}
	for k := range r.out {
		c := &r.out[k]
		c.Copied = true
		c.Start, c.End = within(c.Start, start, end), within(c.End, start, end)
		c.Line = f.lines.At(c.Start)
		for _, list := range [][]Word{c.Words, c.Assigns} {
			for n := range list {
				keep(&list[n])
			}
		}
		for n := range c.Redirects {
			keep(&c.Redirects[n].File)
		}
		if c.Input != nil {
			keep(c.Input)
		}
	}
	return r.out, nil
}

func within(at, start, end int) int { return min(max(at, start), end) }
