package engine

import (
	"math"

	"github.com/oakum-sec/oakum/fixer"
)

// weights say how much an open finding of each severity costs.
var weights = map[fixer.Severity]float64{fixer.Low: 1, fixer.Medium: 3, fixer.High: 8, fixer.Critical: 20}

// unitWeight is what one unit without findings (a Dockerfile, a service, a
// container, a job of a workflow) counts for. One critical finding in a repository of one unit
// takes half of the score.
const unitWeight = 20

// Score summarises a report as a number from 0 to 100: the share that the weight
// of all units has of units and open findings together. It falls with every
// open finding, rises with every fixed one, and is 100 only with none left.
// Suppressed findings do not count; repositories of different size compare.
func Score(snap *fixer.Snapshot, r *Report) int {
	unitCount, cost := 0.0, 0.0
	for f := range snap.Files() {
		if !f.Context {
			unitCount += float64(countUnits(f))
		}
	}
	for _, f := range r.Findings {
		cost += weights[f.Severity]
	}
	if cost == 0 {
		return 100
	}
	unitScore := unitWeight * max(unitCount, 1)
	return min(99, int(math.Round(100*unitScore/(unitScore+cost))))
}

func countUnits(f *fixer.File) int {
	switch {
	case f.Dockerfile != nil:
		return 1
	case f.Compose != nil:
		return len(f.Compose.Services)
	case f.Workflow != nil:
		return max(1, f.Workflow.Jobs)
	}
	n := 0
	for _, o := range f.Objects {
		if w := o.Workload(); w != nil {
			n += len(w.Containers())
		}
	}
	return n
}

// Grade gives a score as a letter, for people.
func Grade(score int) string {
	switch {
	case score >= 90:
		return "A"
	case score >= 75:
		return "B"
	case score >= 60:
		return "C"
	case score >= 40:
		return "D"
	}
	return "F"
}
