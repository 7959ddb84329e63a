//go:build e2e

package rules_test

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

var stages = [2]string{"before", "after"}

// The sums of pods that Pod Security ruled on.
const (
	podsAllowed  = "pods allowed"
	podsRejected = "pods rejected by Pod Security"
)

// A tally sums up judgements, before and after.
type tally struct {
	mu      sync.Mutex
	sums    map[string][2]int
	reasons map[string][2]int
	example map[string][2]string // one object that a reason was given for
}

func newTally() *tally {
	return &tally{sums: map[string][2]int{}, reasons: map[string][2]int{}, example: map[string][2]string{}}
}

func (c *tally) add(stage int, path string, all []judgement) {
	c.mu.Lock()
	defer c.mu.Unlock()
	count := func(in map[string][2]int, line string) {
		n := in[line]
		n[stage]++
		in[line] = n
	}
	because := func(id, reason string) {
		count(c.reasons, reason)
		e := c.example[reason]
		if place := path + " " + id; e[stage] == "" || place < e[stage] {
			e[stage] = place
		}
		c.example[reason] = e
	}
	for _, g := range all {
		switch {
		case g.unknown:
			count(c.sums, "objects of a kind the API server does not have")
		case len(g.faults) > 0:
			count(c.sums, "objects invalid")
		default:
			count(c.sums, "objects valid")
		}
		for _, f := range g.faults {
			because(g.id, "invalid: "+withoutNames(f))
		}
		switch {
		case g.pod == nil:
		case g.pod.allowed:
			count(c.sums, podsAllowed)
		case len(g.pod.faults) > 0:
			count(c.sums, "pods without a ruling, for they are invalid")
			for _, f := range g.pod.faults {
				because(g.id, "pod invalid: "+withoutNames(f))
			}
		default:
			count(c.sums, podsRejected)
			for _, r := range g.pod.reasons {
				because(g.id, "rejected: "+r)
			}
		}
	}
}

var (
	indices = regexp.MustCompile(`\[\d+\]`)
	values  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

// withoutNames takes values and places in lists out of a fault, so that equal
// ones count together. What stands in quotes in a strict error is the field.
func withoutNames(f fault) string {
	s := indices.ReplaceAllString(f.String(), "[…]")
	if f.kind != strictFault {
		s = values.ReplaceAllString(s, `"…"`)
	}
	return strings.Join(strings.Fields(s), " ")
}

// log prints the figures: the sums, then the reasons, the commonest first.
func (c *tally) log(t *testing.T) {
	t.Helper()
	t.Logf("%7s %7s", stages[0], stages[1])
	for _, line := range slices.Sorted(maps.Keys(c.sums)) {
		t.Logf("%7d %7d  %s", c.sums[line][0], c.sums[line][1], line)
	}
	for _, line := range slices.SortedFunc(maps.Keys(c.reasons), func(a, b string) int {
		x, y := c.reasons[a], c.reasons[b]
		return cmp.Or(y[1]-x[1], y[0]-x[0], strings.Compare(a, b))
	}) {
		t.Logf("%7d %7d  %.200s, as in %s", c.reasons[line][0], c.reasons[line][1], line, cmp.Or(c.example[line][1], c.example[line][0]))
	}
}
