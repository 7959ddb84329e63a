package engine

import (
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// Some fixes change which stages a Dockerfile has. What was found in "stage 0" is
// then in "stage build" or in "stage 1": the same finding under another name.

// movedKeys returns the keys that a finding may have after the fixes of a batch; none
// where its place keeps its name.
func movedKeys(k fixer.Key, batch []selected) []fixer.Key {
	var out []fixer.Key
	eachMove(k.File, batch, func(from string, to []string) {
		rest, ok := below(k.Path, from)
		if !ok {
			return
		}
		for _, t := range to {
			out = append(out, fixer.Key{Rule: k.Rule, File: k.File, Path: t + rest})
		}
	})
	return out
}

// wasKnown reports whether a finding after the fixes of a batch is one that was there
// before them under another name, or says of a line that now stands in two stages what
// was said of it before.
func wasKnown(came *fixer.Finding, batch []selected, before *Report) bool {
	k, known, moved := came.Key(), false, false
	eachMove(k.File, batch, func(from string, to []string) {
		moved = true
		for _, t := range to {
			rest, ok := below(k.Path, t)
			known = known || ok && before.Finding(fixer.Key{Rule: k.Rule, File: k.File, Path: from + rest}) != nil
		}
	})
	return known || moved && slices.ContainsFunc(before.Findings, func(was *fixer.Finding) bool {
		return was.Rule == came.Rule && was.File == came.File && was.Message == came.Message
	})
}

func eachMove(file string, batch []selected, visit func(from string, to []string)) {
	for i := range batch {
		for j := range batch[i].contents {
			c := &batch[i].contents[j]
			if len(c.Moved) == 0 || c.Path != file { // nearly all: asked for each finding
				continue
			}
			for _, from := range slices.Sorted(maps.Keys(c.Moved)) {
				visit(from, c.Moved[from])
			}
		}
	}
}

// below returns what follows a stage in the place of a finding: "" or ": RUN[2]".
func below(place, stage string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(place, stage)
	return rest, ok && (rest == "" || rest[0] == ':' || rest[0] == ' ')
}

// notePlace notes where a finding is that the fixes of a pass moved, and reports whether
// they did: it is not gone.
func (f *folding) notePlace(k fixer.Key, r *batchResult) bool {
	for _, to := range movedKeys(k, r.good) {
		if r.report.Finding(to) != nil {
			f.places[k] = to
			return true
		}
	}
	return false
}

// followMoved lets decisions go with the findings that the fixes of a pass moved.
func (f *folding) followMoved(r *batchResult) {
	if !slices.ContainsFunc(r.good, func(s selected) bool {
		return slices.ContainsFunc(s.contents, func(c fixer.FileChange) bool { return len(c.Moved) > 0 })
	}) {
		return
	}
	for _, from := range slices.SortedFunc(maps.Keys(f.decisions), fixer.Key.Compare) {
		if r.report.Finding(from) != nil || f.outcomes[from] != nil {
			continue
		}
		for _, to := range movedKeys(from, r.good) {
			if _, decided := f.decisions[to]; decided || r.report.Finding(to) == nil {
				continue
			}
			d := f.decisions[from]
			f.decisions[to] = d
			if _, ok := f.pending[from]; ok {
				f.pending[to] = d
			}
			if _, ok := f.later[from]; ok {
				f.later[to] = d
			}
		}
	}
}
