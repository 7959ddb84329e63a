package workspace

import (
	"errors"
	"fmt"

	"oakum/fixer/text"
)

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
