package rules_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"golang.org/x/tools/txtar"
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

// TestNoRuleLooksAtEverythingForEach: what a rule reads for the files of one project, among
// several with all that rules look for elsewhere in the repository, does not depend on how
// many there are. Rules that asked for each Dockerfile about the images of all pods read all
// Dockerfiles for it, and took the square of their number.
func TestNoRuleLooksAtEverythingForEach(t *testing.T) {
	read := func(n int) map[string]int {
		snap, out := everything(n).snapshot(), map[string]int{}
		for f := range snap.Files() {
			if !strings.HasPrefix(f.Path, "service-002/") || !f.Reportable() {
				continue
			}
			look := fixer.NewInspection(snap, f, &fixer.Facts{})
			for _, rule := range rules.All() {
				if rule.Kind != f.Kind && !(rule.Kind == fixer.Manifests && (f.Kind == fixer.Compose || f.Kind == fixer.Kubernetes)) {
					continue
				}
				_, deps, err := look.Run(rule)
				if err != nil {
					t.Fatal(err)
				}
				out[f.Path+" "+rule.Name] = deps.Size()
			}
		}
		return out
	}
	few, many := read(4), read(12)
	if len(few) < 100 {
		t.Fatalf("%d rules were run over the files of the project", len(few))
	}
	for at, n := range few {
		if many[at] > n {
			t.Errorf("%s reads and asks %d things among 12 projects, %d among 4", at, many[at], n)
		}
	}
}

// everything returns n directories, each with a Dockerfile, what it copies, a Compose file
// and manifests of most kinds.
func everything(n int) tree {
	project, err := txtar.ParseFile(filepath.Join("testdata", "everything.txtar"))
	if err != nil {
		panic(err)
	}
	var t tree
	for i := range n {
		named := strings.NewReplacer("NEXT", fmt.Sprintf("%03d", (i+1)%n), "NNN", fmt.Sprintf("%03d", i), "PORT", strconv.Itoa(3000+i))
		for _, f := range project.Files {
			kind := fixer.Kubernetes
			switch base := filepath.Base(f.Name); {
			case base == "Dockerfile":
				kind = fixer.Dockerfile
			case base == "compose.yaml":
				kind = fixer.Compose
			case filepath.Ext(base) != ".yaml":
				kind = fixer.Project
			}
			t.add(named.Replace("service-NNN/"+f.Name), kind, named.Replace(string(f.Data)))
		}
	}
	return t.named()
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
