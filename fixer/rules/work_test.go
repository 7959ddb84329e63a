package rules_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestWorkIsInProportion holds what a scan and fixes allocate, as multiples of what parsing
// the same files does, repository by repository. What is allocated is the same in each
// run, on any machine and beside any work, and goes up and down with the time that
// [BenchmarkSpeed] measures. The bounds are a seventh above what it is today.
func TestWorkIsInProportion(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates, too")
	}
	var parse, scan, safe, review uint64
	for _, r := range corpustest.Repositories(t) {
		ws, err := discover.Load(context.Background(), []string{r}, discover.Options{})
		if err != nil {
			t.Fatal(err)
		}
		snapshot := func() *fixer.Snapshot { return fixer.NewSnapshot(ws.Sources, ws.Names...) }
		fix := func(level fixer.Level) func() {
			return func() {
				s := engine.NewSession(snapshot(), nil, rules.All())
				if _, err := s.AcceptAll(level, nil); err != nil {
					t.Fatal(err)
				}
				s.Plan()
			}
		}
		parse += allocated(func() { snapshot() })
		scan += allocated(func() { engine.Check(snapshot(), nil, rules.All()) })
		safe += allocated(fix(fixer.Safe))
		review += allocated(fix(fixer.Review))
	}
	for _, c := range []struct {
		what  string
		bytes uint64
		most  float64
	}{{"scan", scan, 5.9}, {"safe fix", safe, 12.5}, {"review fix", review, 31}} {
		times := float64(c.bytes) / float64(parse)
		t.Logf("%s: %.1f × parsing", c.what, times)
		if times > c.most {
			t.Errorf("a %s allocates %.1f times what parsing does, more than %.1f", c.what, times, c.most)
		}
	}
}

// allocated returns the bytes that work allocates.
func allocated(work func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
