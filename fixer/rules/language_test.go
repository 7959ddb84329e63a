package rules_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/languagetest"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestLanguage holds every text of every rule, as it comes out of the rule's cases,
// and its page to the language of the project: standard terms, short sentences,
// checks that can be pasted.
func TestLanguage(t *testing.T) {
	for _, rule := range rules.All() {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			holdPage(t, rule)
			archive, err := txtar.ParseFile(casesOf(rule))
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for _, c := range parseCases(t, archive) {
				for text, complaints := range c.texts(t, rule) {
					if seen[text] {
						continue
					}
					seen[text] = true
					for _, complaint := range complaints(text) {
						t.Errorf("case %s: %s", c.name, complaint)
					}
				}
			}
		})
	}
}

func holdPage(t *testing.T, rule *fixer.Rule) {
	t.Helper()
	prose, _, _ := strings.Cut(rule.Doc, "\n## Example\n")
	for _, text := range append([]string{rule.Title, prose}, meanings(rule.Params)...) {
		for _, complaint := range languagetest.Complaints(text) {
			t.Errorf("page or title: %s", complaint)
		}
	}
	for _, complaint := range languagetest.VerifyComplaints(rule.Page().Verify) {
		t.Errorf("how to check: %s", complaint)
	}
}

func meanings(params []fixer.Param) []string {
	var out []string
	for _, p := range params {
		out = append(out, p.Meaning)
	}
	return out
}

// texts are those that a rule has for the case, each with what judges it.
func (c ruleCase) texts(t *testing.T, rule *fixer.Rule) map[string]func(string) []string {
	t.Helper()
	var sources []fixer.Source
	for _, path := range slices.Sorted(maps.Keys(c.files)) {
		if !isName(path, c.files[path]) {
			kind := kindOf(path, c.files[path])
			sources = append(sources, fixer.Source{Path: path, Kind: kind, Data: c.files[path], Context: kind == fixer.Environment, Git: c.gitOf(path)})
		}
	}
	snap := fixer.NewSnapshot(sources, namesOf(slices.Collect(maps.Keys(c.files)), c.names)...)
	s := engine.NewSession(snap, c.facts, []*fixer.Rule{rule})
	out := map[string]func(string) []string{}
	prose := func(texts ...string) {
		for _, text := range texts {
			if text != "" {
				out[text] = languagetest.Complaints
			}
		}
	}
	for _, f := range s.Baseline().Findings {
		prose(f.Message, f.Advice)
		for _, e := range f.Evidence {
			prose(e.Text)
		}
		for _, fix := range f.Fixes {
			prose(fix.Title, fix.Breaks)
			prose(meanings(fix.Params)...)
			if fix.Verify != "" {
				out[fix.Verify] = languagetest.VerifyComplaints
			}
		}
	}
	c.accept(t, s)
	for _, o := range s.Plan().Outcomes {
		prose(o.Reason)
	}
	return out
}
