package rules_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/checklist"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestChecklistNamesRules: the checklist names no rule that there is not.
func TestChecklistNamesRules(t *testing.T) {
	names := map[string]bool{}
	for _, r := range rules.All() {
		_, name, _ := strings.Cut(r.Name, "/")
		names[name] = true
	}
	for _, a := range checklist.Answers(nil, nil, nil) {
		for _, r := range a.Rules {
			if !names[r] {
				t.Errorf("%q is about %s, which is no rule", a.Text, r)
			}
		}
	}
}
