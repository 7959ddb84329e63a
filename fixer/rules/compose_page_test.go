package rules_test

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/rules"
)

const composePage = "../../docs/compose.md"

// TestComposePage holds the page on Compose to the rules: it names each rule for Compose
// files, no rule that does not exist, and the ids that the rules refer to.
func TestComposePage(t *testing.T) {
	data, err := os.ReadFile(composePage)
	if err != nil {
		t.Fatal(err)
	}
	const head = "| rule | ids |\n|---|---|\n"
	hand, _, found := strings.Cut(string(data), head)
	if !found {
		t.Fatalf("%s has no table of rules", composePage)
	}
	known := map[string]bool{}
	var table strings.Builder
	for _, r := range rules.All() {
		known[r.Name] = true
		if r.Kind != fixer.Compose {
			continue
		}
		if !regexp.MustCompile(regexp.QuoteMeta(r.Name) + `\b`).MatchString(hand) {
			t.Errorf("%s does not name %s", composePage, r.Name)
		}
		fmt.Fprintf(&table, "| %s | %s |\n", r.Name, cmp.Or(strings.Join(benchmarks(r), "; "), "none"))
	}
	for _, name := range regexp.MustCompile(`\b(compose|cross|dockerfile|kubernetes|workflow)/[a-z][a-z-]+[a-z]\b`).FindAllString(hand, -1) {
		if !known[name] {
			t.Errorf("%s names %s, which is no rule", composePage, name)
		}
	}
	want := hand + head + table.String()
	if *update {
		if err := os.WriteFile(composePage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(data) != want {
		t.Errorf("%s is not what the rules say: go test ./fixer/rules -run TestComposePage -update writes it", composePage)
	}
}

// benchmarks are the ids of a rule in the sources that the page is about.
func benchmarks(r *fixer.Rule) []string {
	var out []string
	for _, source := range []*fixer.Catalog{fixer.CISDocker, fixer.KICSCompose, fixer.OWASPDocker, fixer.MITRE} {
		refs := slices.DeleteFunc(slices.Clone(r.References), func(ref fixer.Reference) bool { return ref.Source != source })
		for _, c := range fixer.Cite(refs) {
			out = append(out, c.Text)
		}
	}
	return out
}
