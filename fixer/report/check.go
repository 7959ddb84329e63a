package report

import (
	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// Checks returns how to check the fixes that were made: those that can break something
// first, each command once, with all that is expected of it.
func (f *Fix) Checks() []fixer.Verification {
	var out []fixer.Verification
	at := map[string]int{}
	said := map[fixer.Verification]bool{}
	for _, careful := range []bool{true, false} {
		for i := range f.Outcomes {
			o := &f.Outcomes[i]
			fix := madeFix(o)
			if fix == nil || careful != (o.Level > fixer.Safe) {
				continue
			}
			for _, c := range fixer.ParseVerify(fix.Verify) {
				n, known := at[c.Command]
				switch {
				case said[c]:
				case known && c.Command != "":
					out[n].Expect += "; " + c.Expect
				default:
					at[c.Command] = len(out)
					out = append(out, c)
				}
				said[c] = true
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
