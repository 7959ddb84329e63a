package dockerfile

import (
	"bytes"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// notAppendable are the places where "a && b" in the place of "a" means
// something else: b would feed a pipe, answer a condition, or run when a did
// not.
const notAppendable = InPipe | InOr | InNegation | InBackground | InCondition | InLoop | InFunction | InSubstitution

// Append lets another command follow c when c succeeds: it puts " && command"
// after c, broken over lines as the chain that contains c is.
func (s *Script) Append(c Command, command string) ([]text.Edit, error) {
	if err := checkCopied(c); err != nil {
		return nil, err
	}
	if c.Place&notAppendable != 0 {
		return nil, refuse(RefusedContext, c.Line, "a command in %s cannot be followed by another one without changing when they run", c.Place&notAppendable)
	}
	if strings.TrimSpace(command) == "" || strings.ContainsAny(command, "\r\n\x00#") {
		return nil, refuse(RefusedText, c.Line, "an appended command must be one line without comments")
	}
	return []text.Edit{text.Insert(c.End, s.separator(c)+command)}, nil
}

// separator returns the bytes between c and its neighbour in the chain when
// they are an "&&" with line breaks, so that a new link looks like the others.
func (s *Script) separator(c Command) string {
	var prev *Command
	for k := range s.Commands {
		o := &s.Commands[k]
		if o.Chain != c.Chain || o.Place != c.Place {
			continue
		}
		if o.Start > c.Start {
			if sep, ok := s.link(c.End, o.Start); ok {
				return sep
			}
			break
		}
		if o.Start == c.Start {
			if prev == nil {
				continue
			}
			if sep, ok := s.link(prev.End, c.Start); ok {
				return sep
			}
			break
		}
		prev = o
	}
	return " && "
}

func (s *Script) link(from, to int) (string, bool) {
	if from > to {
		return "", false
	}
	sep := s.file.Source[from:to]
	rest := bytes.Trim(sep, " \t\r\n&"+string(s.file.Escape))
	if len(rest) > 0 || bytes.Count(sep, []byte("&&")) != 1 || bytes.Count(sep, []byte("\n")) != 1 {
		return "", false
	}
	return string(sep), true
}

// InsertWord puts raw after word k of a command.
func (s *Script) InsertWord(c Command, k int, raw string) ([]text.Edit, error) {
	if err := checkCopied(c); err != nil {
		return nil, err
	}
	if k < 0 || k >= len(c.Words) {
		return nil, refuse(RefusedContext, c.Line, "the command has no word %d", k)
	}
	if err := s.file.checkWord(s.Instruction, c.Words[k]); err != nil {
		return nil, err
	}
	if err := checkShellText(raw, c.Line); err != nil {
		return nil, err
	}
	return []text.Edit{text.Insert(c.Words[k].End, " "+raw)}, nil
}

// ReplaceWord puts raw, quoted as the shell needs it, in the place of word k.
func (s *Script) ReplaceWord(c Command, k int, raw string) ([]text.Edit, error) {
	if err := checkCopied(c); err != nil {
		return nil, err
	}
	if k < 0 || k >= len(c.Words) {
		return nil, refuse(RefusedContext, c.Line, "the command has no word %d", k)
	}
	if err := checkShellText(raw, c.Line); err != nil {
		return nil, err
	}
	return s.file.ReplaceWord(s.Instruction, c.Words[k], raw)
}

// DeleteWord removes word k with the spaces before it, and its line when it has
// one for itself. The name can go when the next word on the same line takes its
// place, as in "sudo apt-get".
func (s *Script) DeleteWord(c Command, k int) ([]text.Edit, error) {
	if err := checkCopied(c); err != nil {
		return nil, err
	}
	if k < 0 || k >= len(c.Words) || len(c.Words) == 1 {
		return nil, refuse(RefusedContext, c.Line, "the command would be left without a name")
	}
	w := c.Words[k]
	if k > 0 {
		return s.file.DeleteWord(s.Instruction, w)
	}
	if err := s.file.checkWord(s.Instruction, w); err != nil {
		return nil, err
	}
	next := c.Words[1]
	if len(bytes.Trim(s.file.Source[w.End:next.Start], " \t")) > 0 {
		return nil, refuse(RefusedContext, c.Line, "the command's name and its first argument are not side by side")
	}
	return []text.Edit{{Start: w.Start, End: next.Start}}, nil
}

// checkCopied refuses a command that was read from a copy of its text.
func checkCopied(c Command) error {
	if c.Copied {
		return refuse(RefusedContext, c.Line, "%s", CopiedReason)
	}
	return nil
}

func checkShellText(raw string, line int) error {
	if raw == "" || strings.ContainsAny(raw, "\r\n\x00") {
		return refuse(RefusedText, line, "a word must not be empty or hold line endings")
	}
	return nil
}

// String names the constructs, outermost kind first, for messages.
func (p Place) String() string {
	names := []string{
		"a pipe", "an or-list", "a negation", "the background", "a subshell", "a block",
		"a condition", "a branch", "a loop", "a function", "a substitution",
	}
	var out []string
	for k, n := range names {
		if p&(1<<k) != 0 {
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		return "the top level"
	}
	return strings.Join(out, " and ")
}
