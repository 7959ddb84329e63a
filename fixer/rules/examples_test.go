package rules_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// exampleFacts are true of the repositories that the examples are from.
var exampleFacts = &fixer.Facts{Source: "https://example.org/shop/api"}

// TestExamples keeps the pages of the rules in step with their cases: the
// example of a page is the case named example, with what it becomes, or where
// nothing is fixed the case example-good beside it. -update writes the pages.
func TestExamples(t *testing.T) {
	for _, r := range rules.All() {
		t.Run(r.Name, func(t *testing.T) {
			archive, err := txtar.ParseFile(casesOf(r))
			if err != nil {
				t.Fatal(err)
			}
			bad, good := examples(archive)
			if len(bad) == 0 || len(good) == 0 {
				t.Fatal("no case named example, or nothing it becomes: name a second case example-good")
			}
			report := engine.Check(exampleSnapshot(good), exampleFacts, []*fixer.Rule{r})
			for _, f := range report.Findings {
				t.Errorf("the good example has a finding: %s", f.Message)
			}
			path := pageOf(r)
			page, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			head, _, ok := strings.Cut(string(page), "## Example\n")
			if !ok {
				t.Fatalf("%s has no example", path)
			}
			want := head + fixer.ExampleSection(language(bad, good), shown(bad), shown(good))
			switch {
			case want == string(page):
			case *update:
				if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
					t.Fatal(err)
				}
			default:
				t.Errorf("the example of %s is not its case; go test ./fixer/rules -run TestExamples -update writes it", path)
			}
		})
	}
}

// examples returns the files of the bad example and of the good one.
func examples(a *txtar.Archive) (bad, good map[string][]byte) {
	bad, good = map[string][]byte{}, map[string][]byte{}
	fixed := map[string][]byte{}
	for _, f := range a.Files {
		name, path, _ := strings.Cut(f.Name, "/")
		if path == "case" {
			continue
		}
		switch name {
		case "example":
			bad[path] = f.Data
		case "example.fixed":
			fixed[path] = f.Data
		case "example-good":
			good[path] = f.Data
		}
	}
	if len(fixed) > 0 {
		good = maps.Clone(bad)
		maps.Copy(good, fixed)
	}
	return bad, good
}

func exampleSnapshot(files map[string][]byte) *fixer.Snapshot {
	var sources []fixer.Source
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if !isName(path, files[path]) {
			sources = append(sources, fixer.Source{Path: path, Kind: kindOf(path, files[path]), Data: files[path]})
		}
	}
	return fixer.NewSnapshot(sources, namesOf(slices.Collect(maps.Keys(files)), nil)...)
}

// shown is an example as a page has it: one file as it is, several as an
// archive.
func shown(files map[string][]byte) string {
	a := &txtar.Archive{}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		a.Files = append(a.Files, txtar.File{Name: path, Data: files[path]})
	}
	if len(a.Files) == 1 {
		return string(a.Files[0].Data)
	}
	return string(txtar.Format(a))
}

func language(examples ...map[string][]byte) string {
	for _, files := range examples {
		if len(files) > 1 {
			return "text"
		}
	}
	for path := range examples[0] {
		switch {
		case strings.Contains(filepath.Base(path), "Dockerfile"):
			return "dockerfile"
		case filepath.Ext(path) == ".yaml":
			return "yaml"
		}
	}
	return "text"
}
