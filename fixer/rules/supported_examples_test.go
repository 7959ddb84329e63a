package rules_test

import (
	"regexp"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestGoodExamplesAreSupported: what a page shows as good names no image that has lost
// its support. People copy it.
func TestGoodExamplesAreSupported(t *testing.T) {
	named := regexp.MustCompile(`(?m)(?:^FROM(?: --platform=\S+)?|image:) "?([^\s"]+)`)
	facts, seen := &fixer.Facts{}, 0
	for _, r := range rules.All() {
		for _, m := range named.FindAllStringSubmatch(r.Page().Good, -1) {
			seen++
			if e, ended := facts.Image(m[1]).EndOfLife(); ended {
				t.Errorf("%s: %s: %v", r.Name, m[1], e.Reasons)
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d images were looked at", seen)
	}
}
