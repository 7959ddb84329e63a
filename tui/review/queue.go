package review

import (
	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// Queue returns the findings that are gone through, in the order of the plan:
// all but those that a comment in a file asks to leave.
func Queue(plan *engine.Plan) []*engine.Outcome {
	var out []*engine.Outcome
	for i := range plan.Outcomes {
		if o := &plan.Outcomes[i]; o.Result != engine.AlreadySuppressed {
			out = append(out, o)
		}
	}
	return out
}

// Waits reports whether a finding waits for a decision: none was made, and it is
// neither gone with other fixes nor left by a comment. The outcome may be of a plan
// that is older: the outcome of a decision that was taken back since says nothing.
func Waits(o *engine.Outcome, decided bool) bool {
	return !decided && o.Result != engine.Closed && o.Result != engine.AlreadySuppressed
}

// Results are the results of a plan by finding.
func Results(queue []*engine.Outcome) map[fixer.Key]engine.Result {
	out := make(map[fixer.Key]engine.Result, len(queue))
	for _, o := range queue {
		out[o.Finding.Key()] = o.Result
	}
	return out
}
