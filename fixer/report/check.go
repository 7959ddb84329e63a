package report

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// A Check is one way to see that a fix works and broke nothing.
type Check struct {
	Command string // can be pasted
	Expect  string // "prints 65532"; may be empty
}

// String is the check on one line.
func (c Check) String() string { return strings.TrimSpace(c.Command + " " + c.Expect) }

// checksOf reads what a fix says about checking: commands, each followed by what to
// expect on lines of its own, with an empty line between two.
func checksOf(verify string) []Check {
	var out []Check
	for block := range strings.SplitSeq(strings.TrimSpace(verify), "\n\n") {
		command, expect, _ := strings.Cut(strings.TrimSpace(block), "\n")
		if command != "" {
			out = append(out, Check{command, strings.Join(strings.Fields(expect), " ")})
		}
	}
	return out
}

// Checks returns how to check the fixes that were made, each way once: those that can
// break something first.
func (f *Fix) Checks() []Check {
	var out []Check
	said := map[Check]bool{}
	for _, careful := range []bool{true, false} {
		for i := range f.Outcomes {
			o := &f.Outcomes[i]
			fix := madeFix(o)
			if fix == nil || careful != (o.Level > fixer.Safe) {
				continue
			}
			for _, c := range checksOf(fix.Verify) {
				if !said[c] {
					said[c] = true
					out = append(out, c)
				}
			}
		}
	}
	return out
}

// count counts the outcomes of a result.
func (f *Fix) count(r engine.Result) int {
	n := 0
	for i := range f.Outcomes {
		if f.Outcomes[i].Result == r {
			n++
		}
	}
	return n
}
