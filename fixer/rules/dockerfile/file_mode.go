package dockerfile

import (
	"slices"
	"strings"

	"oakum/fixer/build"
	"oakum/fixer/dockerfile"
)

// modeOf returns the mode that chmod, mkdir or install gives, "" when it gives
// none, and whether it does so for all files of a directory.
func modeOf(c build.Command) (mode string, recursive bool) {
	switch c.Program {
	case "chmod":
		for _, w := range c.Args() {
			if !strings.HasPrefix(w.Value, "-") {
				return w.Value, c.Arguments().Has("-R", "--recursive")
			}
		}
	case "mkdir", "install":
		mode, _ = c.Arguments().Value("-m", "--mode")
	}
	return mode, false
}

// deletedAgain reports whether the step deletes what the command is about, as
// steps do with folders for their own work.
func deletedAgain(st build.Step, c build.Command) bool {
	for _, later := range st.Commands {
		if later.Program != "rm" || later.Start < c.Start {
			continue
		}
		for _, w := range later.Args() {
			if !strings.HasPrefix(w.Raw, "-") && slices.ContainsFunc(c.Args(), func(o dockerfile.Word) bool { return o.Raw == w.Raw }) {
				return true
			}
		}
	}
	return false
}
