package report

import (
	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// Checks returns how to check the fixes that were made, each way once: those that can
// break something first.
func (f *Fix) Checks() []fixer.Verification {
	var out []fixer.Verification
	said := map[fixer.Verification]bool{}
	for _, careful := range []bool{true, false} {
		for i := range f.Outcomes {
			o := &f.Outcomes[i]
			fix := madeFix(o)
			if fix == nil || careful != (o.Level > fixer.Safe) {
				continue
			}
			for _, c := range fixer.ParseVerify(fix.Verify) {
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
