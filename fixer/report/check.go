package report

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// Checks returns how to check the fixes that were made: those that can break something
// first, and each command once. Where different things are expected of a command, each
// comes with the file of the fix.
func (f *Fix) Checks() []fixer.Verification {
	var out []fixer.Verification
	at := map[string]int{}
	expected := map[string][]expectation{} // by command
	said := map[fixer.Verification]bool{}
	for _, careful := range []bool{true, false} {
		for i := range f.Outcomes {
			o := &f.Outcomes[i]
			fix := madeFix(o)
			if fix == nil || careful != (o.Level > fixer.Safe) {
				continue
			}
			for _, c := range fixer.ParseVerify(fix.Verify) {
				if said[c] {
					continue
				}
				said[c] = true
				if _, known := at[c.Command]; !known || c.Command == "" {
					at[c.Command] = len(out)
					out = append(out, c)
				}
				expected[c.Command] = append(expected[c.Command], expectation{c.Expect, o.Finding.File})
			}
		}
	}
	for i, c := range out {
		if list := expected[c.Command]; c.Command != "" && len(list) > 1 {
			out[i].Expect = together(list)
		}
	}
	return out
}

// An expectation is what a command shows when the fix in a file works.
type expectation struct{ text, file string }

func together(list []expectation) string {
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = e.text + " (" + e.file + ")"
	}
	return strings.Join(parts, "; ")
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
