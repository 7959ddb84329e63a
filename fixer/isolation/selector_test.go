package isolation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer/netpol"
)

// TestSelectorsAreHeldAgainstTheRarestLabel: every selector was held against every workload,
// which takes the square of their number.
func TestSelectorsAreHeldAgainstTheRarestLabel(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	labels := func() map[string]string {
		out := map[string]string{}
		for key := range 3 {
			if random.IntN(3) > 0 {
				out[fmt.Sprint(key)] = fmt.Sprint(random.IntN(3))
			}
		}
		return out
	}
	only := 0
	for range 200 {
		var list []*Workload
		labelled := map[[2]string][]*Workload{}
		for range 1 + random.IntN(5) {
			w := &Workload{Pod: &netpol.Pod{Labels: labels()}}
			list = append(list, w)
			for key, value := range w.Pod.Labels {
				labelled[[2]string{key, value}] = append(labelled[[2]string{key, value}], w)
			}
		}
		for _, w := range list {
			selector := w.Pod.Labels
			if len(selector) == 0 {
				continue // none is chosen
			}
			want := !slices.ContainsFunc(list, func(o *Workload) bool { return o != w && selects(selector, o.Pod.Labels) })
			if got := selectsOnly(selector, w, labelled); got != want {
				t.Fatalf("%v selects only one of %v: %t", selector, labelled, got)
			}
			if want {
				only++
			}
		}
	}
	if only < 50 {
		t.Errorf("only %d selectors select one workload", only)
	}
}
