package rules_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/git"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
)

var (
	sampled    = flag.String("rule", "", "TestSample: the rule whose findings are shown")
	sampleSize = flag.Int("findings", 50, "TestSample: how many of them")
	sampleSeed = flag.Uint64("seed", 1, "TestSample: which of them")
)

// TestSample shows random findings of one rule in real repositories, for its
// author to read: where they are, what is said, what it rests on, and what the
// fix would change. The same seed shows the same ones.
//
//	OAKUM_CORPUS=~/src go test ./fixer/rules -run TestSample -v -rule dockerfile/sudo -findings 50 -seed 1
func TestSample(t *testing.T) {
	if *sampled == "" {
		t.Skip("no rule: -rule KIND/NAME shows findings of one")
	}
	rule := rules.Named(*sampled)
	if rule == nil {
		t.Fatalf("no rule is called %q", *sampled)
	}
	var all []finding
	repositories := corpustest.Repositories(t)
	for _, root := range repositories {
		tree, err := discover.Load(context.Background(), []string{root}, discover.Options{Generated: true})
		if err != nil {
			t.Errorf("%s: %v", root, err)
			continue
		}
		r := repository{root, fixer.NewSnapshot(tree.Sources, tree.Names...), &fixer.Facts{Source: git.Remote(tree.Root)}}
		for _, f := range engine.Check(r.snapshot, r.facts, []*fixer.Rule{rule}).Findings {
			all = append(all, finding{r, rule, f})
		}
	}
	n := min(*sampleSize, len(all))
	fmt.Printf("%s: %d of %d findings in %d repositories of %s, seed %d\n", rule.Name, n, len(all), len(repositories), corpustest.Path(), *sampleSeed)
	for i, pick := range rand.New(rand.NewPCG(*sampleSeed, 0)).Perm(len(all))[:n] {
		fmt.Printf("\n%d. ", i+1)
		all[pick].show(os.Stdout)
	}
}

type repository struct {
	root     string
	snapshot *fixer.Snapshot
	facts    *fixer.Facts
}

// A finding is one of a rule in a repository.
type finding struct {
	repository
	rule *fixer.Rule
	*fixer.Finding
}

func (f finding) show(w io.Writer) {
	fmt.Fprintf(w, "%s/%s:%d  %s, %s\n", f.root, f.File, f.Line, f.Severity, f.Level())
	fmt.Fprintf(w, "   %s\n", text.VisibleLine(f.Message))
	for _, e := range f.Evidence {
		fmt.Fprintf(w, "   known: %s\n", text.VisibleLine(e.String()))
	}
	if f.Advice != "" {
		fmt.Fprintf(w, "   advice: %s\n", text.VisibleLine(f.Advice))
	}
	lines := f.snapshot.File(f.File).Lines()
	for n := max(1, f.Line-2); n <= min(lines.Count(), f.EndLine+2, f.Line+12); n++ {
		mark := " "
		if n >= f.Line && n <= f.EndLine {
			mark = ">"
		}
		fmt.Fprintf(w, " %s %5d  %s\n", mark, n, text.VisibleLine(lines.Text(n)))
	}
	for _, fix := range f.Fixes {
		fmt.Fprintf(w, "   fix %s (%s): %s\n", fix.ID, fix.Level, fix.Title)
		if fix.Breaks != "" {
			fmt.Fprintf(w, "   breaks: %s\n", fix.Breaks)
		}
		fmt.Fprint(w, f.change(fix.ID))
	}
}

// change is the difference that one fix makes alone, or why it makes none.
func (f finding) change(id string) string {
	plan := engine.Fold(f.snapshot, f.facts, []*fixer.Rule{f.rule}, engine.Decisions{f.Key(): {Verdict: engine.Accept, Fix: id}})
	var b strings.Builder
	for _, c := range plan.Changes {
		b.WriteString(text.Visible(text.Unified(c.Path, c.Before, c.After, 2)))
	}
	for _, o := range plan.Outcomes {
		if o.Finding.Key() == f.Key() && (o.Result == engine.Blocked || o.Result == engine.Refused) {
			fmt.Fprintf(&b, "   %s: %s\n", o.Result, o.Reason)
		}
	}
	return b.String()
}
