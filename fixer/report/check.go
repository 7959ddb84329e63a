package report

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// A Check is one way to see that fixes work.
type Check struct {
	fixer.Verification
	// Alike are what takes the place of the names in the command in other files and
	// services, where the same is expected: "db", or "db in shop" with a directory.
	Alike []string
}

// Checks returns how to check the fixes that were made: those that can break something
// first, and each command once. Where different things are expected of a command, each
// comes with the file of the fix. Commands that differ only in the names of the fixed
// services, containers and files are one check.
func (f *Fix) Checks() []Check {
	var out []Check
	at := map[string]int{}
	expected := map[string][]expectation{} // by command
	names := map[string]named{}            // by command
	said := map[fixer.Verification]bool{}
	for _, careful := range []bool{true, false} {
		for i := range f.Outcomes {
			o := &f.Outcomes[i]
			fix := madeFix(o)
			if fix == nil || careful != (o.Level > fixer.Safe) {
				continue
			}
			for _, c := range fixer.ParseVerify(fix.Verify) {
				if said[c] {
					continue
				}
				said[c] = true
				if _, known := at[c.Command]; !known || c.Command == "" {
					at[c.Command] = len(out)
					out = append(out, Check{Verification: c})
					names[c.Command] = shapeOf(c.Command, o.Finding)
				}
				expected[c.Command] = append(expected[c.Command], expectation{c.Expect, o.Finding.File})
			}
		}
	}
	for i, c := range out {
		if list := expected[c.Command]; c.Command != "" && len(list) > 1 {
			out[i].Expect = together(list)
		}
	}
	return joinAlike(out, names)
}

// joinAlike puts checks of one shape and expectation into the place of the first.
func joinAlike(list []Check, names map[string]named) []Check {
	type kind struct{ shape, expect string }
	first := map[kind]int{}
	var out []Check
	for _, c := range list {
		n := names[c.Command]
		k := kind{n.shape, c.Expect}
		if i, known := first[k]; known && n.words != "" {
			if !slices.Contains(out[i].Alike, n.words) {
				out[i].Alike = append(out[i].Alike, n.words)
			}
			continue
		}
		first[k] = len(out)
		out = append(out, c)
	}
	return out
}

// A named is a command apart from the names in it.
type named struct {
	shape string // with a sign in the place of each name
	words string // the names, each once
}

var commandWord = text.Regexp(`[^\s'"=;|&<>()]+`)

// shapeOf finds in a command the names that are those of the finding: its file and
// directory, and what its path is made of, such as a service or a container.
func shapeOf(command string, f *fixer.Finding) named {
	own := map[string]bool{f.File: true}
	if dir := path.Dir(f.File); dir != "." {
		own[dir] = true
	}
	for _, part := range strings.FieldsFunc(f.Path, func(r rune) bool { return strings.ContainsRune(" /[]:\"", r) }) {
		own[part] = true
		own[strings.TrimPrefix(part, "services.")] = true
	}
	var names, places []string
	before := ""
	shape := commandWord().ReplaceAllStringFunc(command, func(word string) string {
		flag := before
		before = word
		if !own[word] {
			return word
		}
		list := &names
		if placeFlags[flag] || word == f.File {
			list = &places
		}
		if !slices.Contains(*list, word) {
			*list = append(*list, word)
		}
		return "\x00"
	})
	words := strings.Join(names, " ")
	if len(places) > 0 && words != "" {
		words += " in "
	}
	return named{shape, words + strings.Join(places, " ")}
}

// placeFlags are followed by a file or directory.
var placeFlags = map[string]bool{"--project-directory": true, "--file": true, "-f": true, "-C": true}

// An expectation is what a command shows when the fix in a file works.
type expectation struct{ text, file string }

func together(list []expectation) string {
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = e.text + " (" + e.file + ")"
	}
	return strings.Join(parts, "; ")
}

// Others says for which names the command is to be repeated, at most so many of them;
// 0 names all. It is "" where there are none.
func (c Check) Others(most int) string {
	list := c.Alike
	if len(list) == 0 {
		return ""
	}
	more := ""
	if n := len(list) - most; most > 0 && n > 0 {
		list, more = list[:most], " and "+itoa(n)+" more"
	}
	return "the same for " + strings.Join(list, ", ") + more
}

// count counts the outcomes of a result.
func (f *Fix) count(r engine.Result) int {
	n := 0
	for i := range f.Outcomes {
		if f.Outcomes[i].Result == r {
			n++
		}
	}
	return n
}
