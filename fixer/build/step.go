package build

import (
	"fmt"
	"path"
	"strings"

	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

// A Step is an instruction that hands text to a shell, or a program its words,
// with the simple commands in it.
type Step struct {
	Stage           *dockerfile.Stage
	Instruction, At *dockerfile.Instruction // the instruction, and the place of findings: itself or the ONBUILD that holds it
	Commands        []Command
	Script          *dockerfile.Script // nil when the commands have no place of their own and are not edited
	Why             string             // why Script is nil
}

// Span is the place of a command for a finding: its own bytes, or those of the
// instruction when it was read from a copy.
func (st Step) Span(c Command) (start, end int) {
	if st.Script == nil {
		return st.At.Start, st.At.End
	}
	return c.Start, c.End
}

// NotEdited says why a finding in the step has no fix, or gives "".
func (st Step) NotEdited() string {
	if st.Script != nil {
		return ""
	}
	return "; it is not done here because " + st.Why
}

// shells are the shells of the Bourne family.
var shells = text.WordSet("sh bash ash dash ksh zsh")

// IsShell reports whether a program, with or without its directory, is a shell
// of the Bourne family.
func IsShell(program string) bool { return shells[path.Base(program)] }

// readSteps reads all steps of a file.
func readSteps(f *dockerfile.File) []Step {
	var out []Step
	Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
		switch i.Keyword {
		case "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK":
			out = append(out, readStep(f, s, i, at))
		}
	})
	return out
}

func readStep(f *dockerfile.File, s *dockerfile.Stage, i, at *dockerfile.Instruction) Step {
	st := Step{Stage: s, Instruction: i, At: at}
	script, err := f.Script(i)
	shell, _ := s.ShellAt(i)
	switch {
	case err == nil:
		st.Script = script
		st.Commands = programs(f.Source, script.Commands)
	case s.Windows:
	case i.JSON || len(shell) == 0 || IsShell(shell[0]):
		st.Commands = copied(f, i)
	}
	if err != nil {
		st.Why = Reason(err)
	}
	number(st.Commands)
	return st
}

// number gives the commands of each program their ordinals. What a finding is
// called by may hold the ordinal: it counts commands, not findings, so that
// mending the first of two does not give its name to the second.
func number(list []Command) {
	seen := map[string]int{}
	for k := range list {
		if seen[list[k].Program]++; seen[list[k].Program] > 1 {
			list[k].Ordinal = fmt.Sprintf("[%d]", seen[list[k].Program])
		}
	}
}

func programs(src []byte, list []dockerfile.Command) []Command {
	out := make([]Command, 0, len(list))
	for k, c := range list {
		cmd := newCommand(c)
		cmd.PipedInto = k > 0 && c.Place&dockerfile.InPipe != 0 && piped(src, list[k-1].End, c.Start)
		out = append(out, cmd)
	}
	return out
}

// piped reports whether nothing but a pipe lies between two commands.
func piped(src []byte, from, to int) bool {
	if from > to {
		return false // the second stands in a substitution of the first
	}
	var between strings.Builder
	for line := range strings.Lines(string(src[from:to])) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			between.WriteString(line)
		}
	}
	return strings.Count(between.String(), "|") == 1 && !strings.ContainsAny(strings.ReplaceAll(between.String(), "|&", "|"), "&;")
}

// copied reads the commands of text that has no place in the file: one line of
// a heredoc at a time, which is rough where an "if" goes over several lines,
// and enough to report what stands in one.
func copied(f *dockerfile.File, i *dockerfile.Instruction) []Command {
	var lines []string
	switch {
	case i.JSON:
		words := commandWords(i)
		if n := len(words); n < 3 || !IsShell(words[0].Value) || !strings.HasSuffix(words[1].Value, "c") {
			if n == 0 {
				return nil
			}
			return []Command{newCommand(dockerfile.Command{Name: path.Base(words[0].Value), Words: words, Line: i.Line, Last: true})}
		}
		lines = []string{words[2].Value}
	case len(i.Heredocs) == 0:
		lines = []string{i.Text()}
	default:
		body := strings.ReplaceAll(CommandText(f, i), "\r\n", "\n")
		lines = strings.Split(strings.ReplaceAll(body, "\\\n", " "), "\n")
	}
	const most = 500
	var out []Command
	for _, line := range lines[:min(len(lines), most)] {
		out = append(out, readLine(line)...)
	}
	return out
}

// commandWords are the words of the exec form of a command.
func commandWords(i *dockerfile.Instruction) []dockerfile.Word {
	if i.Keyword == "HEALTHCHECK" && len(i.Words) > 0 {
		return i.Words[1:]
	}
	return i.Words
}

// readLine reads one line of shell text as the RUN of a file of its own.
func readLine(line string) []Command {
	line = strings.TrimSpace(line)
	for range 2 {
		f, err := dockerfile.Parse([]byte("FROM scratch\nRUN " + strings.ReplaceAll(line, "\n", "; ")))
		if err != nil || len(f.Final().Instructions) != 1 {
			return nil
		}
		if script, err := f.Script(f.Final().Instructions[0]); err == nil {
			return programs(f.Source, script.Commands)
		}
		line = strings.TrimSpace(halfConstruct().ReplaceAllString(line, ""))
	}
	return nil
}

// halfConstruct matches what a line of a construct over several lines begins or
// ends with.
var halfConstruct = text.Regexp(`^(if|then|else|elif|do|while|until)\b\s*|[;\s]*\b(then|do)$|\s*\{$`)

// CommandText returns the commands of an instruction as text to search, as far
// as they can be told from data: the body of a heredoc that a shell gets, the
// words of the exec form, or the plain text. Comments of heredocs are dropped.
func CommandText(f *dockerfile.File, i *dockerfile.Instruction) string {
	switch {
	case i.JSON:
		words := make([]string, len(i.Words))
		for k, w := range i.Words {
			words[k] = w.Value
		}
		return strings.Join(words, " ")
	case len(i.Heredocs) == 0:
		return i.Text()
	case !shellHeredoc().MatchString(strings.TrimSpace(i.Text())):
		return "" // the body is a file that some command writes
	}
	h := i.Heredocs[0]
	body := string(f.Source[h.Start:max(h.Start, h.End)])
	if line, _, _ := strings.Cut(body, "\n"); strings.HasPrefix(line, "#!") && !strings.Contains(line, "sh") {
		return ""
	}
	var out strings.Builder
	for line := range strings.Lines(body) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			out.WriteString(line)
		}
	}
	return out.String()
}

var shellHeredoc = text.Regexp(`^((/\w+)*/?(ba|da|a)?sh( -\w+)* )?<<-?["']?\w+["']?$`)
