package tui

import (
	"fmt"
	"strings"
)

// KeyTable returns every key of every screen as Markdown, for docs/keys.md. It
// is made from the table the interface itself uses.
func KeyTable() string {
	var b strings.Builder
	b.WriteString("| where | key | what it does |\n|---|---|---|\n")
	line := func(where string, bindings []binding) {
		for _, x := range bindings {
			keys := make([]string, len(x.keys))
			for i, k := range x.keys {
				keys[i] = "`" + k + "`"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", where, strings.Join(keys, " "), x.help)
			where = ""
		}
	}
	for _, p := range places {
		line(string(p), own(keymap[p]))
	}
	line("typing", own(typing))
	line("everywhere", everywhere)
	return b.String()
}

// own returns the bindings that are not the same everywhere.
func own(bindings []binding) []binding {
	var out []binding
	for _, b := range bindings {
		if _, ok := lookup(everywhere, b.keys[0]); !ok {
			out = append(out, b)
		}
	}
	return out
}
