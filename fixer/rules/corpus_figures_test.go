package rules_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile/buildkit"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/kube/podsecurity"
)

// figures sums up what happened over the corpus.
type figures struct {
	mu                        sync.Mutex
	files, changed            int
	passes                    int
	linesGone, valuesGone     int
	textOnly                  int
	dockerfileLines           int
	skips                     map[string]int
	results                   map[string]map[engine.Result]int
	reasons                   map[string]int
	fixedAtLevel              map[string]int
	scoresBefore, scoresAfter int
	repositories              int
	podsBefore, podsAfter     map[podsecurity.Level]int
	unrestricted              map[string]int    // why pods are not restricted afterwards
	buildChecks               [2]map[string]int // BuildKit's warnings before and after, by its names
}

func newFigures() *figures {
	return &figures{skips: map[string]int{}, results: map[string]map[engine.Result]int{}, reasons: map[string]int{}, fixedAtLevel: map[string]int{},
		podsBefore: map[podsecurity.Level]int{}, podsAfter: map[podsecurity.Level]int{}, unrestricted: map[string]int{},
		buildChecks: [2]map[string]int{{}, {}}}
}

// holdRestricted holds what oakum is for: nearly every pod can be brought to
// the restricted standard. Those that install packages or change owners when they
// start cannot, nor those that work on their node.
func (f *figures) holdRestricted(t *testing.T) {
	all := 0
	for _, n := range f.podsAfter {
		all += n
	}
	if n := f.podsAfter[podsecurity.Restricted]; n*100 < all*94 {
		t.Errorf("%d of %d pods are restricted, less than 94 %%", n, all)
	}
}

func (f *figures) dockerfile(linesGone int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dockerfileLines += linesGone
}

func (f *figures) change(linesGone, valuesGone int, textOnly bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.linesGone += linesGone
	f.valuesGone += valuesGone
	if textOnly {
		f.textOnly++
	}
}

func (f *figures) add(p *engine.Plan) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.repositories++
	f.files += p.Before.Len()
	f.changed += len(p.Changes)
	f.passes = max(f.passes, p.Passes)
	f.scoresBefore += p.ScoreBefore
	f.scoresAfter += p.ScoreAfter
	for _, pod := range p.Before.PodLevels() {
		f.podsBefore[pod.Level]++
	}
	for _, pod := range p.After.PodLevels() {
		f.podsAfter[pod.Level]++
		for _, v := range pod.Violations {
			f.unrestricted[v.Reason]++
		}
	}
	for file := range p.Before.Files() {
		if file.Skip != nil {
			f.skips[fmt.Sprintf("%s %s", file.Kind, file.Skip.Code)]++
		}
	}
	for i, snap := range []*fixer.Snapshot{p.Before, p.After} {
		for file := range snap.Files() {
			if file.Dockerfile == nil {
				continue
			}
			if report, err := buildkit.Check(context.Background(), file.Dockerfile); err == nil {
				for _, w := range report.Warnings {
					f.buildChecks[i][w.Rule]++
				}
			}
		}
	}
	for _, o := range p.Outcomes {
		if f.results[o.Finding.Rule] == nil {
			f.results[o.Finding.Rule] = map[engine.Result]int{}
		}
		f.results[o.Finding.Rule][o.Result]++
		switch o.Result {
		case engine.Fixed:
			f.fixedAtLevel[o.Level.String()]++
		case engine.Blocked, engine.Refused:
			f.reasons[fmt.Sprintf("%s: %s", o.Result, generalised(o.Reason))]++
		}
	}
}

// generalised takes places out of a reason, so that equal ones count together.
func generalised(reason string) string {
	words := strings.Fields(reason)
	for i, w := range words {
		if strings.ContainsAny(w, "0123456789./[]\"") {
			words[i] = "…"
		}
	}
	return strings.Join(words, " ")
}

func (f *figures) log(t *testing.T) {
	t.Logf("%d repositories, %d files (skipped: %v), %d changed, %d passes at most", f.repositories, f.files, f.skips, f.changed, f.passes)
	t.Logf("YAML: %d lines removed or changed in place, %d values removed or replaced, %d files changed in text only; Dockerfiles: %d lines removed or changed in place",
		f.linesGone, f.valuesGone, f.textOnly, f.dockerfileLines)
	t.Logf("fixed by level: %v; mean score %d before, %d after", f.fixedAtLevel, f.scoresBefore/max(f.repositories, 1), f.scoresAfter/max(f.repositories, 1))
	t.Logf("pods by Pod Security level: %v before, %v after", f.podsBefore, f.podsAfter)
	for _, r := range slices.SortedFunc(maps.Keys(f.unrestricted), func(a, b string) int { return f.unrestricted[b] - f.unrestricted[a] }) {
		t.Logf("  %4d not restricted: %s", f.unrestricted[r], r)
	}
	for _, name := range slices.Sorted(maps.Keys(f.results)) {
		t.Logf("  %-36s %v", name, f.results[name])
	}
	for _, check := range slices.Sorted(maps.Keys(f.buildChecks[0])) {
		t.Logf("  BuildKit's %-30s %d → %d", check, f.buildChecks[0][check], f.buildChecks[1][check])
	}
	for _, r := range slices.SortedFunc(maps.Keys(f.reasons), func(a, b string) int { return f.reasons[b] - f.reasons[a] }) {
		t.Logf("  %4d %s", f.reasons[r], r)
	}
}
