package discover

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
)

// notSources are directories of a project that others wrote, or tools.
var notSources = set("node_modules", "vendor", "target", "dist", "build", "out", "obj", ".git", ".venv", "venv", "__pycache__", ".tox", ".gradle", ".idea", ".vscode", ".github", "coverage")

// Sources returns the names of the files of a project that people wrote, of all that were
// listed, relative to its directory and sorted.
func Sources(all []fixer.Name, dir string) []string {
	var out []string
	for _, n := range all {
		name := n.Path
		if dir != "." {
			rest, ok := strings.CutPrefix(name, dir+"/")
			if !ok {
				continue
			}
			name = rest
		}
		parts := strings.Split(name, "/")
		if n.Kind == buildcontext.Plain && !slices.ContainsFunc(parts[:len(parts)-1], func(p string) bool { return notSources[p] }) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
