package dockerfile

import (
	"regexp"
	"strings"
)

// listForm matches what somebody meant as an exec form: quoted words between
// brackets, in either kind of quotes, with a comma too many or too few allowed.
var listForm = regexp.MustCompile(`^\[\s*(?:'[^'"\\$]*'|"[^'"\\$]*")(?:\s*,\s*(?:'[^'"\\$]*'|"[^'"\\$]*"))*\s*,?\s*\]$`)

var listWord = regexp.MustCompile(`'[^']*'|"[^"]*"`)

// almostJSON reads such a list. The test program [ is not meant: its words have
// no commas.
func almostJSON(text string) ([]string, bool) {
	text = strings.TrimSpace(text)
	if !listForm.MatchString(text) {
		return nil, false
	}
	var out []string
	for _, w := range listWord.FindAllString(text, -1) {
		out = append(out, w[1:len(w)-1])
	}
	return out, out[0] != ""
}
