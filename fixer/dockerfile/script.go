package dockerfile

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"
)

// A Script is the shell text of an instruction, read as a shell reads it.
//
// The shell never sees continuations or the comments between them: BuildKit
// joins the lines first. So a "#" in shell text comments out everything after
// it, line breaks or not, and Script reads it so.
//
// Text is read as bash where the shell is not known to be another one; bash
// accepts almost all that a POSIX shell accepts, and what it does not is tried
// as POSIX.
type Script struct {
	Instruction *Instruction
	Shell       []string // words of the SHELL in force; nil for the default /bin/sh -c
	Text        string   // what the shell gets
	// Commands are the simple commands in the order of the text, those inside
	// substitutions after the command they stand in.
	Commands []Command

	file *File
}

// A Command is one simple command: name, arguments, assignments, redirections.
type Command struct {
	Name       string // the first word's value without directory; "" when it is not static
	Words      []Word // name and arguments; empty for bare assignments
	Assigns    []Word // NAME=value before the name
	Redirects  []Redirect
	Input      *Word // what a heredoc or a here-string gives the command to read; nil for none
	Start, End int   // in the file, redirections included
	Line       int
	Place      Place
	Copied     bool // read from a copy of its text: the places lie near it, and nothing is edited there
	// Chain numbers the lists "a && b && c" of the script; Last marks the end
	// of one. A command that stands alone is a chain of one.
	Chain int
	Last  bool
}

// A Redirect is a redirection of a command to or from a file. Heredocs are none.
type Redirect struct {
	Op   string // as it is written, without the number before it: ">", ">>", "&>", "<"
	File Word
}

// Writes reports whether the file is written to.
func (r Redirect) Writes() bool { return strings.Contains(r.Op, ">") }

// Place says in which constructs a command stands; zero is the top level of the
// script.
type Place uint16

// The constructs that Place distinguishes.
const (
	InPipe         Place = 1 << iota // a | b
	InOr                             // a || b, either side
	InNegation                       // ! a
	InBackground                     // a &
	InSubshell                       // ( a )
	InBlock                          // { a; }
	InCondition                      // what if, while and until decide on
	InBranch                         // what if and case run
	InLoop                           // what for, while and until run
	InFunction                       // the body of a function
	InSubstitution                   // $(a), `a`, <(a)
)

// The limits bound what is given to the shell parser, which recurses and takes
// quadratic time for nested brackets.
const (
	maxScript   = 64 << 10
	maxBrackets = 500
)

// Script reads the shell text of RUN, CMD, ENTRYPOINT or HEALTHCHECK CMD. It
// returns a [*Refusal] when there is none, or when another program than a
// POSIX-like shell reads it. The text is read once, however often this is called
// for; the Script is shared and must not be changed.
func (f *File) Script(i *Instruction) (*Script, error) {
	i.script.Do(func() { i.script.script, i.script.err = f.readScript(i) })
	return i.script.script, i.script.err
}

// cachedScript is the shell text of an instruction, read when it is first asked for.
type cachedScript struct {
	sync.Once
	script *Script
	err    error
}

func (f *File) readScript(i *Instruction) (*Script, error) {
	if err := f.checkScript(i); err != nil {
		return nil, err
	}
	s := &Script{Instruction: i, file: f}
	if i.Stage != nil {
		s.Shell, _ = i.Stage.ShellAt(i)
	}
	if !posixShell(s.Shell) {
		return nil, refuse(RefusedShell, i.Line, "SHELL sets %q, whose syntax oakum does not parse", path.Base(s.Shell[0]))
	}
	from, to := i.shellRange()
	s.Text = i.logical.text[from:to]
	if len(s.Text) > maxScript || brackets(s.Text) > maxBrackets {
		_, err := readable(s.Text)
		return nil, refuse(RefusedSize, i.Line, "%v", err)
	}
	tree, err := readable(s.Text)
	if err != nil {
		return nil, refuse(RefusedSyntax, i.Line, "%v", err)
	}
	r := scriptReader{words: words{logical: i.logical, lines: f.lines, escape: i.escape}, base: from}
	r.stmts(tree.Stmts, 0)
	s.Commands = r.out
	return s, nil
}

// readable parses shell text within the limits.
func readable(src string) (*syntax.File, error) {
	if len(src) > maxScript {
		return nil, fmt.Errorf("the shell text has %d bytes; more than %d is not read", len(src), maxScript)
	}
	if n := brackets(src); n > maxBrackets {
		return nil, fmt.Errorf("the shell text opens %d brackets; more than %d are not read", n, maxBrackets)
	}
	if strings.IndexByte(src, 0) >= 0 {
		return nil, errors.New("the shell text contains a NUL byte")
	}
	tree, err := parseShell(src)
	if err != nil {
		return nil, errors.New("the shell text cannot be parsed: " + shellReason(err))
	}
	return tree, nil
}

func brackets(src string) int {
	return strings.Count(src, "(") + strings.Count(src, "[") + strings.Count(src, "{")
}

func (f *File) checkScript(i *Instruction) error {
	switch i.Keyword {
	case "RUN", "CMD", "ENTRYPOINT":
	case "HEALTHCHECK":
		if len(i.Words) == 0 || !strings.EqualFold(i.Words[0].Value, "CMD") {
			return refuse(RefusedKeyword, i.Line, "HEALTHCHECK NONE runs no command")
		}
	default:
		return refuse(RefusedKeyword, i.Line, "%s contains no shell text", i.Keyword)
	}
	if i.JSON {
		return refuse(RefusedJSON, i.Line, "the exec form is not read by a shell")
	}
	if err := f.checkEdit(i); err != nil {
		return err
	}
	if len(i.Heredocs) > 0 {
		return refuse(RefusedHeredoc, i.Line, "the commands are in a heredoc, which is never rewritten")
	}
	return nil
}

// posixShell reports whether SHELL words hand text to a shell of the Bourne
// family with -c as the last option.
func posixShell(words []string) bool {
	if words == nil {
		return true
	}
	if len(words) < 2 {
		return false
	}
	switch path.Base(words[0]) {
	case "sh", "ash", "dash", "bash", "ksh", "mksh":
	default:
		return false
	}
	last := words[len(words)-1]
	return strings.HasPrefix(last, "-") && strings.HasSuffix(last, "c")
}

func parseShell(src string) (*syntax.File, error) {
	file, err := bashParsers.parse(src)
	if err == nil {
		return file, nil
	}
	if file, perr := posixParsers.parse(src); perr == nil {
		return file, nil
	}
	return nil, err
}

// parsers are those of one shell. Each has a buffer that is larger than most texts, so
// that they are used again.
type parsers struct{ pool sync.Pool }

func parsersOf(lang syntax.LangVariant) *parsers {
	return &parsers{sync.Pool{New: func() any { return syntax.NewParser(syntax.Variant(lang)) }}}
}

var bashParsers, posixParsers = parsersOf(syntax.LangBash), parsersOf(syntax.LangPOSIX)

// parse does not give a parser back that panicked: nobody knows what state it is in.
func (p *parsers) parse(src string) (*syntax.File, error) {
	parser := p.pool.Get().(*syntax.Parser)
	file, err := parser.Parse(strings.NewReader(src), "")
	p.pool.Put(parser)
	return file, err
}

// shellReason drops the position, which is that of the joined text and would
// mislead.
func shellReason(err error) string {
	var p syntax.ParseError
	if errors.As(err, &p) {
		return p.Text
	}
	reason := err.Error()
	if at, rest, ok := strings.Cut(reason, ": "); ok && strings.Trim(at, "0123456789:") == "" {
		return rest
	}
	return reason
}
