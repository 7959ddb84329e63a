package text

import "strings"

// Sentences joins sentences that have no full stop at their end, and leaves out
// empty ones: "One thing fails. Another one fails too".
func Sentences(list ...string) string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, strings.TrimSuffix(s, "."))
		}
	}
	return strings.Join(out, ". ")
}
