package workspace

import (
	"errors"
	"fmt"

	"github.com/oakum-sec/oakum/fixer/text"
)

// ErrNoRecord is returned by [Undo] when nothing is left to take back.
var ErrNoRecord = errors.New("nothing to undo")

// DamagedRecordError is returned when an undo record exists and cannot be used:
// it does not parse, its bytes do not match its checksums, it names what no commit
// writes, or it is of a version that is not known.
type DamagedRecordError struct {
	File   string // the record, as an absolute path
	Reason string
}

// Error names the record and what is wrong with it.
func (e *DamagedRecordError) Error() string {
	return fmt.Sprintf("%s: this undo record cannot be used: %s (run undo again to undo the fix before it)", text.VisibleLine(e.File), e.Reason)
}
