package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestServicesOfOneFile: four times as many services in one Compose file cost at most 4.4
// times as much. Rules that looked at all services for each made that eleven.
// It counts allocations, which other work on the machine does not change.
func TestServicesOfOneFile(t *testing.T) {
	cost := func(n int) float64 {
		tree := services(n)
		return testing.AllocsPerRun(1, func() { engine.Check(tree.snapshot(), nil, rules.All()) })
	}
	few, many := cost(100), cost(400)
	if many > 4.4*few {
		t.Errorf("four times as many services make %.1f times as many allocations (%.0f, not %.0f)", many/few, many, few)
	}
}

// TestFixesOfServicesOfOneFile: the same holds where all of it is fixed at review. Fixes
// that add to one list were made one in each pass, which made a hundred services
// cost seven times as much as fifty.
func TestFixesOfServicesOfOneFile(t *testing.T) {
	cost := func(n int) float64 {
		tree := services(n)
		return testing.AllocsPerRun(1, func() {
			s := engine.NewSession(tree.snapshot(), nil, rules.All())
			if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
				t.Fatal(err)
			}
			s.Plan()
		})
	}
	few, many := cost(25), cost(100)
	if many > 4.4*few {
		t.Errorf("four times as many services make %.1f times as many allocations (%.0f, not %.0f)", many/few, many, few)
	}
	t.Logf("%.0f allocations for 25, %.1f times as many for 100", few, many/few)
}

// services returns one Compose file with n services and the database of each.
func services(n int) tree {
	var b strings.Builder
	b.WriteString("services:\n")
	for i := range n {
		fmt.Fprintf(&b, `  web%d:
    image: nginx:1.27
    ports:
      - "%d:80"
    environment:
      BACKEND: http://db%d:5432
    depends_on:
      - db%d
  db%d:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: secret-%d
    volumes:
      - data%d:/var/lib/postgresql/data
`, i, 8000+i, i, i, i, i, i)
	}
	b.WriteString("volumes:\n")
	for i := range n {
		fmt.Fprintf(&b, "  data%d: {}\n", i)
	}
	var t tree
	t.add("compose.yaml", fixer.Compose, b.String())
	return t.named()
}
