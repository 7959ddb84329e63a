package dockerfile

import "fmt"

// A Refusal says why a requested edit is not made. It is an error
// for the program and a sentence for a person.
type Refusal struct {
	Code   RefusalCode
	Reason string // a sentence, lower case, no full stop
	Line   int    // in the file, from 1; 0 when no line is meant
}

// RefusalCode classifies a [Refusal]; the codes are stable.
type RefusalCode string

// The reasons for which this room refuses.
const (
	RefusedHeredoc  RefusalCode = "heredoc"  // the place lies in, or depends on, a heredoc
	RefusedOnbuild  RefusalCode = "onbuild"  // the place is an ONBUILD trigger
	RefusedWindows  RefusalCode = "windows"  // the stage is a Windows image
	RefusedDangling RefusalCode = "dangling" // the file ends inside a continued line
	RefusedComment  RefusalCode = "comment"  // the edit would swallow a comment
	RefusedJSON     RefusalCode = "json"     // exec form: no shell reads it
	RefusedShell    RefusalCode = "shell"    // the shell is not one that is understood
	RefusedSyntax   RefusalCode = "syntax"   // the shell text does not parse
	RefusedSize     RefusalCode = "size"     // too large to look into
	RefusedContext  RefusalCode = "context"  // the place of a command does not allow the change
	RefusedText     RefusalCode = "text"     // the new text cannot stand where it should
	RefusedKeyword  RefusalCode = "keyword"  // the instruction is of the wrong kind
)

// Error returns the sentence with its line.
func (r *Refusal) Error() string {
	if r.Line == 0 {
		return r.Reason
	}
	return fmt.Sprintf("line %d: %s", r.Line, r.Reason)
}

func refuse(code RefusalCode, line int, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Reason: fmt.Sprintf(format, args...), Line: line}
}
