package text

import "strings"

// WordSet returns the words of a text, which stand between white space, as a set.
func WordSet(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}
