package build

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Step is an instruction that hands text to a shell, or a program its words,
// with the simple commands in it.
type Step struct {
	Stage           *dockerfile.Stage
	Instruction, At *dockerfile.Instruction // the instruction, and the place of findings: itself or the ONBUILD that holds it
	Commands        []Command
	Script          *dockerfile.Script // nil when the commands have no place of their own and are not edited
	Why             string             // why Script is nil
	Unread          bool               // some of the shell text in it is not understood, or read roughly
}

// Span is the place of a command for a finding: its own bytes, or those of the
// instruction when it was read from a copy.
func (st Step) Span(c Command) (start, end int) {
	if st.Script == nil || c.Copied && c.Start >= c.End {
		return st.At.Start, st.At.End
	}
	return c.Start, c.End
}

// Edited reports whether a command of the step may be edited: it has a place of
// its own.
func (st Step) Edited(c dockerfile.Command) bool { return st.Script != nil && !c.Copied }

// NotEdited says why a finding about a command of the step has no fix, or gives
// "".
func (st Step) NotEdited(c dockerfile.Command) string {
	switch {
	case st.Script == nil:
		return ". Not fixed automatically: " + st.Why
	case c.Copied:
		return ". Not fixed automatically: " + dockerfile.CopiedReason
	}
	return ""
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
		st.Commands, st.Unread = copied(f, i)
	default:
		st.Unread = true
	}
	if err != nil {
		st.Why = Reason(err)
	}
	list, unread := withHanded(f, st.Commands, maxHanded)
	st.Commands, st.Unread = list, st.Unread || unread
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

// copied reads the commands of text that is not edited. Where it does not parse
// as a whole it is read one line at a time, which is rough, and enough to report
// what stands in one.
func copied(f *dockerfile.File, i *dockerfile.Instruction) (list []Command, rough bool) {
	switch {
	case i.JSON:
		words := slices.Clone(commandWords(i))
		if len(words) == 0 {
			return nil, false
		}
		c := dockerfile.Command{Name: path.Base(words[0].Value), Words: words, Line: i.Line, Last: true, Copied: true}
		c.Start, c.End = words[0].Start, words[len(words)-1].End
		return []Command{newCommand(c)}, false
	case len(i.Heredocs) > 0:
		commands, shell, err := f.ReadHeredoc(i)
		if err == nil {
			return programs(f.Source, commands), !shell
		}
	default:
		commands, err := f.ReadHanded(i.Text(), i.Args)
		if err == nil {
			return programs(f.Source, commands), false
		}
	}
	body := strings.ReplaceAll(CommandText(f, i), "\r\n", "\n")
	lines := strings.Split(strings.ReplaceAll(body, "\\\n", " "), "\n")
	const most = 500
	for _, line := range lines[:min(len(lines), most)] {
		list = append(list, readLine(line)...)
	}
	for k := range list {
		list[k].Copied, list[k].Start, list[k].End, list[k].Line = true, 0, 0, i.Line
	}
	return list, true
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
// as they can be told from data: the line with the bodies of heredocs that a
// shell gets, the words of the exec form, or the plain text. Comments of heredocs
// are dropped.
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
	}
	var out strings.Builder
	lone := i.LoneHeredoc()
	if !lone {
		out.WriteString(i.Text() + "\n")
	}
	list, _, err := f.ReadHeredoc(i)
	for _, h := range i.Heredocs {
		body := string(f.Source[h.Start:max(h.Start, h.End)])
		script := lone && dockerfile.ShellScript(body) || err != nil
		for _, c := range programs(f.Source, list) {
			piece, ok := c.handed()
			script = script || ok && c.Input != nil && c.Input.Start == h.Start && piece.Start == h.Start
		}
		if !script {
			continue // a file that some command writes
		}
		for line := range strings.Lines(body) {
			if !strings.HasPrefix(strings.TrimSpace(line), "#") {
				out.WriteString(line)
			}
		}
	}
	return out.String()
}
