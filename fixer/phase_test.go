package fixer_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

// TestFixOrder: phases, then names, unless one rule continues another; whatever
// the order of the table.
func TestFixOrder(t *testing.T) {
	rules := []*fixer.Rule{
		{Name: "k/resources", Phase: fixer.Resources},
		{Name: "k/standards", Phase: fixer.Standards},
		{Name: "k/a", Phase: fixer.Permissions, After: []string{"k/c", "k/absent"}},
		{Name: "k/b", Phase: fixer.Permissions},
		{Name: "k/c", Phase: fixer.Permissions},
		{Name: "k/identity", Phase: fixer.Identity},
	}
	for range rules {
		rules = append(rules[1:], rules[0])
		var names []string
		for _, r := range fixer.FixOrder(rules) {
			names = append(names, r.Name)
		}
		if got := strings.Join(names, " "); got != "k/identity k/b k/c k/a k/resources k/standards" {
			t.Errorf("order %s", got)
		}
	}
	loop := []*fixer.Rule{{Name: "k/a", After: []string{"k/b"}}, {Name: "k/b", After: []string{"k/a"}}}
	if got := fixer.FixOrder(loop); len(got) != 2 || !slices.Contains(got, loop[0]) {
		t.Error("rules that wait for each other are lost")
	}
}
