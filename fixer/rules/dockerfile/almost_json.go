package dockerfile

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// anyQuotes matches a quoted word, in the quotes of JSON or in those that are
// mistaken for them.
const anyQuotes = `(?:['"‘’“”][^'"‘’“”\\$]*['"‘’“”])`

// listForm matches what somebody meant as an exec form: quoted words between
// brackets, with a comma too many allowed.
var listForm = text.Regexp(`^\[\s*` + anyQuotes + `(?:\s*,\s*` + anyQuotes + `)*\s*,?\s*\]$`)

var listWord = text.Regexp(anyQuotes)

// almostJSON reads such a list. The test program [ is not meant: its words have
// no commas.
func almostJSON(text string) ([]string, bool) {
	text = strings.TrimSpace(text)
	if !listForm().MatchString(text) {
		return nil, false
	}
	var out []string
	for _, w := range listWord().FindAllString(text, -1) {
		out = append(out, strings.Trim(w, `'"‘’“”`))
	}
	return out, out[0] != ""
}
