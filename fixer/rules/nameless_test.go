package rules_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestRulesTakeObjectsWithoutAName: an object may have a generated name, none,
// metadata that is null or no mapping, and may lie in a List. No rule may fail
// on it. The objects are those of every rule's own page.
func TestRulesTakeObjectsWithoutAName(t *testing.T) {
	meta, name := yamldoc.P("metadata"), yamldoc.P("metadata", "name")
	forms := map[string][]yamldoc.Op{
		"generated name": {yamldoc.Remove(name), yamldoc.Set(meta.Join("generateName"), "any-")},
		"no name":        {yamldoc.Remove(name)},
		"null name":      {yamldoc.Set(name, nil)},
		"list as name":   {yamldoc.Set(name, []any{"a"})},
		"number as name": {yamldoc.Set(name, 7)},
		"null metadata":  {yamldoc.Set(meta, nil)},
		"list metadata":  {yamldoc.Set(meta, []any{"a"})},
		"text metadata":  {yamldoc.Set(meta, "a")},
		"no metadata":    {yamldoc.Remove(meta)},
	}
	all := rules.All()
	looked := 0
	for _, r := range all {
		for _, page := range []string{r.Page().Bad, r.Page().Good} {
			if r.Kind == fixer.Dockerfile || r.Kind == fixer.Compose {
				continue
			}
			file, err := yamldoc.Parse([]byte(page))
			if err != nil {
				continue
			}
			for form, ops := range forms {
				var edits []text.Edit
				for _, d := range file.Docs {
					if d.Root.Get("kind").Text() == "" {
						continue
					}
					if change, err := d.Edit(ops...); err == nil {
						edits = append(edits, change.Edits...)
					}
				}
				if len(edits) == 0 {
					continue
				}
				src, err := text.Apply([]byte(page), edits)
				if err != nil {
					t.Fatal(err)
				}
				looked++
				for _, data := range [][]byte{src, inList(src)} {
					s := engine.NewSession(fixer.NewSnapshot([]fixer.Source{{Path: "a.yaml", Kind: fixer.Kubernetes, Data: data}}), nil, all)
					for _, p := range s.Baseline().Problems {
						t.Errorf("%s fails on an object of %s with %s: %s\n%s", p.Rule, r.Name, form, p.Reason, data)
					}
				}
			}
		}
	}
	if looked < 400 {
		t.Errorf("only %d files were looked at", looked)
	}
}

// inList writes the documents of a file as the items of a List.
func inList(src []byte) []byte {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: List\nitems:\n")
	for doc := range strings.SplitSeq(string(src), "---\n") {
		mark := "- "
		for line := range strings.Lines(doc) {
			if strings.TrimSpace(line) == "" {
				continue
			}
			b.WriteString(mark + line)
			mark = "  "
		}
	}
	return []byte(b.String())
}
