package fixer

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer/kube/podsecurity"
)

// A PodLevel is the result of the Pod Security Standards for one workload.
type PodLevel struct {
	File     string
	Workload string // "Deployment/web"
	Line     int
	Level    podsecurity.Level
	// Violations are the controls it does not meet, those of baseline first.
	Violations []podsecurity.Violation
}

// PodLevels evaluates every whole workload of the snapshot, in the order of files
// and documents. Windows pods are evaluated as the standards define it; partial patches
// are not pods.
func (s *Snapshot) PodLevels() []PodLevel {
	var out []PodLevel
	for f := range s.Files() {
		if f.Skip == nil && !f.Context {
			out = append(out, f.podLevels()...)
		}
	}
	return out
}

func (f *File) evaluatePods() []PodLevel {
	var out []PodLevel
	for _, o := range f.Objects {
		w := o.Workload()
		if w == nil || w.Partial {
			continue
		}
		v := podsecurity.Evaluate(w)
		out = append(out, PodLevel{
			File: f.Path, Workload: w.ID(), Line: f.Lines().At(w.Node.Start), Level: v.Level, Violations: v.Violations,
		})
	}
	return out
}

// A PodTally is how many workloads are at each level; Unknown are those that
// cannot be evaluated.
type PodTally struct{ Unknown, Privileged, Baseline, Restricted int }

// All is the number of workloads.
func (t PodTally) All() int { return t.Unknown + t.Privileged + t.Baseline + t.Restricted }

// TallyLevels counts workloads by level.
func TallyLevels(pods []PodLevel) PodTally {
	var t PodTally
	for _, p := range pods {
		switch p.Level {
		case podsecurity.Privileged:
			t.Privileged++
		case podsecurity.Baseline:
			t.Baseline++
		case podsecurity.Restricted:
			t.Restricted++
		default:
			t.Unknown++
		}
	}
	return t
}

// CountLevels counts workloads by level, for people, the loosest first:
// "1 privileged, 3 baseline". It is "" without workloads.
func CountLevels(pods []PodLevel) string {
	t := TallyLevels(pods)
	var out []string
	for _, l := range []struct {
		n    int
		word string
	}{{t.Unknown, "unknown"}, {t.Privileged, "privileged"}, {t.Baseline, "baseline"}, {t.Restricted, "restricted"}} {
		if l.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", l.n, l.word))
		}
	}
	return strings.Join(out, ", ")
}
