package secret

import (
	"fmt"
	"slices"
	"strings"
)

// A Literal is what a name and a value written next to it show of a secret. It
// never holds the value.
type Literal struct {
	What      string // "a secret in plain text", "a GitHub token"; "" for none
	WellKnown bool   // the value is a well-known default
	Evidence  string // what it was recognised by
}

// Find classifies a value by its form and by the name it has. Values that only
// refer to a secret, are a placeholder for one, or are something about one are
// none.
func Find(name, value string) Literal {
	value = strings.TrimSpace(value)
	if value == "" || Reference(value) {
		return Literal{}
	}
	if what := Forms(value); len(what) > 0 {
		return ByForm(what[0], value)
	}
	if urls := URLPasswords(value); len(urls) > 0 {
		l := ByForm(InURL, value)
		l.WellKnown = !slices.ContainsFunc(urls, func(u URLPassword) bool { return !wellKnown[strings.ToLower(u.Password)] })
		return l
	}
	if l := findConnection(value); l.What != "" {
		return l
	}
	if _, password := Account(name, value); password != "" && !Reference(password) && !Placeholder(password) {
		l := ByForm(InAccount, password)
		l.WellKnown = IsWellKnown(name, password)
		return l
	}
	if !Named(name) || Harmless(name, value) {
		return Literal{}
	}
	if IsWellKnown(name, value) {
		return Literal{What: "a well-known default value", WellKnown: true, Evidence: "The value is a well-known default"}
	}
	return ByName(value)
}

// ByForm is the literal of a value that is a secret by its form, whatever its name.
func ByForm(what, value string) Literal {
	return Literal{What: what, Evidence: fmt.Sprintf("The value has the form of %s, and %d characters", what, len(value))}
}

// ByName is the literal of a value that is a secret by its name alone.
func ByName(value string) Literal {
	return Literal{What: "a secret in plain text", Evidence: fmt.Sprintf("The name suggests a secret, and the value has %d characters", len(value))}
}

// InAccount is what a password after the name of its user is called.
const InAccount = "a user with a password"

// Account returns the user and the password of a variable that holds both, as in
// NEO4J_AUTH=neo4j/s3cret: its name ends with AUTH, and the user is called as the name begins.
func Account(name, value string) (user, password string) {
	user, password, _ = strings.Cut(value, "/")
	upper := strings.ToUpper(name)
	if user == "" || !strings.HasSuffix(upper, "_AUTH") || !strings.HasPrefix(upper, strings.ToUpper(user)+"_") || strings.ContainsAny(password, "/ \t\n") {
		return "", ""
	}
	return user, password
}
