package text

import (
	"unicode"
	"unicode/utf8"
)

// Capital returns a sentence with a capital first letter, where it begins with a
// letter.
func Capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 || !unicode.IsLower(first) {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
