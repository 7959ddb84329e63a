package rules_test

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestPinsOfTheCorpus lets a registry answer every wish, accepts all pins in all
// repositories, and prints what became of them. No pin may be blocked: a fix that
// does not hold should not be offered.
func TestPinsOfTheCorpus(t *testing.T) {
	var pinning []*fixer.Rule
	for _, r := range rules.All() {
		if strings.HasSuffix(r.Name, "/unpinned-image") || strings.HasSuffix(r.Name, "/mutable-tag") || r.Name == "workflow/unpinned-action" || r.Name == "cross/pins-without-updates" {
			pinning = append(pinning, r)
		}
	}
	became := map[string]map[engine.Result]int{}
	reasons := map[string]int{}
	asked, bots := 0, 0
	repositories := corpustest.Repositories(t)
	for _, root := range repositories {
		tree, err := discover.Load(context.Background(), []string{root}, discover.Options{Generated: true})
		if err != nil {
			t.Errorf("%s: %v", root, err)
			continue
		}
		snap := fixer.NewSnapshot(tree.Sources, tree.Names...)
		facts := &fixer.Facts{Source: "https://github.com/example/" + filepath.Base(root)}
		engine.Check(snap, facts, pinning)
		var answers []*image.Answer
		for _, w := range facts.Wishes() {
			asked++
			answers = append(answers, &image.Answer{Ref: w.Ref.String(), Asked: w.Ask, Digest: "sha256:" + strings.Repeat("0123456789abcdef", 4), Index: true})
		}
		s := engine.NewSession(snap, facts.With(answers...), pinning)
		if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
			t.Fatal(err)
		}
		for _, o := range s.Plan().Outcomes {
			rule := o.Finding.Rule
			if became[rule] == nil {
				became[rule] = map[engine.Result]int{}
			}
			became[rule][o.Result]++
			switch {
			case o.Result == engine.Blocked:
				t.Errorf("%s: %s %s %s: blocked: %s", root, rule, o.Finding.File, o.Finding.Path, o.Reason)
			case o.Result == engine.Refused:
				reasons[rule+": "+o.Reason]++
			case rule == "cross/pins-without-updates" && o.Result == engine.Fixed:
				bots++
			}
		}
	}
	t.Logf("%d repositories, %d references asked about, %d with a bot proposed", len(repositories), asked, bots)
	for _, rule := range slices.Sorted(maps.Keys(became)) {
		t.Logf("  %-30s %v", rule, became[rule])
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		t.Logf("  %4d  %s", reasons[reason], reason)
	}
}
