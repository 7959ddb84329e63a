package engine

import "github.com/oakum-sec/oakum/fixer"

// Verdict is the kind of a decision.
type Verdict string

// The verdicts. Suppress writes a suppression with its reason, as an edit like
// any other.
const (
	Accept   Verdict = "accept"
	Skip     Verdict = "skip"
	Suppress Verdict = "ignore"
)

// A Decision is what a person or a flag has decided about one finding.
type Decision struct {
	Verdict Verdict `json:"verdict"`
	// Fix is the id of the alternative. Without one it is the most trusted that
	// is offered when the fix is made, and parameters that it does not have are
	// passed over.
	Fix    string       `json:"fix,omitempty"`
	Params fixer.Params `json:"params,omitempty"` // chosen values; the rest are defaults
	Reason string       `json:"reason,omitempty"` // for Suppress

	// Level is the level the fix had when it was accepted. A fix that has
	// become less safe since, because other edits changed the evidence, is
	// not made because of the old decision.
	Level fixer.Level `json:"level,omitempty"`
}

// Decisions are those of a session, by finding. A nil map has none.
type Decisions map[fixer.Key]Decision
