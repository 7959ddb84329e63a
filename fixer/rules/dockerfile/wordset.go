package dockerfile

import "strings"

// set returns the words of a text, which stand between white space, as a set.
func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}
