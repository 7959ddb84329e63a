package secret

import (
	"regexp"
	"slices"
	"strings"
)

// Hidden is what stands in place of a value that is not shown.
const Hidden = "(hidden)"

// Hide returns a line of a file for showing: the values in it that are secrets by
// their form, or that have the name of one, are replaced by [Hidden]. The line
// before it may hold the name, as in the list of a container's environment. Where
// a value ends is not always known; then the rest of the line goes with it.
func Hide(line, before string) string {
	line = userInfo().ReplaceAllStringFunc(line, func(url string) string {
		m := userInfo().FindStringSubmatchIndex(url)
		if password := url[m[2]:m[3]]; Reference(password) {
			return url
		}
		return url[:m[2]] + Hidden + url[m[3]:]
	})
	line = goUserInfo().ReplaceAllString(line, "${1}"+Hidden+"${2}")
	if len(Forms(line)) > 0 {
		return HideValue(line)
	}
	line = hideArguments(hideDefaults(line), before)
	if m := valueKey().FindStringIndex(line); m != nil && (hasSecretName(before) || hasSecretName(line[:m[0]])) {
		return hideFrom(line, m[1])
	}
	if m := authorization().FindStringIndex(line); m != nil {
		line = hideFrom(line, m[1])
	}
	for _, pattern := range []*regexp.Regexp{assigned(), declared()} {
		for _, m := range pattern.FindAllStringSubmatchIndex(line, -1) {
			if name := line[m[2]:m[3]]; isAccount(name, line[m[1]:]) || Named(name) && !isReference(line[m[1]:]) && !isCollection(name, line[m[1]:]) && !isSwitch(line[m[1]:]) {
				return hideFrom(line, m[1])
			}
		}
	}
	return line
}

// HideValue returns a line without what follows its first name, or the instruction that it
// begins with: all of its values may be secrets.
func HideValue(line string) string {
	line = hideArguments(hideDefaults(line), "")
	if m := assigned().FindStringIndex(line); m != nil {
		if shown := hideFrom(line, m[1]); len(Forms(shown)) == 0 { // the name may be the secret
			return shown
		}
		return hideWords(line)
	}
	if unset().MatchString(line) {
		return line
	}
	if m := instruction().FindStringIndex(line); m != nil {
		return hideFrom(line, m[1])
	}
	return hideWords(line)
}

var (
	assigned = expression(`([A-Za-z_][\w.-]*)["']?(?:\s*=\s*|\s*:\s+)`) // NAME=, NAME: and "NAME":
	declared = expression(`(?i:\benv\s+)([A-Za-z_][\w.-]*)\s+`)         // ENV NAME
	unset    = expression(`^\s*(?i:arg)\s+[A-Za-z_][\w.-]*\s*$`)        // ARG NAME has no value
	fallback = expression(`\$\{([A-Za-z_]\w*)(:?-)([^{}$]+)\}`)         // ${NAME:-default}
	// A line of a Dockerfile
	instruction = expression(`^\s*(?i:run|env|arg|cmd|entrypoint|healthcheck|label|copy|add|onbuild|user|shell|from)[ \t]+`)

	// Authorization: Bearer
	authorization = expression(`(?i)\bauthorization\s*:\s*(?:bearer|basic|token)\s+`)

	goUserInfo = expression(`(\b[\w.-]+:)[^@/\s]+(@(?:tcp|udp|unix)\()`) // user:password@tcp(host)

	valueKey = expression(`["']?\bvalue["']?\s*:\s*`)
	nameWord = expression(`[A-Za-z_][\w.-]*`)
)

// hideWords leaves nothing of a line but how far it is indented.
func hideWords(line string) string {
	return line[:len(line)-len(strings.TrimLeft(line, " \t-"))] + Hidden
}

func hideFrom(line string, at int) string {
	if rest := strings.TrimSpace(line[at:]); rest == "" || isReference(rest) {
		return line
	}
	return line[:at] + Hidden
}

// hideDefaults hides the defaults of variables, as in ${NAME:-default}, where the variable
// or what is set to it has the name of a secret.
func hideDefaults(line string) string {
	named := false
	for _, m := range assigned().FindAllStringSubmatch(line, -1) {
		named = named || Named(m[1])
	}
	return fallback().ReplaceAllStringFunc(line, func(variable string) string {
		m := fallback().FindStringSubmatch(variable)
		if !named && !Named(m[1]) || Harmless(m[1], m[3]) && !Interim(m[1], m[3]) {
			return variable
		}
		return "${" + m[1] + m[2] + Hidden + "}"
	})
}

// isCollection reports whether what follows a name holds names: a mapping, whose own names
// are looked at, or the list of the secrets that a service uses.
func isCollection(name, rest string) bool {
	return strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, "[") && strings.HasSuffix(strings.ToLower(name), "secrets")
}

// isSwitch reports whether a line ends with a value that turns something on or off, as in
// automountServiceAccountToken: false.
func isSwitch(rest string) bool {
	value, comment, _ := strings.Cut(rest, " ")
	if comment = strings.TrimSpace(comment); comment != "" && comment[0] != '#' {
		return false
	}
	return slices.Contains([]string{"true", "false", "yes", "no", "on", "off", "null"}, strings.ToLower(strings.Trim(value, `"',}`)))
}

// isAccount reports whether a line goes on with a user and a password.
func isAccount(name, rest string) bool {
	value, _, _ := strings.Cut(strings.TrimLeft(rest, `"'`), " ")
	user, password, _ := strings.Cut(value, "/")
	_, password = Account(name, user+"/"+strings.ReplaceAll(password, "/", ""))
	return password != ""
}

func hasSecretName(s string) bool {
	for _, w := range nameWord().FindAllString(s, -1) {
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
