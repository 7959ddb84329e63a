package project

import (
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// Arguments are those that make another command look at the same findings, each with a
// blank before it: flags with their values, flags that are set, and paths.
func Arguments(values map[string][]string, set map[string]bool, paths []string) string {
	var words []string
	for _, flag := range []string{"--select", "--ignore", "--allow-registry"} {
		for _, v := range values[flag] {
			words = append(words, flag, v)
		}
	}
	for _, flag := range slices.Sorted(maps.Keys(set)) {
		if set[flag] {
			words = append(words, flag)
		}
	}
	if len(paths) > 0 && strings.HasPrefix(paths[0], "-") {
		words = append(words, "--")
	}
	out := ""
	for _, w := range append(words, paths...) {
		out += " " + text.ShellWord(w)
	}
	return out
}
