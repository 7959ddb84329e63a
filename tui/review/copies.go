package review

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// Question is what a finding asks: which of these fixes to make, with these
// values. Two findings ask the same when one answer means the same for both: their
// rule, severity and fixes are equal, with titles, levels, what they break and the
// values that are proposed. What has no fix asks nothing.
func Question(o *engine.Outcome, f *fixer.Finding) string {
	if len(f.Fixes) == 0 || o.Result == engine.AlreadySuppressed || o.Result == engine.NewlySuppressed {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\x00%d", f.Rule, f.Severity)
	for i := range f.Fixes {
		x := &f.Fixes[i]
		fmt.Fprintf(&b, "\x00%s\x00%s\x00%d\x00%s", x.ID, x.Title, x.Level, x.Breaks)
		for _, p := range x.Params {
			fmt.Fprintf(&b, "\x00%s=%s\x00%s\x00%v", p.Name, p.Default, p.Meaning, p.Guess)
		}
	}
	return b.String()
}

// Copies returns the findings that ask the same about the same object, which a repository
// has in other manifests, too: one answer is for all of them. A manifest that a tool
// generates asks nothing, since it is not edited.
func Copies(plan *engine.Plan, o *engine.Outcome) []*engine.Outcome {
	f, ask := o.Finding, ""
	var out []*engine.Outcome
	for i := range plan.Outcomes {
		other := &plan.Outcomes[i]
		x := other.Finding
		if x.Rule != f.Rule || x.Path != f.Path || x.File == f.File || !plan.Before.OneObject(f, x) {
			continue
		}
		if ask == "" {
			if ask = Question(o, f); ask == "" {
				return nil
			}
		}
		if Question(other, x) == ask {
			out = append(out, other)
		}
	}
	return out
}
