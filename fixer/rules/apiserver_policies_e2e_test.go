//go:build e2e

package rules_test

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer/rules/cross"
)

// TestAPIServerTakesPolicies submits every file of policies that the cases of the rule
// for them write, egress and hosts outside among them.
func TestAPIServerTakesPolicies(t *testing.T) {
	s := startAPIServer(t)
	data, err := os.ReadFile(casesOf(cross.NoNetworkPolicy))
	if err != nil {
		t.Fatal(err)
	}
	taken := 0
	for _, f := range txtar.Parse(data).Files {
		if !strings.Contains(f.Name, ".fixed/") || !strings.HasSuffix(f.Name, "networkpolicies.yaml") {
			continue
		}
		for _, g := range (&judge{server: s}).document(t, string(f.Data)) {
			switch {
			case g.unknown && strings.Contains(f.Name, "by-") || strings.HasPrefix(g.id, "ClusterNetworkPolicy/"): // kinds that a network plugin brings along
			case g.unknown || len(g.faults) > 0:
				t.Errorf("%s: %s: unknown kind %t, %v", f.Name, g.id, g.unknown, g.faults)
			default:
				taken++
			}
		}
	}
	if taken < 10 {
		t.Errorf("only %d policies were submitted", taken)
	}
}
