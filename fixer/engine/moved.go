package engine

import (
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// Some fixes change which stages a Dockerfile has. What was found in "stage 0" is
// then in "stage build" or in "stage 1": the same finding under another name.

// moves are what the fixes of a batch do to the names of places, by file: for each fix that
// does anything, what becomes of a place.
type moves map[string][]map[string][]string

func movesOf(batch []selected) moves {
	var out moves
	for i := range batch {
		for j := range batch[i].contents {
			if c := &batch[i].contents[j]; len(c.Moved) > 0 {
				if out == nil {
					out = moves{}
				}
				out[c.Path] = append(out[c.Path], c.Moved)
			}
		}
	}
	return out
}

// keys returns the keys that a finding may have after the fixes; none where its place keeps
// its name.
func (m moves) keys(k fixer.Key) []fixer.Key {
	var out []fixer.Key
	m.each(k.File, func(from string, to []string) {
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

func (m moves) each(file string, visit func(from string, to []string)) {
	for _, moved := range m[file] {
		for _, from := range slices.Sorted(maps.Keys(moved)) {
			visit(from, moved[from])
		}
	}
}

// A memory of what was found before the fixes of a batch tells what they open from what
// they move.
type memory struct {
	moves  moves
	before *Report
	said   map[fixer.Key]bool // of files with moves: what a rule said, with the message for the path
}

func remember(batch []selected, before *Report) *memory {
	m := &memory{moves: movesOf(batch), before: before}
	if len(m.moves) == 0 {
		return m
	}
	m.said = map[fixer.Key]bool{}
	for _, was := range before.Findings {
		if len(m.moves[was.File]) > 0 {
			m.said[fixer.Key{Rule: was.Rule, File: was.File, Path: was.Message}] = true
		}
	}
	return m
}

// has reports whether a finding after the fixes is one that was there before them under
// another name, or says of a line that now stands in two stages what was said of it before.
func (m *memory) has(came *fixer.Finding) bool {
	if len(m.moves[came.File]) == 0 {
		return false
	}
	k, known := came.Key(), m.said[fixer.Key{Rule: came.Rule, File: came.File, Path: came.Message}]
	m.moves.each(k.File, func(from string, to []string) {
		for _, t := range to {
			rest, ok := below(k.Path, t)
			known = known || ok && m.before.Finding(fixer.Key{Rule: k.Rule, File: k.File, Path: from + rest}) != nil
		}
	})
	return known
}

// below returns what follows a stage in the place of a finding: "" or ": RUN[2]".
func below(place, stage string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(place, stage)
	return rest, ok && (rest == "" || rest[0] == ':' || rest[0] == ' ')
}

// notePlace notes where a finding is that the fixes of a pass moved, and reports whether
// they did: it is not gone.
func (f *folding) notePlace(k fixer.Key, moved moves, r *batchResult) bool {
	for _, to := range moved.keys(k) {
		if r.report.Finding(to) != nil {
			f.places[k] = to
			return true
		}
	}
	return false
}

// followMoved lets decisions go with the findings that the fixes of a pass moved.
func (f *folding) followMoved(moved moves, r *batchResult) {
	if len(moved) == 0 {
		return
	}
	for _, from := range slices.SortedFunc(maps.Keys(f.decisions), fixer.Key.Compare) {
		if r.report.Finding(from) != nil || f.outcomes[from] != nil {
			continue
		}
		for _, to := range moved.keys(from) {
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
