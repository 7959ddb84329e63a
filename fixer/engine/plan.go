package engine

import "github.com/oakum-sec/oakum/fixer"

// Result says what became of a finding.
type Result string

// The results. Each finding of the baseline, and each that came up on the
// way, has exactly one.
const (
	Fixed             Result = "fixed"      // its fix is in the plan
	Closed            Result = "closed"     // gone because of other fixes
	NewlySuppressed   Result = "ignored"    // the plan writes a suppression for it
	Blocked           Result = "blocked"    // its fix failed verification and was rolled back
	Refused           Result = "refused"    // its fix cannot be made here
	Open              Result = "open"       // a fix exists and was not accepted
	Skipped           Result = "skipped"    // a person decided to leave it
	ManualWork        Result = "manual"     // left to a person: there is no automatic fix
	AlreadySuppressed Result = "suppressed" // a comment in the file suppresses it
)

// An Outcome is the result for one finding, with the reason in words.
type Outcome struct {
	Finding *fixer.Finding
	Result  Result
	Reason  string      // why it was blocked, refused, ignored or suppressed
	By      []fixer.Key // the findings whose fixes closed it
	New     bool        // not in the baseline: it appeared after other fixes

	// Fix is the ID of the fix that was made or tried, Title what it does with the
	// values that were chosen, and Level its level.
	Fix   string
	Title string
	Level fixer.Level

	// Guesses are the values that a fix which was made took for want of anything
	// known, as NAME=VALUE.
	Guesses []string

	// Assumed are the bounds that it took, which nothing confirms either, as NAME=VALUE.
	Assumed []string
}

// Remedy is what can be done about the finding, as its result says: of manual work that is
// never a safe or review fix.
func (o *Outcome) Remedy() fixer.Remedy {
	if r := o.Finding.Remedy(); o.Result != ManualWork || r > fixer.ReviewFix {
		return r
	}
	return fixer.NoFix
}

// A Change is one file that the plan rewrites or creates.
type Change struct {
	Path   string
	Kind   fixer.Kind
	Before []byte // nil when the file is new
	After  []byte
	Fixes  []fixer.Key // whose fixes are in it, in the order they were made
}

// A Plan is the fold of a session: what the files will be, and what became of
// every finding.
type Plan struct {
	Before, After   *fixer.Snapshot
	Baseline, Final *Report
	Outcomes        []Outcome
	Changes         []Change
	ScoreBefore     int
	ScoreAfter      int
	Passes          int

	places map[fixer.Key]fixer.Key // where findings of the baseline are that fixes moved
}

// Outcome returns the outcome of a finding, or nil. A finding that a fix moved to
// another stage is known by both names.
func (p *Plan) Outcome(k fixer.Key) *Outcome {
	for was, is := range p.places {
		if is == k {
			k = was
			break
		}
	}
	for i := range p.Outcomes {
		if p.Outcomes[i].Finding.Key() == k {
			return &p.Outcomes[i]
		}
	}
	return nil
}

// Count returns how many findings have a result.
func (p *Plan) Count(r Result) int {
	n := 0
	for i := range p.Outcomes {
		if p.Outcomes[i].Result == r {
			n++
		}
	}
	return n
}
