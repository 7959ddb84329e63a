package rules_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/multistage"
	"github.com/oakum-sec/oakum/fixer/rules/dockerfile"
	"github.com/oakum-sec/oakum/fixer/stack"
)

// TestStagesInTheCorpus gives every Dockerfile with one stage its verdict, makes the
// conversions, and asks that nothing is blocked: each holds what it declares, and
// BuildKit reports nothing new. With -v it prints the verdicts by stack and the
// refusals by reason.
func TestStagesInTheCorpus(t *testing.T) {
	stacks, reasons := map[string]map[string]int{}, map[string]int{}
	count := func(stack, verdict string) {
		if stack == "" {
			stack = "(none)"
		}
		if stacks[stack] == nil {
			stacks[stack] = map[string]int{}
		}
		stacks[stack][verdict]++
	}
	for i, dir := range corpustest.Repositories(t) {
		if testing.Short() && i%10 != 0 {
			continue
		}
		ws, err := discover.Load(context.Background(), []string{dir}, discover.Options{})
		if err != nil {
			t.Fatal(err)
		}
		snap := fixer.NewSnapshot(ws.Sources, ws.Names...)
		probe := &fixer.Rule{Name: "dockerfile/probe", Kind: fixer.Dockerfile, AsWritten: true, Check: func(p *fixer.Pass) {
			v := multistage.Of(p)
			place := filepath.Base(dir) + "/" + p.File.Path
			switch {
			case v == nil:
			case len(v.Gains) == 0:
				count(v.Stack, "nothing to gain")
			case v.Refusal != nil:
				count(v.Stack, "refused")
				reasons[string(v.Refusal.Reason)]++
				t.Logf("%s: refused %s: %s", place, v.Refusal.Reason, v.Refusal.Text)
			default:
				count(v.Stack, "converted")
				t.Logf("%s: converted to %s", place, v.Conversions[0].Runtime.Image)
			}
		}}
		for file := range snap.Files() {
			if file.Dockerfile == nil || file.Context {
				continue
			}
			if _, _, err := fixer.NewInspection(snap, file, &fixer.Facts{}).Run(probe); err != nil {
				t.Errorf("%s/%s: %v", filepath.Base(dir), file.Path, err)
			}
		}
		s := engine.NewSession(snap, nil, []*fixer.Rule{dockerfile.SingleStage})
		if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
			t.Fatal(err)
		}
		for _, c := range s.Plan().Changes {
			for line := range strings.Lines(string(c.Before)) {
				if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") && !strings.Contains(string(c.After), line) {
					t.Errorf("%s/%s: the comment %q is lost", filepath.Base(dir), c.Path, line)
				}
			}
		}
		for _, o := range s.Plan().Outcomes {
			if o.Result == engine.Blocked {
				t.Errorf("%s/%s: blocked: %s", filepath.Base(dir), o.Finding.File, o.Reason)
			}
		}
	}
	converted, refused := 0, 0
	for _, verdicts := range stacks {
		converted, refused = converted+verdicts["converted"], refused+verdicts["refused"]
	}
	refused -= reasons[string(stack.Unrecognised)] // which oakum does not report as one that could be two
	var out strings.Builder
	fmt.Fprintf(&out, "\n%d of %d files of known stacks are converted", converted, converted+refused)
	for _, name := range slices.Sorted(maps.Keys(stacks)) {
		fmt.Fprintf(&out, "\n%-10s %v", name, stacks[name])
	}
	for _, r := range slices.SortedFunc(maps.Keys(reasons), func(a, b string) int { return reasons[b] - reasons[a] }) {
		fmt.Fprintf(&out, "\n%4d %s", reasons[r], r)
	}
	t.Log(out.String())
}
