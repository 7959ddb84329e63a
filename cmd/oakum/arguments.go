package main

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// arguments are those that make another command look at the same findings, each with
// a blank before it.
func (f *selectFlags) arguments(paths []string) string {
	out := ""
	add := func(words ...string) {
		for _, w := range words {
			out += " " + text.ShellWord(w)
		}
	}
	for _, r := range f.only {
		add("--select", r)
	}
	for _, r := range f.ignore {
		add("--ignore", r)
	}
	for _, r := range f.allow {
		add("--allow-registry", r)
	}
	if f.generated {
		add("--generated")
	}
	if f.noIgnore {
		add("--no-ignore")
	}
	if len(paths) > 0 && strings.HasPrefix(paths[0], "-") {
		add("--")
	}
	add(paths...)
	return out
}
