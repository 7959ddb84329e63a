package build

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
	"oakum/fixer/text"
)

// A Step is an instruction that hands text to a shell, with the simple commands
// in it.
type Step struct {
	Stage           *dockerfile.Stage
	Instruction, At *dockerfile.Instruction // the instruction, and the place of findings: itself or the ONBUILD that holds it
	Commands        []Command
	Script          *dockerfile.Script // nil when the commands have no place of their own and are not edited
	why             string             // why script is nil
}

// A Command is a simple command behind what only changes how it runs, such as
// sudo and env.
type Command struct {
	dockerfile.Command
	Program     string // of the program, without folder; "" when it is not static
	ProgramWord int    // index of the program's word
	sudo        bool
	PipedInto   bool   // the command before it in the list is piped into it
	Ordinal     string // which of the step's commands of that program it is: "" for the first, "[2]" for the second
}

// Args are the words behind the program.
func (c Command) Args() []dockerfile.Word {
	if c.ProgramWord+1 >= len(c.Words) {
		return nil
	}
	return c.Words[c.ProgramWord+1:]
}

// Has reports whether one of the words behind the program is as given.
func (c Command) Has(words ...string) bool {
	return slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool { return slices.Contains(words, w.Value) })
}

// Plain returns the arguments that are no options. Values of options are among
// them, since which options take one differs from program to program.
func (c Command) Plain() []string {
	var out []string
	for _, w := range c.Args() {
		if !strings.HasPrefix(w.Value, "-") {
			out = append(out, w.Value)
		}
	}
	return out
}

// Subcommand returns the first plain argument, which is what many programs take as
// the name of what to do, and its index among the words.
func (c Command) Subcommand() (string, int) {
	for k, w := range c.Args() {
		if !strings.HasPrefix(w.Value, "-") {
			return w.Value, c.ProgramWord + 1 + k
		}
	}
	return "", 0
}

// Steps reads the instructions of the given keywords in all stages that are not
// Windows stages, whose shells are other ones. Text that the shell reader
// refuses (heredocs, triggers, the exec form) is read from a copy, so that it
// can be reported and not edited.
func Steps(f *dockerfile.File, keywords ...string) []Step {
	var out []Step
	Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
		if slices.Contains(keywords, i.Keyword) && !s.Windows {
			out = append(out, ReadStep(f, s, i, at))
		}
	})
	return out
}

func ReadStep(f *dockerfile.File, s *dockerfile.Stage, i, at *dockerfile.Instruction) Step {
	st := Step{Stage: s, Instruction: i, At: at}
	script, err := f.Script(i)
	shell, _ := s.ShellAt(i)
	switch {
	case err == nil:
		st.Script = script
		st.Commands = programs(f.Source, script.Commands)
	case i.JSON || len(shell) == 0 || Shells[path.Base(shell[0])]:
		st.Commands = copied(f, i)
	}
	if err != nil {
		st.why = Reason(err)
	}
	count(st.Commands)
	return st
}

// count numbers the commands of each program. What a finding is called by may
// hold the number: it counts commands, not findings, so that mending the first
// of two does not give its name to the second.
func count(list []Command) {
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

// runsBehind are programs that run the words behind them.
var runsBehind = text.WordSet("sudo env command exec nice nohup time")

func newCommand(c dockerfile.Command) Command {
	out := Command{Command: c}
	k := 0
	for k < len(c.Words)-1 && !c.Words[k].Dynamic && runsBehind[path.Base(c.Words[k].Value)] {
		out.sudo = out.sudo || path.Base(c.Words[k].Value) == "sudo"
		for k++; k < len(c.Words)-1 && WrapperWord(c.Words[k].Raw); k++ {
		}
	}
	out.ProgramWord = k
	if k < len(c.Words) && !c.Words[k].Dynamic {
		out.Program = path.Base(c.Words[k].Value)
	}
	return out
}

// copied reads the commands of text that has no place in the file: one line of
// a heredoc at a time, which is rough where an "if" goes over several lines,
// and enough to report what stands in one.
func copied(f *dockerfile.File, i *dockerfile.Instruction) []Command {
	var lines []string
	switch {
	case i.JSON:
		words := commandWords(i)
		if n := len(words); n < 3 || !Shells[path.Base(words[0].Value)] || !strings.HasSuffix(words[1].Value, "c") {
			if n == 0 {
				return nil
			}
			return []Command{newCommand(dockerfile.Command{Name: path.Base(words[0].Value), Words: words, Line: i.Line, Last: true})}
		}
		lines = []string{words[2].Value}
	case len(i.Heredocs) == 0:
		lines = []string{i.Text()}
	default:
		body := strings.ReplaceAll(UnreadText(f, i), "\r\n", "\n")
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
		line = strings.TrimSpace(halfConstruct.ReplaceAllString(line, ""))
	}
	return nil
}

// halfConstruct matches what a line of a construct over several lines begins or
// ends with.
var halfConstruct = regexp.MustCompile(`^(if|then|else|elif|do|while|until)\b\s*|[;\s]*\b(then|do)$|\s*\{$`)

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
	return "; it is not done here because " + st.why
}

// BaseOf is what is known of the image that a stage goes back to.
func BaseOf(p *fixer.Pass, s *dockerfile.Stage) (image.Base, bool) {
	k := p.Facts.Image(s.Root().Image)
	return k.Base, k.HasBase
}

// URLIn finds what a word downloads from; the place of a variable counts as text.
var URLIn = regexp.MustCompile(`(?i)\b(https?|ftp)://[^\s'"|;<>)]+`)

// LocalURL matches the start of a URL that does not leave the machine.
var LocalURL = regexp.MustCompile(`(?i)^\w+://([^/@]*@)?(localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1\]|host\.docker\.internal)([:/]|$)`)

// RemoteURL returns the first URL of a command that leads to another machine.
func (c Command) RemoteURL() string {
	for _, w := range c.Args() {
		for _, u := range URLIn.FindAllString(w.Raw, -1) {
			if !LocalURL.MatchString(u) {
				return u
			}
		}
	}
	return ""
}

// ShownURL is a URL without what may be a secret in it: the user and the query.
func ShownURL(u string) string {
	scheme, rest, _ := strings.Cut(u, "://")
	rest, _, _ = strings.Cut(rest, "?")
	host, tail, slash := strings.Cut(rest, "/")
	host = host[strings.LastIndexByte(host, '@')+1:]
	if slash {
		host += "/" + tail
	}
	const most = 80
	if len(host) > most {
		host = strings.ToValidUTF8(host[:most], "") + "…"
	}
	return scheme + "://" + host
}

// OnlyLocalURLs reports whether a command names URLs and all are of this machine.
func (c Command) OnlyLocalURLs() bool {
	some := false
	for _, w := range c.Args() {
		for _, u := range URLIn.FindAllString(w.Raw, -1) {
			if !LocalURL.MatchString(u) {
				return false
			}
			some = true
		}
	}
	return some
}
