package review

import (
	"maps"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// Resume takes the decisions of an earlier session up again and returns those
// whose finding or fix is gone, sorted. Findings that came up after other fixes
// can only be decided once those are made, so it takes two steps.
func Resume(s *engine.Session, kept engine.Decisions) (lost []fixer.Key, err error) {
	left := maps.Clone(kept)
	for _, step := range []struct {
		label  string
		report func() *engine.Report
	}{
		{"resume", s.Baseline},
		{"resume, findings that appeared later", func() *engine.Report { return s.Plan().Final }},
	} {
		if len(left) == 0 {
			break
		}
		now, report := engine.Decisions{}, step.report()
		for k, d := range left {
			if Attaches(report.Finding(k), d) {
				now[k] = d
				delete(left, k)
			}
		}
		if len(now) == 0 {
			continue
		}
		if err := s.DecideAll(step.label, now); err != nil {
			return nil, err
		}
	}
	return slices.SortedFunc(maps.Keys(left), fixer.Key.Compare), nil
}

// Attaches reports whether a decision still has the fix that it is about.
func Attaches(f *fixer.Finding, d engine.Decision) bool {
	switch {
	case f == nil:
		return false
	case d.Verdict != engine.Accept:
		return d.Verdict == engine.Skip || d.Verdict == engine.Suppress
	case len(f.Fixes) == 0:
		return false
	}
	fix := &f.Fixes[0]
	if d.Fix != "" {
		fix = f.Fix(d.Fix)
	}
	if fix == nil {
		return false
	}
	_, err := fix.Resolve(d.Params)
	return err == nil
}
