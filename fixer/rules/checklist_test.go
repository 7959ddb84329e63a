package rules_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/checklist"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestChecklistNamesRules: the checklist names no rule that there is not, and every rule that there
// is. A new one would else be one of the other checks, and its own question would hold.
func TestChecklistNamesRules(t *testing.T) {
	names, asked := map[string]bool{}, map[string]bool{}
	for _, r := range rules.All() {
		_, name, _ := strings.Cut(r.Name, "/")
		names[name] = true
	}
	for _, a := range checklist.Answers(nil, nil, nil, false) {
		for _, r := range a.Rules {
			asked[r] = true
			if !names[r] {
				t.Errorf("%q is about %s, which is no rule", a.Text, r)
			}
		}
	}
	for name := range names {
		if !asked[name] {
			t.Errorf("no question is about %s", name)
		}
	}
}
