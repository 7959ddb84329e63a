package report

import (
	"strings"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Style says how text is dressed. The zero value is plain, as for a pipe.
type Style struct {
	// Terminal is set when a person looks at the output: the patch is then
	// made visible-safe, too.
	Terminal bool
	// Color allows colour. Marks carry the meaning; colour repeats it.
	Color bool

	// Name returns what a file is called from where the reader stands; nil leaves
	// the path relative to the root. Link returns the address of a file for the
	// terminals that can open one; nil makes no links.
	Name func(path string) string
	Link func(path string, line int) string

	// Root is what the root is called where the reader stands elsewhere, else "".
	Root string
}

// FromRoot says from where what a rule says is meant: the names in sentences and the
// commands to check a fix are those from the root. It is "" for a reader who is there.
// The result is visible-safe.
func FromRoot(root string) string {
	if root == "" {
		return ""
	}
	return "Commands to check, and files named in sentences, are from the root of the repository: " + text.VisibleLine("cd "+text.ShellWord(root))
}

// fromRoot says it once in a report.
func (p *printer) fromRoot() {
	if words := FromRoot(p.st.Root); words != "" {
		p.line(words)
		p.line()
	}
}

// name is what a file of the repository is called in the report. It is not
// visible-safe.
func (st Style) name(path string) string {
	if st.Name == nil {
		return path
	}
	return st.Name(path)
}

// place is a file and a line as they are shown, visible-safe: painted, and a link
// where the terminal has them. Line 0 is the file alone.
func (st Style) place(code, path string, line int) string {
	shown := st.name(path)
	if line > 0 {
		shown = place(shown, line)
	}
	return st.link(path, line, st.paint(code, shown))
}

// link makes text that is visible-safe a link to a file (OSC 8).
func (st Style) link(path string, line int, shown string) string {
	if st.Link == nil {
		return shown
	}
	return "\x1b]8;;" + text.VisibleLine(st.Link(path, line)) + "\x1b\\" + shown + "\x1b]8;;\x1b\\"
}

// The colours are the terminal's own, so that they suit its theme.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	blue   = "34"
	cyan   = "36"
)

// paint makes s visible-safe on one line and colours it.
func (st Style) paint(code, s string) string {
	s = text.VisibleLine(s)
	if !st.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (st Style) severity(s fixer.Severity, width int) string {
	code := blue
	switch s {
	case fixer.Critical:
		code = bold + ";" + red
	case fixer.High:
		code = red
	case fixer.Medium:
		code = yellow
	}
	return st.paint(code, pad(s.String(), width))
}

// textWidth is where text is wrapped. It does not depend on the terminal, so
// that a report looks the same in a log.
const textWidth = 96

// wrap breaks one paragraph into lines of at most width characters. Words
// longer than that stay whole: they are paths and names to be copied.
func wrap(s string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text.Visible(s)) {
		n := utf8.RuneCountInString(word)
		switch {
		case line == "":
			line, used = word, n
		case used+1+n > width:
			lines = append(lines, line)
			line, used = word, n
		default:
			line, used = line+" "+word, used+1+n
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// mark paints the carets below the part of a line that a finding is about.
func (st Style) mark(s fixer.Severity, carets string) string {
	code := yellow
	if s >= fixer.High {
		code = red
	}
	return st.paint(code, carets)
}

func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s))) + s
}

func pad(s string, width int) string {
	if n := utf8.RuneCountInString(s); n < width {
		return s + strings.Repeat(" ", width-n)
	}
	return s
}
