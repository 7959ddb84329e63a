package build

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Command is a simple command after what only changes how it runs, such as
// sudo and env.
type Command struct {
	dockerfile.Command
	Program     string // its name, without directory; "" when it is not static
	ProgramWord int    // index of the program's word
	Sudo        bool
	PipedInto   bool         // the command before it in the list is piped into it
	Ordinal     string       // which of the step's commands of that program it is: "" for the first, "[2]" for the second
	Package     *PackageCall // what it has a package manager do; nil when it calls none
	Install     *Install     // what it has an installer of a language install; nil when it calls none
	HandsRead   bool         // it hands text to a shell, and the commands of that text follow it
}

func newCommand(c dockerfile.Command) Command {
	out := Command{Command: c, ProgramWord: unwrap(c.Words)}
	for _, w := range c.Words[:out.ProgramWord] {
		out.Sudo = out.Sudo || !w.Dynamic && path.Base(w.Value) == "sudo"
	}
	if k := out.ProgramWord; k < len(c.Words) && !c.Words[k].Dynamic {
		out.Program = path.Base(c.Words[k].Value)
	}
	out.Package = readPackageCall(&out)
	out.Install = readInstall(&out)
	return out
}

// Args are the words after the program.
func (c Command) Args() []dockerfile.Word {
	if c.ProgramWord+1 >= len(c.Words) {
		return nil
	}
	return c.Words[c.ProgramWord+1:]
}

// Call returns the values of the program and of the words after it.
func (c Command) Call() []string {
	var out []string
	for _, w := range c.Words[min(c.ProgramWord, len(c.Words)):] {
		out = append(out, w.Value)
	}
	return out
}

// Has reports whether one of the words after the program is as given.
func (c Command) Has(words ...string) bool {
	return slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool { return slices.Contains(words, w.Value) })
}

// Plain returns the arguments that are no options. Values of options are among
// them: see [Command.Arguments] for programs whose options are known.
func (c Command) Plain() []string {
	var out []string
	for _, w := range c.Args() {
		if !strings.HasPrefix(w.Value, "-") {
			out = append(out, w.Value)
		}
	}
	return out
}

// Subcommand returns the first plain argument, which is what many programs take
// as the name of what to do, and its index among the words.
func (c Command) Subcommand() (string, int) {
	for k, w := range c.Args() {
		if !strings.HasPrefix(w.Value, "-") {
			return w.Value, c.ProgramWord + 1 + k
		}
	}
	return "", 0
}

// Sets reports whether the command is given a variable of this name.
func (c Command) Sets(variable string) bool {
	return slices.ContainsFunc(c.Assigns, func(w dockerfile.Word) bool { return strings.HasPrefix(w.Raw, variable+"=") })
}

// downloaders print or store what they download.
var downloaders = text.WordSet("curl wget fetch http https aria2c")

// Downloads reports whether the program is one that downloads what its words
// name.
func (c Command) Downloads() bool { return downloaders[c.Program] }

// RunsUnread reports whether a command runs something that is not in the file and
// may call a package manager itself.
func (c Command) RunsUnread() bool {
	if len(c.Words) == 0 {
		return false
	}
	first := c.Words[c.ProgramWord]
	if first.Dynamic {
		return true
	}
	if IsShell(c.Program) {
		return !c.HandsRead
	}
	switch c.Program {
	case "source", ".", "eval":
		return !c.HandsRead
	case "xargs": // with words that are not seen
		of := c.Arguments().Names()
		return len(of) > 0 && (!indifferent[path.Base(of[0])] || slices.ContainsFunc(Managers, func(m *Manager) bool { return isProgram(m, of[0]) }))
	case "ansible-playbook", "chef-client", "puppet", "salt-call":
		return true
	}
	if strings.HasSuffix(first.Value, ".sh") {
		return true
	}
	dir := path.Dir(first.Value)
	return strings.Contains(first.Value, "/") && !strings.HasSuffix(dir, "/bin") && !strings.HasSuffix(dir, "/sbin") && dir != "/bin" && dir != "/sbin"
}
