package secret

import (
	"regexp"
	"strings"
)

// Hidden is what stands in place of a value that is not shown.
const Hidden = "(hidden)"

// Hide returns a line of a file for showing: the values in it that are secrets by
// their form, or that have the name of one, are replaced by [Hidden]. The line
// before it may hold the name, as in the list of a container's environment. Where
// a value ends is not always known; then the rest of the line goes with it.
func Hide(line, before string) string {
	line = userInfo.ReplaceAllStringFunc(line, func(url string) string {
		m := userInfo.FindStringSubmatchIndex(url)
		if password := url[m[2]:m[3]]; Reference(password) {
			return url
		}
		return url[:m[2]] + Hidden + url[m[3]:]
	})
	if len(Forms(line)) > 0 {
		return HideValue(line)
	}
	if m := valueKey.FindStringIndex(line); m != nil && (hasSecretName(before) || hasSecretName(line[:m[0]])) {
		return hideFrom(line, m[1])
	}
	for _, pattern := range []*regexp.Regexp{assigned, declared} {
		for _, m := range pattern.FindAllStringSubmatchIndex(line, -1) {
			if Named(line[m[2]:m[3]]) && !isReference(line[m[1]:]) {
				return hideFrom(line, m[1])
			}
		}
	}
	return line
}

// HideValue returns a line without what follows its first name: all of its values
// may be secrets.
func HideValue(line string) string {
	if m := assigned.FindStringIndex(line); m != nil {
		return hideFrom(line, m[1])
	}
	words := len(line) - len(strings.TrimLeft(line, " \t-"))
	if at := strings.IndexAny(line[words:], " \t"); at >= 0 {
		return hideFrom(line, words+at+1)
	}
	return line[:words] + Hidden
}

var (
	assigned = regexp.MustCompile(`([A-Za-z_][\w.-]*)["']?(?:\s*=\s*|\s*:\s+)`) // NAME=, NAME: and "NAME":
	declared = regexp.MustCompile(`(?i:\benv\s+)([A-Za-z_][\w.-]*)\s+`)         // ENV NAME
	valueKey = regexp.MustCompile(`["']?\bvalue["']?\s*:\s*`)
	nameWord = regexp.MustCompile(`[A-Za-z_][\w.-]*`)
)

func hideFrom(line string, at int) string {
	if rest := strings.TrimSpace(line[at:]); rest == "" || isReference(rest) {
		return line
	}
	return line[:at] + Hidden
}

func hasSecretName(s string) bool {
	for _, w := range nameWord.FindAllString(s, -1) {
		if Named(w) {
			return true
		}
	}
	return false
}

// isReference reports whether a line goes on with a variable or a place where a
// secret is kept, and not with a value.
func isReference(rest string) bool {
	value, _, _ := strings.Cut(strings.Trim(rest, " \t\"'"), " ")
	for _, sign := range []string{"$", "{{", "<path:", "ENC["} {
		if strings.HasPrefix(value, sign) {
			return true
		}
	}
	return value == "" || !strings.ContainsAny(value, "${") && Reference(value)
}
