package review

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// A Tally counts findings by what became of them. Every finding is in exactly one
// of Accepted, Closed, Skipped, Suppressed and Left, so that these add up to All.
type Tally struct {
	All        int
	Accepted   int // their fixes are made
	Closed     int // gone with the fix of another finding
	Skipped    int
	Suppressed int // by a comment in the file, or by one that the plan writes
	Left       int // nothing is decided, or what was decided cannot be done

	CameUp  int // of All: they were not there before the accepted fixes
	Blocked int // of Left: accepted, but their fixes cannot be made

	ByHand [fixer.NoFix + 1]int // of Left: no safe or review fix mends them, by what can be done
}

// Add counts one finding.
func (t *Tally) Add(o *engine.Outcome) {
	t.All++
	if o.New {
		t.CameUp++
	}
	switch o.Result {
	case engine.Fixed:
		t.Accepted++
	case engine.Closed:
		t.Closed++
	case engine.Skipped:
		t.Skipped++
	case engine.AlreadySuppressed, engine.NewlySuppressed:
		t.Suppressed++
	case engine.Blocked, engine.Refused:
		t.Left++
		t.Blocked++
	case engine.ManualWork:
		t.Left++
		t.ByHand[o.Remedy()]++
	default:
		t.Left++
	}
}

// TallyOf counts the findings of a plan.
func TallyOf(plan *engine.Plan) Tally {
	var t Tally
	for i := range plan.Outcomes {
		t.Add(&plan.Outcomes[i])
	}
	return t
}

// Words says what the findings are divided into: "12 accepted, 3 closed, 38 left".
// What is nothing is left out, but for what is left.
func (t Tally) Words() string { return t.words("accepted") }

// Written is Words once the fixes are in the files.
func (t Tally) Written() string { return t.words("fixed") }

func (t Tally) words(accepted string) string {
	var parts []string
	part := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	part(t.Accepted, accepted)
	part(t.Closed, "closed")
	part(t.Skipped, "skipped")
	part(t.Suppressed, "suppressed")
	return strings.Join(append(parts, fmt.Sprintf("%d left", t.Left)), ", ")
}

// ByHandWords are the parts of what no safe or review fix mends: "3 without an automatic
// fix", "1 waiting for a digest from a registry".
func (t Tally) ByHandWords() []string {
	var out []string
	for _, r := range fixer.ByHand {
		if n := t.ByHand[r]; n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, r))
		}
	}
	return out
}
