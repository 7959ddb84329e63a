package tui

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A planView is a plan as the screen shows it, made in a command.
type planView struct {
	gen, seq int
	index    *planIndex
	files    []planFile
	states   map[string]fixer.FileState

	withheld int // findings that are accepted, in files that are left out

	// Workloads by Pod Security level, in words: as they are and as they
	// will be. Empty without any.
	podsBefore, podsAfter string

	recreate string // which Jobs and Pods are to be deleted first, in words; visible-safe
}

// A planFile is one row of the plan.
type planFile struct {
	path           string
	edits          int
	added, removed int
	safe, review   int // fixes
	comments       int // that record why a finding is left
	left           int
	pane           diffPane
}

// mostRecreated is how many Jobs and Pods the plan names; the text after the files are
// written names all.
const mostRecreated = 3

// leaving folds without what touches the files that are left out. It returns
// now where nothing does.
func (j foldJob) leaving(now *planIndex, out map[string]bool) *planIndex {
	st := now
	keys := map[fixer.Key]bool{}
	for range len(j.decisions) + 1 { // each round takes at least one decision back
		found := false
		for path := range out {
			if c := st.change(path); c != nil {
				for _, k := range c.Fixes {
					found = found || !keys[k]
					keys[k] = true
				}
			}
		}
		if !found {
			break
		}
		st = j.without(keys)
	}
	return st
}

// planView folds without the files that are left out, and counts what is
// shown. Files that are left out stay in the table.
func (j foldJob) planView(now *planIndex, out map[string]bool) *planView {
	st := j.leaving(now, out)
	v := &planView{
		gen: j.gen, index: st,
		podsBefore: fixer.CountLevels(st.plan.Before.PodLevels()), podsAfter: fixer.CountLevels(st.plan.After.PodLevels()),
		recreate: visible(report.RecreationOf(st.plan).Words(mostRecreated, nil)),
	}
	for i := range st.plan.Outcomes {
		o := &st.plan.Outcomes[i]
		_, was := now.decisions[o.Finding.Key()]
		if _, is := st.decisions[o.Finding.Key()]; was && !is && o.Result == engine.Open {
			v.withheld++
		}
	}
	paths := map[string]bool{}
	for _, plan := range []*engine.Plan{now.plan, st.plan} {
		for i := range plan.Changes {
			paths[plan.Changes[i].Path] = true
		}
	}
	veil := report.VeilOf(st.plan)
	for path := range paths {
		v.files = append(v.files, st.planFile(path, veil))
	}
	slices.SortFunc(v.files, func(a, b planFile) int { return strings.Compare(a.path, b.path) })
	return v
}

func (s *planIndex) planFile(path string, veil *report.Veil) planFile {
	f := planFile{path: path}
	for i := range s.plan.Outcomes {
		o := &s.plan.Outcomes[i]
		if o.Finding.File == path {
			switch o.Result {
			case engine.Fixed, engine.Closed, engine.NewlySuppressed, engine.AlreadySuppressed, engine.Skipped:
			default:
				f.left++
			}
		}
	}
	c := s.change(path)
	if c == nil {
		return f
	}
	files := diffFiles(veil, []engine.Change{*c})
	f.pane.diff = widget.NewDiff(files, placesIn(files))
	f.added, f.removed = f.pane.diff.Lines()
	f.edits = len(c.Fixes)
	for _, k := range c.Fixes {
		switch o := s.outcome(k); {
		case o != nil && o.Result == engine.NewlySuppressed:
			f.comments++
		case o != nil && o.Level == fixer.Review:
			f.review++
		default:
			f.safe++
		}
	}
	return f
}

// tally counts the fixes in a change, and apart from them the comments that
// record why a finding is left.
func (s *planIndex) tally(c *engine.Change) (fixed, comments int) {
	for _, k := range c.Fixes {
		if o := s.outcome(k); o != nil && o.Result == engine.NewlySuppressed {
			comments++
		} else {
			fixed++
		}
	}
	return fixed, comments
}

func (v *planView) paths() []string {
	out := make([]string, len(v.files))
	for i := range v.files {
		out[i] = v.files[i].path
	}
	return out
}

// pathsOut returns the files that would be written, were they not left out.
func (v *planView) pathsOut(out map[string]bool) []string {
	return slices.DeleteFunc(v.paths(), func(p string) bool { return !out[p] })
}

// warns counts the files that would be written over work nothing else keeps.
func (v *planView) warns(out map[string]bool) int {
	n := 0
	for i := range v.files {
		if p := v.files[i].path; !out[p] && v.states[p].Warn {
			n++
		}
	}
	return n
}

// diffFiles gives changes to a diff, which shows them through a veil.
func diffFiles(veil *report.Veil, changes []engine.Change) []widget.DiffFile {
	out := make([]widget.DiffFile, len(changes))
	for i, c := range changes {
		out[i] = widget.DiffFile{Path: c.Path, Kind: string(c.Kind), Before: c.Before, After: content(c.After),
			Line: veil.Over(c.Path, c.Kind, c.Before, c.After).Line}
	}
	return out
}
