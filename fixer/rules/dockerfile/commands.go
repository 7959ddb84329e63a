package dockerfile

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
)

// A step is an instruction that hands text to a shell, with the simple commands
// in it.
type step struct {
	stage    *dockerfile.Stage
	i, at    *dockerfile.Instruction // the instruction, and the place of findings: itself or the ONBUILD that holds it
	commands []command
	script   *dockerfile.Script // nil when the commands have no place of their own and are not edited
	why      string             // why script is nil
}

// A command is a simple command behind what only changes how it runs, such as
// sudo and env.
type command struct {
	dockerfile.Command
	name  string // of the program, without folder; "" when it is not static
	first int    // index of the program's word
	sudo  bool
	fed   bool   // the command before it in the list is piped into it
	again string // which of the step's commands of that program it is: "" for the first, "[2]" for the second
}

// args are the words behind the program.
func (c command) args() []dockerfile.Word {
	if c.first+1 >= len(c.Words) {
		return nil
	}
	return c.Words[c.first+1:]
}

// has reports whether one of the words behind the program is as given.
func (c command) has(words ...string) bool {
	return slices.ContainsFunc(c.args(), func(w dockerfile.Word) bool { return slices.Contains(words, w.Value) })
}

// plain returns the arguments that are no options. Values of options are among
// them, since which options take one differs from program to program.
func (c command) plain() []string {
	var out []string
	for _, w := range c.args() {
		if !strings.HasPrefix(w.Value, "-") {
			out = append(out, w.Value)
		}
	}
	return out
}

// sub returns the first plain argument, which is what many programs take as
// the name of what to do, and its index among the words.
func (c command) sub() (string, int) {
	for k, w := range c.args() {
		if !strings.HasPrefix(w.Value, "-") {
			return w.Value, c.first + 1 + k
		}
	}
	return "", 0
}

// steps reads the instructions of the given keywords in all stages that are not
// Windows stages, whose shells are other ones. Text that the shell reader
// refuses (heredocs, triggers, the exec form) is read from a copy, so that it
// can be reported and not edited.
func steps(f *dockerfile.File, keywords ...string) []step {
	var out []step
	each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
		if slices.Contains(keywords, i.Keyword) && !s.Windows {
			out = append(out, readStep(f, s, i, at))
		}
	})
	return out
}

func readStep(f *dockerfile.File, s *dockerfile.Stage, i, at *dockerfile.Instruction) step {
	st := step{stage: s, i: i, at: at}
	script, err := f.Script(i)
	shell, _ := s.ShellAt(i)
	switch {
	case err == nil:
		st.script = script
		st.commands = programs(f.Source, script.Commands)
	case i.JSON || len(shell) == 0 || shells[path.Base(shell[0])]:
		st.commands = copied(f, i)
	}
	if err != nil {
		st.why = reason(err)
	}
	count(st.commands)
	return st
}

// count numbers the commands of each program. What a finding is called by may
// hold the number: it counts commands, not findings, so that mending the first
// of two does not give its name to the second.
func count(list []command) {
	seen := map[string]int{}
	for k := range list {
		if seen[list[k].name]++; seen[list[k].name] > 1 {
			list[k].again = fmt.Sprintf("[%d]", seen[list[k].name])
		}
	}
}

func programs(src []byte, list []dockerfile.Command) []command {
	out := make([]command, 0, len(list))
	for k, c := range list {
		cmd := newCommand(c)
		cmd.fed = k > 0 && c.Place&dockerfile.InPipe != 0 && piped(src, list[k-1].End, c.Start)
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
var runsBehind = set("sudo env command exec nice nohup time")

func newCommand(c dockerfile.Command) command {
	out := command{Command: c}
	k := 0
	for k < len(c.Words)-1 && !c.Words[k].Dynamic && runsBehind[path.Base(c.Words[k].Value)] {
		out.sudo = out.sudo || path.Base(c.Words[k].Value) == "sudo"
		for k++; k < len(c.Words)-1 && wrapperWord(c.Words[k].Raw); k++ {
		}
	}
	out.first = k
	if k < len(c.Words) && !c.Words[k].Dynamic {
		out.name = path.Base(c.Words[k].Value)
	}
	return out
}

// copied reads the commands of text that has no place in the file: one line of
// a heredoc at a time, which is rough where an "if" goes over several lines,
// and enough to report what stands in one.
func copied(f *dockerfile.File, i *dockerfile.Instruction) []command {
	var lines []string
	switch {
	case i.JSON:
		words := commandWords(i)
		if n := len(words); n < 3 || !shells[path.Base(words[0].Value)] || !strings.HasSuffix(words[1].Value, "c") {
			if n == 0 {
				return nil
			}
			return []command{newCommand(dockerfile.Command{Name: path.Base(words[0].Value), Words: words, Line: i.Line, Last: true})}
		}
		lines = []string{words[2].Value}
	case len(i.Heredocs) == 0:
		lines = []string{i.Text()}
	default:
		body := strings.ReplaceAll(unreadText(f, i), "\r\n", "\n")
		lines = strings.Split(strings.ReplaceAll(body, "\\\n", " "), "\n")
	}
	const most = 500
	var out []command
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
func readLine(line string) []command {
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

// span is the place of a command for a finding: its own bytes, or those of the
// instruction when it was read from a copy.
func (st step) span(c command) (start, end int) {
	if st.script == nil {
		return st.at.Start, st.at.End
	}
	return c.Start, c.End
}

// notEdited says why a finding in the step has no fix, or gives "".
func (st step) notEdited() string {
	if st.script != nil {
		return ""
	}
	return "; it is not done here because " + st.why
}

// baseOf is what is known of the image that a stage goes back to.
func baseOf(p *fixer.Pass, s *dockerfile.Stage) (image.Base, bool) {
	k := p.Facts.Image(s.Root().Image)
	return k.Base, k.HasBase
}

// linkIn finds what a word downloads from; the place of a variable counts as text.
var linkIn = regexp.MustCompile(`(?i)\b(https?|ftp)://[^\s'"|;<>)]+`)

// local matches the start of a URL that does not leave the machine.
var local = regexp.MustCompile(`(?i)^\w+://([^/@]*@)?(localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1\]|host\.docker\.internal)([:/]|$)`)

// remote returns the first URL of a command that leads to another machine.
func (c command) remote() string {
	for _, w := range c.args() {
		for _, u := range linkIn.FindAllString(w.Raw, -1) {
			if !local.MatchString(u) {
				return u
			}
		}
	}
	return ""
}

// shownURL is a URL without what may be a secret in it: the user and the query.
func shownURL(u string) string {
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

// onlyLocal reports whether a command names URLs and all are of this machine.
func (c command) onlyLocal() bool {
	some := false
	for _, w := range c.args() {
		for _, u := range linkIn.FindAllString(w.Raw, -1) {
			if !local.MatchString(u) {
				return false
			}
			some = true
		}
	}
	return some
}
