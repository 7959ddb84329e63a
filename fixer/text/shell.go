package text

import "strings"

// ShellWord writes a string as one word of a command line that a person may paste
// into a shell: names come from files, and a name can hold a command. Line breaks
// and other control characters become visible, so that a word stays on its line
// and no part of it is taken for a command of its own.
func ShellWord(s string) string {
	s = VisibleLine(s)
	plain := func(r rune) bool {
		return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("/._-+,@:=%", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
