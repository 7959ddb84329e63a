package build

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// A wrapper is a program that runs the words after its own as a command.
type wrapper struct {
	operands int    // words of its own that are no options, as the user of gosu
	other    bool   // the command runs as another user
	query    string // options with which it runs nothing
	needs    string // options without which it runs nothing
}

// wrappers are unwrapped wherever the program of a command is asked for. Which
// of their options take a value says the table of options. A shell that is given text (sh
// -c, su -c) is no wrapper: the command stands in one word there.
var wrappers = map[string]wrapper{
	"sudo": {other: true, query: "-l --list -v --validate -K -e --edit"}, "doas": {other: true},
	"env": {query: "-S --split-string"}, "command": {query: "-v -V"}, "exec": {}, "nice": {}, "nohup": {}, "time": {},
	"timeout": {operands: 1}, "stdbuf": {}, "ionice": {}, "setsid": {},
	"tini": {}, "dumb-init": {}, "catatonit": {},
	"eatmydata": {}, "chronic": {}, "unbuffer": {}, "fakeroot": {}, "flock": {operands: 1}, "busybox": {query: "--list --list-full --install --help"},
	"gosu": {operands: 1, other: true}, "su-exec": {operands: 1, other: true},
	"setuidgid": {operands: 1, other: true}, "s6-setuidgid": {operands: 1, other: true},
	"setpriv": {other: true}, "runuser": {other: true, needs: "-u --user"},
}

// unwrap returns the index of the word that names the program: the first that
// belongs to no wrapper. The last word always counts as the program.
func unwrap(words []dockerfile.Word) int {
	return unwrapAs(words, true)
}

func unwrapAs(words []dockerfile.Word, others bool) int {
	k := 0
	for k < len(words)-1 && !words[k].Dynamic {
		name := path.Base(words[k].Value)
		w, ok := wrappers[name]
		if !ok || w.other && !others {
			break
		}
		next, runs := w.skip(name, words, k+1)
		if !runs {
			break
		}
		k = next
	}
	return min(k, max(0, len(words)-1))
}

// skip passes over the options, assignments and operands of a wrapper. runs is
// false when they make it run nothing.
func (w wrapper) skip(name string, words []dockerfile.Word, k int) (next int, runs bool) {
	runs = w.needs == ""
	operands := w.operands
	for k < len(words)-1 {
		switch raw := words[k].Raw; {
		case raw == "--":
			k++
			return k, runs
		case strings.HasPrefix(raw, "-") && raw != "-":
			option, _, _ := strings.Cut(words[k].Value, "=")
			if slices.Contains(strings.Fields(w.query), option) {
				return k, false
			}
			runs = runs || slices.Contains(strings.Fields(w.needs), option)
			if takesNext(name, words[k].Value) {
				k++
			}
		case isAssignment(raw):
		case operands > 0:
			operands--
		default:
			return k, runs
		}
		k++
	}
	return k, runs
}

// isAssignment reports whether a word gives a variable a value.
func isAssignment(raw string) bool {
	name, _, assigned := strings.Cut(raw, "=")
	return assigned && !strings.ContainsAny(name, "/. ")
}

// Started returns the commands that the command line of a container starts, each
// from its program on: after wrappers such as tini, and those of the text that a
// shell gets. A wrapper that becomes another user is a program of its own here.
func Started(c dockerfile.CommandLine) [][]string {
	words := c.Args
	if c.Shell && len(words) > 0 {
		return startedBy(words[0])
	}
	words = afterWrappers(words)
	if len(words) == 0 {
		return nil
	}
	if IsShell(words[0]) && len(words) > 1 {
		for k, w := range words[:len(words)-1] {
			if strings.HasPrefix(w, "-") && strings.HasSuffix(w, "c") {
				return startedBy(words[k+1])
			}
		}
		return [][]string{words[1:]} // a script
	}
	return [][]string{words}
}

// startedBy reads shell text roughly: each part between operators is a command.
func startedBy(text string) [][]string {
	var out [][]string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";&|()`\n", r) }) {
		words := strings.Fields(part)
		for len(words) > 0 && isAssignment(words[0]) {
			words = words[1:]
		}
		if words = afterWrappers(words); len(words) > 1 && IsShell(words[0]) {
			words = words[1:]
			for len(words) > 0 && strings.HasPrefix(words[0], "-") {
				words = words[1:]
			}
		}
		if len(words) > 0 && !IsShell(words[0]) && !strings.HasPrefix(words[0], "-") {
			out = append(out, words)
		}
	}
	return out
}

// afterWrappers drops wrappers that run what they are given as the same user,
// and options that stand alone: arguments for a program named elsewhere.
func afterWrappers(words []string) []string {
	for len(words) > 0 {
		if strings.HasPrefix(words[0], "-") {
			words = words[1:]
			continue
		}
		list := make([]dockerfile.Word, len(words))
		for k, w := range words {
			list[k] = dockerfile.Word{Raw: w, Value: w}
		}
		k := unwrapAs(list, false)
		if k == 0 {
			break
		}
		words = words[k:]
	}
	if w, ok := wrappers[aloneIn(words)]; ok && !w.other {
		return nil // a wrapper alone runs nothing
	}
	return words
}

// aloneIn is the one program of a list of words, or "".
func aloneIn(words []string) string {
	if len(words) != 1 {
		return ""
	}
	return path.Base(words[0])
}
