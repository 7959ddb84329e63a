package build

import (
	"path"
	"strings"

	"oakum/fixer/dockerfile"
)

// ReadWords reads the commands of a command line in its exec form: the command
// itself and, where it hands text to a shell, the commands of that text. The
// places of the commands mean nothing. unread is true where there is text that
// is not understood.
func ReadWords(words []string) (list []Command, unread bool) {
	if len(words) == 0 {
		return nil, false
	}
	c := dockerfile.Command{Last: true}
	for _, w := range words {
		c.Words = append(c.Words, dockerfile.Word{Raw: w, Value: w})
	}
	c.Name = path.Base(words[0])
	return withNested([]Command{newCommand(c)}, maxNested)
}

// ReadText reads the commands of shell text that stands in no Dockerfile. The
// places of the commands are those in the text.
func ReadText(text string) (list []Command, unread bool) {
	commands, err := dockerfile.ReadShell(text)
	if err != nil {
		return nil, true
	}
	return withNested(programs([]byte(text), commands), maxNested)
}

// maxNested is how deep text within text is read: sh -c "su x -c 'y'".
const maxNested = 3

// withNested puts the commands of text that is handed to a shell behind the
// command that hands it over.
func withNested(list []Command, depth int) (out []Command, unread bool) {
	for _, c := range list {
		out = append(out, c)
		text, ok := c.ShellText()
		switch {
		case !ok:
		case depth == 0:
			unread = true
		default:
			commands, err := dockerfile.ReadShell(text)
			nested, dark := withNested(programs([]byte(text), commands), depth-1)
			out, unread = append(out, nested...), unread || dark || err != nil
		}
	}
	return out, unread
}

// ShellText returns the text that a command hands to a shell of the Bourne
// family: sh -c TEXT, bash -euo pipefail -c TEXT, su USER -c TEXT, eval TEXT.
func (c Command) ShellText() (text string, ok bool) {
	args := c.Args()
	switch {
	case IsShell(c.Program), c.Program == "su", c.Program == "runuser":
		for k, w := range args {
			switch {
			case w.Dynamic && !strings.HasPrefix(w.Value, "-"):
				continue
			case w.Value == "--command" || strings.HasPrefix(w.Value, "-") && !strings.HasPrefix(w.Value, "--") && strings.HasSuffix(w.Value, "c"):
				if k+1 < len(args) {
					return args[k+1].Value, true
				}
			case strings.HasPrefix(w.Value, "--command="):
				return strings.TrimPrefix(w.Value, "--command="), true
			case IsShell(c.Program) && !strings.HasPrefix(w.Value, "-") && !strings.HasPrefix(w.Value, "+") && (k == 0 || !strings.HasSuffix(args[k-1].Value, "o")):
				return "", false // a script, with arguments of its own
			}
		}
	case c.Program == "eval":
		words := make([]string, len(args))
		for k, w := range args {
			words[k] = w.Value
		}
		return strings.Join(words, " "), len(words) > 0
	}
	return "", false
}
