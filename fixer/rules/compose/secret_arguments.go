package compose

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A commandLine is a command that a service has in its file.
type commandLine struct {
	key     string // of the service: "healthcheck"
	what    string // for people: "health check"
	command secret.Command
	scalars []*yamldoc.Node // what each text of the command is written as
	check   bool            // it asks the service itself
	starts  bool            // it starts the service
}

// commandLines returns the commands of a service as one file writes them: its entry point
// with the arguments after it, its health check and its hooks.
func commandLines(v compose.View) []commandLine {
	var out []commandLine
	start := commandLine{key: "command", what: "command", starts: true}
	entrypoint, command := v.Node.Get("entrypoint").Resolve(), v.Node.Get("command").Resolve()
	if entrypoint.Is(yamldoc.Sequence) && command.Is(yamldoc.Sequence) {
		start.addWords(entrypoint)
		start.addWords(command)
		out = append(out, start)
	} else {
		out = append(out, lineOf("entrypoint", "entrypoint", entrypoint, false), lineOf("command", "command", command, false))
		out[0].starts, out[1].starts = true, true
	}
	test := v.Node.Get("healthcheck").Get("test").Resolve()
	check := lineOf("healthcheck", "health check", test, true)
	if words := test.List(); len(words) > 0 {
		check = commandLine{key: "healthcheck", what: "health check", command: secret.Command{Shell: words[0].Text() == "CMD-SHELL"}}
		check.addWords(test)
		check.command.Texts, check.scalars = check.command.Texts[1:], check.scalars[1:]
	}
	check.check = true
	out = append(out, check)
	for _, key := range []string{"pre_start", "post_start", "pre_stop"} {
		for _, hook := range v.Node.Get(key).List() {
			out = append(out, lineOf(key, key+" hook", hook.Get("command").Resolve(), false))
		}
	}
	return slices.DeleteFunc(out, func(c commandLine) bool { return len(c.scalars) == 0 })
}

// lineOf reads a command that is a list of words or a text, which Compose or a shell splits.
func lineOf(key, what string, n *yamldoc.Node, shell bool) commandLine {
	c := commandLine{key: key, what: what}
	if n.Is(yamldoc.Scalar) && !n.Null() {
		c.command = secret.Command{Texts: []string{n.Text()}, Split: true, Shell: shell}
		c.scalars = []*yamldoc.Node{n}
		return c
	}
	c.addWords(n)
	return c
}

func (c *commandLine) addWords(n *yamldoc.Node) {
	for _, item := range n.List() {
		scalar := item.Resolve()
		c.command.Texts = append(c.command.Texts, scalar.Text())
		c.scalars = append(c.scalars, scalar)
	}
}

// secretsInCommands returns the secrets in the commands of a file's services, each text
// once. find cuts one text into them.
func secretsInCommands(p *fixer.Pass, find func(at *secretPlace, text string) []secretPlace) []secretPlace {
	var out []secretPlace
	seen := map[*yamldoc.Node]int{} // how many places of a text there are already
	first := map[*yamldoc.Node]int{}
	for _, v := range p.Topology().Compose().Views(p.File.Path) {
		if v.Node == nil || windows(p, v) {
			continue
		}
		for _, line := range commandLines(v) {
			known := len(out)
			for _, a := range secret.Arguments(line.command) {
				scalar := line.scalars[a.Text]
				if scalar == nil || scalar.Kind != yamldoc.Scalar {
					continue
				}
				if n := seen[scalar]; n > 0 && first[scalar] < known { // an anchor, from another service
					out[first[scalar]].alsoOf(v)
					continue
				}
				raw := line.command.Texts[a.Text][a.Start:a.End]
				at := secretPlace{view: v, name: a.Name, node: scalar, scalar: scalar, argument: &argumentPlace{a, line}}
				at.owner = line.starts && ownArgument(p, v, a)
				for _, place := range find(&at, raw) {
					place.start, place.end = place.start+a.Start, place.end+a.Start
					if line.check && (place.host == "" || place.host == "localhost" || place.host == "127.0.0.1") {
						place.host = v.Name
					}
					if seen[scalar]++; seen[scalar] == 1 {
						first[scalar] = len(out)
					}
					out = append(out, place)
				}
			}
		}
	}
	return out
}

