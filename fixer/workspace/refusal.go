package workspace

import (
	"errors"
	"fmt"
	"strings"

	"oakum/fixer/text"
)

// RefusalCode classifies a [Refusal]; the codes are stable.
type RefusalCode string

// The reasons for which a file is not written.
const (
	RefusedChanged    RefusalCode = "changed"    // other bytes than the change was made from
	RefusedMissing    RefusalCode = "missing"    // it is gone
	RefusedExists     RefusalCode = "exists"     // a new file would replace one that is there
	RefusedReadOnly   RefusalCode = "read-only"  // its mode forbids writing
	RefusedPermission RefusalCode = "permission" // the system forbids writing it, or beside it
	RefusedIrregular  RefusalCode = "irregular"  // no regular file
	RefusedOutside    RefusalCode = "outside"    // the path or a link in it leaves the root
	RefusedIO         RefusalCode = "io"         // the system failed: disk full, read error
)

// A Refusal says why one file was not written.
type Refusal struct {
	Path   string // relative to the root, with forward slashes
	Code   RefusalCode
	Reason string // a sentence for people, lower case, no full stop
}

// RefusedError is returned by [Commit] and [Undo] when at least one file could
// not be written soundly. No file was changed, or every change was rolled
// back, unless Interrupted is set.
type RefusedError struct {
	Refusals []Refusal // sorted by path, at least one
	// Interrupted is set when some files had been replaced and could not be
	// put back. The undo record is kept: Undo finishes the work.
	Interrupted bool
	cause       error
}

// Error names every file and its reason on one line.
func (e *RefusedError) Error() string {
	parts := make([]string, len(e.Refusals))
	for i, r := range e.Refusals {
		parts[i] = text.VisibleLine(r.Path) + ": " + r.Reason
	}
	s := strings.Join(parts, "; ")
	if e.Interrupted {
		return s + " (some files were already written and could not be put back; undo restores them)"
	}
	return s + " (nothing was written)"
}

// Unwrap returns the system's error behind the first refusal, or nil.
func (e *RefusedError) Unwrap() error { return e.cause }

// ErrNoRecord is returned by [Undo] when nothing is left to take back.
var ErrNoRecord = errors.New("nothing to undo")

// DamagedRecordError is returned when an undo record exists and cannot be
// trusted: it does not parse, or its bytes do not match its checksums.
type DamagedRecordError struct {
	File   string // the record, as an absolute path
	Reason string
}

// Error names the record and what is wrong with it.
func (e *DamagedRecordError) Error() string {
	return fmt.Sprintf("%s: undo record is damaged: %s", text.VisibleLine(e.File), e.Reason)
}
