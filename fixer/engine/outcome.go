package engine

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
)

// plan assembles the result of a fold.
func (f *folding) plan() *Plan {
	snap, baseline := f.before, f.baseline
	p := &Plan{
		Before: snap, After: f.current, Baseline: baseline, Final: f.report, Passes: f.passes,
		places:      f.places,
		ScoreBefore: Score(snap, baseline), ScoreAfter: Score(f.current, f.report),
	}
	for _, finding := range baseline.Findings {
		p.Outcomes = append(p.Outcomes, f.outcomeOf(finding))
	}
	for _, s := range baseline.Suppressed {
		p.Outcomes = append(p.Outcomes, Outcome{Finding: s.Finding, Result: AlreadySuppressed, Reason: s.By.Reason})
	}
	p.Outcomes = append(p.Outcomes, f.surfaced(baseline)...)
	for file := range f.current.Files() {
		was := snap.File(file.Path)
		if was != nil && (was == file || bytes.Equal(was.Data, file.Data)) {
			continue
		}
		c := Change{Path: file.Path, Kind: file.Kind, After: file.Data, Fixes: f.fixes[file.Path]}
		if was != nil {
			c.Before = was.Data
		}
		p.Changes = append(p.Changes, c)
	}
	return p
}

func (f *folding) outcomeOf(finding *fixer.Finding) Outcome {
	k := finding.Key()
	if to, moved := f.places[k]; moved {
		if is := f.report.Finding(to); is != nil {
			out := f.outcomeOf(is)
			out.Finding = finding
			return out
		}
		k = to
	}
	if o := f.outcomes[k]; o != nil {
		out := *o
		out.Finding = finding
		return out
	}
	out := Outcome{Finding: finding, Result: Open}
	switch d, decided := f.decisions[k]; {
	case decided && d.Verdict == Skip:
		out.Result = Skipped
	case decided && f.report.Finding(k) != nil: // it never became a fix of the accepted level
		is := f.report.Finding(k)
		if why := d.notReady(is); why != nil {
			out.Result, out.Reason = why.result, why.reason
			if fix := chosenFix(is, d.Fix); fix != nil {
				out.Fix, out.Title, out.Level = fix.ID, fix.TitleWith(d.Params), fix.Level
			}
		}
	case f.report.Finding(k) == nil:
		out.Result = Closed // it was refused, and then gone with other fixes
	case finding.Level() == fixer.Manual:
		out.Result, out.Reason = ManualWork, finding.Advice
	}
	return out
}

// surfaced returns the outcomes of findings that were not in the baseline.
func (f *folding) surfaced(baseline *Report) []Outcome {
	var out []Outcome
	seen := map[fixer.Key]bool{}
	for _, to := range f.places {
		seen[to] = true // under the name that it had
	}
	for _, finding := range f.report.Findings {
		if k := finding.Key(); baseline.Finding(k) == nil && !seen[k] {
			seen[k] = true
			o := f.outcomeOf(finding)
			o.New = true
			out = append(out, o)
		}
	}
	for k, o := range f.outcomes {
		if baseline.Finding(k) == nil && !seen[k] {
			n := *o
			n.New = true
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b Outcome) int {
		return cmp.Or(fixer.CompareFindings(a.Finding, b.Finding), a.Finding.Key().Compare(b.Finding.Key()))
	})
	return out
}