// An argumentPlace is where in the commands of a service a secret stands.
type argumentPlace struct {
	secret.Argument
	line commandLine
}

// ownArgument reports whether an argument gives a server the password that it asks its
// clients for.
func ownArgument(p *fixer.Pass, v compose.View, a secret.Argument) bool {
	return a.Name != "" && !a.Client && !strings.Contains(strings.ToUpper(a.Option), "MASTER") && container.OfService(p, v).ServesData()
}

// alsoOf notes that another service has the same text, by an anchor.
func (at *secretPlace) alsoOf(v compose.View) {
	if v.Name != at.view.Name && !slices.Contains(at.also, v.Name) {
		at.also = append(at.also, v.Name)
	}
}

// where names the place of an argument: its option, and the command that it is in.
func (a *argumentPlace) where() string {
	if a.Option == "" {
		return "the " + a.line.what
	}
	return a.Option + " in the " + a.line.what
}

// speaksOf reports whether the command names a service, as the host that it connects to.
func (a *argumentPlace) speaksOf(service string) bool {
	if a == nil {
		return false
	}
	return slices.ContainsFunc(a.line.command.Texts, func(text string) bool {
		return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n=:/@,;|&()'\"", r) }), service)
	})
}

// variable is what the value of an argument is called in .env: with the name of the service
// where the option's name is one that many have.
func (a *argumentPlace) variable(prefix string) string {
	switch base := identifier(a.Name); {
	case a.Name == "":
		return prefix + "SECRET"
	case slices.ContainsFunc(secret.Words(base), func(w string) bool { return !slices.Contains(commonWords, w) }):
		return base
	default:
		return prefix + base
	}
}

// commonWords say nothing of what a secret is for.
var commonWords = append(strings.Fields("API ACCESS AUTH PRIVATE"), secretWords...)

// fixedInCommand says why a secret in a command cannot be taken from a variable by an edit,
// "" where it can.
func (at *secretPlace) fixedInCommand() string {
	switch {
	case !at.argument.Whole || strings.ContainsAny(at.value, "'\"\\`\n"):
		return "the value is quoted in the command in a way that a variable would change"
	case !at.inLines():
		if !plain(at.scalar) {
			return "YAML readers differ about what this number is. Put the value in quotes first"
		}
		return ""
	}
	if _, ok := at.inSource(); !ok {
		return "the value stands in a text of several lines that others use too, or more than once in it"
	}
	return ""
}

// inLines reports whether the text of a command goes over several lines of the file, which
// stay as they are around the value.
func (at *secretPlace) inLines() bool {
	return at.argument != nil && at.scalar.EndLine > at.scalar.Line
}

// inSource returns where in the file a value stands in a text of several lines. ok is false
// where its bytes there are not certain, or stand for other places too.
func (at *secretPlace) inSource() (start int, ok bool) {
	n, source, content := at.scalar, at.view.Doc.File.Source, at.scalar.Text()
	for up := n; up != nil; up = up.Parent {
		if up.Anchor() != "" {
			return 0, false
		}
	}
	raw, value := string(source[n.Start:n.End]), content[at.start:at.end]
	if n.Parent != nil && n.Parent.Style == yamldoc.Flow || strings.Count(raw, value) != strings.Count(content, value) {
		return 0, false
	}
	for range strings.Count(content[:at.start], value) {
		i := strings.Index(raw[start:], value)
		start += i + len(value)
	}
	i := strings.Index(raw[start:], value)
	return n.Start + start + i, i >= 0
}

// replaceInLines puts a text in place of a value in a text of several lines.
func (at *secretPlace) replaceInLines(d *fixer.Draft, with string) {
	if start, ok := at.inSource(); ok {
		d.At(at.view.File).Text(at.view.Doc.Index, []text.Edit{{Start: start, End: start + at.end - at.start, New: with}}, at.scalar.Path())
	}
}
