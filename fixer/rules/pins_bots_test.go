package rules_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestPinsOfTheCorpusGetABot lets a registry answer every wish and accepts all pins
// in all repositories: the bot that is proposed then updates every one of them, and
// no pin is held back for it.
func TestPinsOfTheCorpusGetABot(t *testing.T) {
	var pinning []*fixer.Rule
	for _, r := range rules.All() {
		if strings.HasSuffix(r.Name, "/unpinned-image") || strings.HasSuffix(r.Name, "/mutable-tag") || r.Name == "workflow/unpinned-action" || r.Name == "cross/pins-without-updates" {
			pinning = append(pinning, r)
		}
	}
	became := map[engine.Result]int{}
	bots := map[string]int{}
	for _, root := range corpustest.Repositories(t) {
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
			answers = append(answers, &image.Answer{Ref: w.Ref.String(), Asked: w.Ask, Digest: "sha256:" + strings.Repeat("0123456789abcdef", 4), Index: true})
		}
		s := engine.NewSession(snap, facts.With(answers...), pinning)
		if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
			t.Fatal(err)
		}
		plan := s.Plan()
		for _, o := range plan.Outcomes {
			became[o.Result]++
			if o.Result == engine.Blocked {
				t.Errorf("%s: %s %s %s: blocked: %s", root, o.Finding.Rule, o.Finding.File, o.Finding.Path, o.Reason)
			}
		}
		for _, f := range plan.Final.Findings {
			if f.Rule == "cross/pins-without-updates" && len(f.Fixes) > 0 {
				t.Errorf("%s: %s: %s", root, f.File, f.Message)
			}
		}
		for _, c := range plan.Changes {
			if c.Kind == fixer.Updates {
				bots[c.Path]++
			}
		}
	}
	t.Logf("%v, configurations written: %v", became, bots)
	if len(bots) == 0 {
		t.Error("no bot was proposed")
	}
}
