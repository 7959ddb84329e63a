package dockerfile

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

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
