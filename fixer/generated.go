package fixer

import "fmt"

// leaveGenerated takes the fixes from findings in files that a tool writes: an
// edit there is lost when the tool runs again. The finding stays, with what has
// to be changed where the file is made.
func (i *Inspection) leaveGenerated(found []Finding) {
	for n := range found {
		f := &found[n]
		file := i.snap.File(f.File)
		if file == nil || file.Generated == "" {
			continue
		}
		what := f.Advice
		if len(f.Fixes) > 0 {
			what = f.Fixes[0].Title
		}
		f.Advice = fmt.Sprintf("Change the source of this generated file (%s): %s", file.Generated, what)
		f.Fixes, f.AsksRegistry = nil, false
	}
}
