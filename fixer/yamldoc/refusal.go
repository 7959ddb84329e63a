package yamldoc

import "fmt"

// RefusalCode classifies a [Refusal]; the codes are stable and may be shown.
type RefusalCode string

// The reasons for which an edit is refused.
const (
	RefuseAlias       RefusalCode = "alias"       // the place is shared: an anchor with users, or an alias
	RefuseMerge       RefusalCode = "merge"       // the value comes only through a merge key
	RefuseDuplicate   RefusalCode = "duplicate"   // the document has duplicate keys
	RefuseTemplate    RefusalCode = "template"    // template syntax that is not YAML yet
	RefuseTag         RefusalCode = "tag"         // a custom tag would lose its meaning
	RefuseExists      RefusalCode = "exists"      // Insert of a key that is there
	RefuseAbsent      RefusalCode = "absent"      // nothing is at the path
	RefuseKind        RefusalCode = "kind"        // the path leads through a value of another kind
	RefuseValue       RefusalCode = "value"       // the value cannot be written
	RefuseUnsupported RefusalCode = "unsupported" // a way of writing that is not edited
	RefuseInternal    RefusalCode = "internal"    // the result did not verify; a bug of ours, harmless
)

// A Refusal is the error of an edit that cannot be made soundly. Nothing was
// changed. Reason is a clause for people: lower case, no full stop.
type Refusal struct {
	Code   RefusalCode
	Reason string
	Line   int // in the file as it was given, 0 when no line is to blame
}

// Error gives the line, where there is one, and the reason.
func (r *Refusal) Error() string {
	if r.Line > 0 {
		return fmt.Sprintf("line %d: %s", r.Line, r.Reason)
	}
	return r.Reason
}

func refuse(code RefusalCode, line int, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Line: line, Reason: fmt.Sprintf(format, args...)}
}

// A SyntaxError says where a file is not readable YAML.
type SyntaxError struct {
	Line   int // from 1
	Column int // in bytes from 1, 0 when unknown
	Reason string

	// Template is set when the file holds {{ or }} outside comments: most
	// likely it is a template, and only its rendering is YAML.
	Template bool
}

// Error gives the line, the column where it is known, and the reason.
func (e *SyntaxError) Error() string {
	if e.Column > 0 {
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}
