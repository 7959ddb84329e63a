package build

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
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
	return withHanded(nil, []Command{newCommand(c)}, maxHanded)
}

// ReadText reads the commands of shell text that stands in no Dockerfile. The
// places of the commands are those in the text.
func ReadText(text string) (list []Command, unread bool) {
	commands, err := dockerfile.ReadShell(text)
	if err != nil {
		return nil, true
	}
	return withHanded(nil, programs([]byte(text), commands), maxHanded)
}

// maxHanded is how deep text within text is read: sh -c "su x -c 'y'".
const maxHanded = 3

// withHanded puts the commands of text that is handed to a shell behind the
// command that hands it over. They run where that command stands, and are links
// of chains of their own. f is the file that the commands stand in, nil for
// none.
func withHanded(f *dockerfile.File, list []Command, depth int) (out []Command, unread bool) {
	chain := 0
	for _, c := range list {
		chain = max(chain, c.Chain)
	}
	out = make([]Command, 0, len(list))
	for _, c := range list {
		out = append(out, c)
		piece, ok := c.handed()
		switch {
		case !ok:
			continue
		case depth == 0:
			unread = true
			continue
		}
		inner, err := readHanded(f, piece)
		if err != nil {
			unread = true
			continue
		}
		out[len(out)-1].HandsRead = true
		nested, dark := withHanded(f, inner, depth-1)
		top := chain
		for _, n := range nested {
			if n.Place&dockerfile.InSubstitution != 0 && slices.ContainsFunc(list, func(o Command) bool { return sameSubstitution(o, n) }) {
				continue // the outer shell runs it
			}
			n.Place |= c.Place
			n.Chain += top
			chain = max(chain, n.Chain)
			out = append(out, n)
		}
		unread = unread || dark
	}
	return out, unread
}

// sameSubstitution reports whether two commands are one: a substitution in
// double quotes is met in the word and in the text that the word is.
func sameSubstitution(a, b Command) bool {
	return a.Place&dockerfile.InSubstitution != 0 && slices.EqualFunc(a.Words, b.Words, func(v, w dockerfile.Word) bool { return v.Raw == w.Raw })
}

func readHanded(f *dockerfile.File, piece dockerfile.Word) ([]Command, error) {
	if f == nil {
		list, err := dockerfile.ReadShell(piece.Value)
		return programs([]byte(piece.Value), list), err
	}
	list, err := f.ReadHanded(piece.Value, piece)
	return programs(f.Source, list), err
}

// handed returns the text that a command hands to a shell of the Bourne family,
// without the quotes around it: sh -c TEXT, bash -euo pipefail -c TEXT, su USER -c
// TEXT, eval TEXT, and what a shell without a script is given to read.
func (c Command) handed() (dockerfile.Word, bool) {
	args := c.Args()
	switch {
	case IsShell(c.Program):
		return c.handedToShell()
	case c.Program == "su", c.Program == "runuser":
		for k, w := range args {
			if text, ok := strings.CutPrefix(w.Value, "--command="); ok {
				w.Value = text
				return w, true
			}
			if k+1 < len(args) && (w.Value == "--command" || isShort(w.Value) && strings.HasSuffix(w.Value, "c")) {
				return unquoted(args[k+1]), true
			}
		}
	case c.Program == "eval" && len(args) > 0:
		out := unquoted(args[0])
		for _, w := range args[1:] {
			out.Value += " " + unquoted(w).Value
		}
		out.End = args[len(args)-1].End
		return out, true
	}
	return dockerfile.Word{}, false
}

func (c Command) handedToShell() (dockerfile.Word, bool) {
	args := c.Args()
	text := false
	for k := 0; k < len(args); k++ {
		switch w := args[k]; {
		case isShort(w.Value):
			text = text || w.Value[0] == '-' && strings.Contains(w.Value, "c")
			if strings.HasSuffix(w.Value, "o") || strings.HasSuffix(w.Value, "O") {
				k++ // -o pipefail
			}
			if !text && w.Value[0] == '-' && strings.Contains(w.Value, "s") && c.Input != nil {
				return unquoted(*c.Input), true // the words behind it are arguments of what is read
			}
		case w.Value == "--rcfile", w.Value == "--init-file":
			k++
		case strings.HasPrefix(w.Value, "--"), w.Value == "-":
		case text:
			return unquoted(w), true
		default:
			return dockerfile.Word{}, false // a script, with arguments of its own
		}
	}
	if c.Input != nil && !text {
		return unquoted(*c.Input), true
	}
	return dockerfile.Word{}, false
}

// isShort reports whether a word is options of one letter: -euo, +x.
func isShort(word string) bool {
	return len(word) > 1 && (word[0] == '-' || word[0] == '+') && strings.Trim(word[1:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// unquoted takes the quotes off a word whose value a variable decides, and
// leaves the variables.
func unquoted(w dockerfile.Word) dockerfile.Word {
	if !w.Dynamic {
		return w
	}
	var out strings.Builder
	quote := byte(0)
	for i := 0; i < len(w.Raw); i++ {
		switch b := w.Raw[i]; {
		case b == '\\' && quote != '\'' && i+1 < len(w.Raw) && (quote == 0 || strings.IndexByte("$`\"\\\n", w.Raw[i+1]) >= 0):
			i++
			out.WriteByte(w.Raw[i])
		case quote == 0 && (b == '\'' || b == '"'):
			quote = b
		case b == quote && quote != 0:
			quote = 0
		default:
			out.WriteByte(b)
		}
	}
	w.Value = out.String()
	return w
}
