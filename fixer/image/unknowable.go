package image

import (
	"fmt"
	"strings"
)

// An UnknowableReason says why a text names no image that can be known.
type UnknowableReason string

// The reasons of an [UnknowableError]; stable, part of JSON output.
const (
	Variable  UnknowableReason = "variable"  // $VAR or ${VAR}: known when it is run, not now
	Template  UnknowableReason = "template"  // {{ .Values.image }}, %%VERSION%%, <your-image>
	UpperCase UnknowableReason = "uppercase" // capital letters in the repository: no registry takes it
	Malformed UnknowableReason = "malformed" // not a reference by Docker's grammar
	Empty     UnknowableReason = "empty"     // nothing there
)

// An UnknowableError says that a text names no image one could know about.
type UnknowableError struct {
	Raw    string // the text as given
	Reason UnknowableReason
	Detail string // a sentence for people, lower case, no full stop

	// Default is the text with every variable replaced by the default it
	// carries (${TAG:-16} by 16), and "" when one of them carries none. What it
	// names is what runs when the variables are not set, which is worth showing
	// to a person and proves nothing.
	Default string
}

// Error gives the reason and the text.
func (e *UnknowableError) Error() string {
	return fmt.Sprintf("image %q is unknown: %s", e.Raw, e.Detail)
}

func malformedError(raw, detail string) error {
	return &UnknowableError{Raw: raw, Reason: Malformed, Detail: detail}
}

// placeholderError finds what makes a text no reference yet.
func placeholderError(raw string) error {
	switch {
	case raw == "":
		return &UnknowableError{Raw: raw, Reason: Empty, Detail: "the name is empty"}
	// A template first: {{ $x }} has dollars too.
	case strings.Contains(raw, "{{"), strings.Contains(raw, "%%"), strings.ContainsAny(raw, "<>"),
		strings.Contains(raw, "{") && !strings.Contains(raw, "${"):
		return &UnknowableError{Raw: raw, Reason: Template, Detail: "the name contains a placeholder that another tool fills in"}
	case strings.Contains(raw, "$"):
		return &UnknowableError{Raw: raw, Reason: Variable, Detail: "the name contains a variable whose value is not known here", Default: withDefaults(raw)}
	case strings.Contains(raw, "://"):
		return malformedError(raw, "an image name has no scheme such as https://")
	}
	return nil
}

// withDefaults replaces ${NAME:-word} and ${NAME-word} by word. Words that hold
// variables themselves are not replaced: recursion has no use here.
func withDefaults(raw string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(raw, "$")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		body, rest, closed := strings.Cut(after, "}")
		body, braced := strings.CutPrefix(body, "{")
		name := strings.TrimLeft(body, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
		word, ok := strings.CutPrefix(name, ":-")
		if !ok {
			word, ok = strings.CutPrefix(name, "-")
		}
		if !closed || !braced || !ok || len(name) == len(body) || strings.ContainsAny(word, "${") {
			return ""
		}
		b.WriteString(word)
		raw = rest
	}
}
