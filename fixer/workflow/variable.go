package workflow

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Variable is a name that a file gives a value to in the environment of what it
// runs.
type Variable struct {
	Name string
	Line int // from 1: where the variable is set, or where the script begins that does so
}

// assigned finds NAME= in a script, with the option that it is the value of, such as
// --build-arg.
var assigned = text.Regexp(`(?m)(?:^|[\s;&|("'])(--?[A-Za-z-]+[ =]["']?)?(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=`)

// Sets returns the variables that the file sets: under env and variables, and in
// scripts. Each is returned once, in the order of the file.
func (f *File) Sets() []Variable { return f.sets }

// variables notes what the mapping under a key sets.
func (r *reader) variables(n *yamldoc.Node) {
	for name, value := range n.All() {
		r.sets(name, value.KeyOrSelf().Line)
	}
}

// script notes what the commands of a scalar, or of a list of scalars, set.
func (r *reader) script(n *yamldoc.Node) {
	for _, item := range n.ListOrOne() {
		text := item.Text()
		if !strings.Contains(text, "=") {
			continue
		}
		for _, m := range assigned().FindAllStringSubmatch(text, -1) {
			if m[1] == "" {
				r.sets(m[2], item.Line)
			}
		}
	}
}

func (r *reader) sets(name string, line int) {
	if !r.set[name] {
		r.set[name] = true
		r.file.sets = append(r.file.sets, Variable{name, line})
	}
}
