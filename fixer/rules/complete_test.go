package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// casesOf is the archive of a rule's cases.
func casesOf(r *fixer.Rule) string {
	return filepath.Join(testdata, filepath.FromSlash(r.Name)+".txtar")
}

// pageOf is the Markdown beside the rule, named as the rule is.
func pageOf(r *fixer.Rule) string {
	return filepath.FromSlash(strings.ReplaceAll(r.Name, "-", "_")) + ".md"
}

// TestTableIsComplete: a rule that is in no table would never run, and its
// cases would pass unseen. The table is sorted, so that it has one place for a
// new line.
func TestTableIsComplete(t *testing.T) {
	listed := map[string]*fixer.Rule{}
	var names []string
	for _, r := range rules.All() {
		listed[r.Name] = r
		names = append(names, r.Name)
	}
	if !slices.IsSorted(names) || len(listed) != len(names) {
		t.Error("the table of rules is not sorted by name, or lists one twice")
	}
	for name, place := range ruleLiterals(t) {
		if listed[name] == nil {
			t.Errorf("%s: %s is not in the table of rules.go", place, name)
		}
		if want := strings.ReplaceAll(name, "-", "_") + ".go"; filepath.ToSlash(place.Filename) != want {
			t.Errorf("%s: the file of %s is called %s", place, name, want)
		}
	}
	archives, err := filepath.Glob(filepath.Join(testdata, "*", "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, a := range archives {
		name := filepath.Base(filepath.Dir(a)) + "/" + strings.TrimSuffix(filepath.Base(a), ".txtar")
		if listed[name] == nil {
			t.Errorf("%s: no rule of the table is called %s", a, name)
		}
	}
	pages, err := filepath.Glob("*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if name := strings.ReplaceAll(strings.TrimSuffix(filepath.ToSlash(p), ".md"), "_", "-"); listed[name] == nil {
			t.Errorf("%s: no rule of the table is called %s", p, name)
		}
	}
}

// ruleLiterals returns the names of all rules that are declared in the directories
// of kinds, with their places. What this package itself asks files is no rule.
func ruleLiterals(t *testing.T) map[string]token.Position {
	t.Helper()
	out := map[string]token.Position{}
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == "." {
			return err
		}
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if sel, ok := lit.Type.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Rule" {
				return true
			}
			for _, e := range lit.Elts {
				kv, ok := e.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Name" {
					out[strings.Trim(kv.Value.(*ast.BasicLit).Value, `"`)] = set.Position(lit.Pos())
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 100 {
		t.Fatalf("only %d rules in the sources", len(out))
	}
	return out
}

func TestDocumentation(t *testing.T) {
	for _, r := range rules.All() {
		kind, _, ok := strings.Cut(r.Name, "/")
		if r.Kind != "" && len(r.Reads) > 0 {
			t.Errorf("%s: a rule of one kind of file names others in Reads", r.Name)
		}
		if !ok || kind != "cross" && kind != string(r.Kind) {
			t.Errorf("%s: the name begins neither with its kind %q nor, for what several files say together, with cross", r.Name, r.Kind)
		}
		if r.Title == "" || r.Severity == 0 || r.Phase == 0 || r.Check == nil {
			t.Errorf("%s: title, severity, phase and check are required", r.Name)
		}
		page, err := fixer.ParsePage(r.Doc)
		if err != nil {
			t.Errorf("%s: %v", r.Name, err)
		}
		if page.Name != r.Name {
			t.Errorf("%s: the page is about %q", r.Name, page.Name)
		}
		for part, text := range map[string]string{
			"summary": page.Summary, "what is reported": page.What, "why": page.Why, "what can break": page.Breaks, "how to check": page.Verify, "bad": page.Bad, "good": page.Good,
		} {
			if len(strings.TrimSpace(text)) < 20 {
				t.Errorf("%s: %q of the page is missing", r.Name, part)
			}
		}
		if !strings.HasSuffix(page.Summary, ".") || len(strings.Fields(page.Summary)) > 32 {
			t.Errorf("%s: the summary is one sentence of at most 32 words: %q", r.Name, page.Summary)
		}
	}
}

// TestReferences: reports, --select and explain find rules by these ids.
func TestReferences(t *testing.T) {
	for _, r := range rules.All() {
		if len(r.References) == 0 {
			t.Errorf("%s: no references", r.Name)
		}
		seen := map[string]bool{}
		for _, ref := range r.References {
			if !ref.Valid() || strings.Contains(ref.ID, ",") {
				t.Errorf("%s: %+v is no id of its source", r.Name, ref)
			}
			if seen[ref.Source.Name+ref.ID] {
				t.Errorf("%s: %s is there twice", r.Name, ref)
			}
			seen[ref.Source.Name+ref.ID] = true
			if url := ref.URL(); url != "" && !strings.HasPrefix(url, "https://") {
				t.Errorf("%s: %s has the address %s", r.Name, ref, url)
			}
		}
	}
}

// TestAfter: what a rule continues is a rule of its own phase, and no two wait
// for each other.
func TestAfter(t *testing.T) {
	for _, r := range rules.All() {
		for _, name := range r.After {
			if before := rules.Named(name); before == nil || before.Phase != r.Phase {
				t.Errorf("%s: after %s, which is no rule of its phase", r.Name, name)
			}
		}
	}
	place := map[string]int{}
	for i, r := range fixer.FixOrder(rules.All()) {
		place[r.Name] = i
	}
	for _, r := range rules.All() {
		for _, name := range r.After {
			if place[name] > place[r.Name] {
				t.Errorf("%s waits for %s, and that for it", r.Name, name)
			}
		}
	}
}
