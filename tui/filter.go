package tui

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A filter chooses rows.
type filter struct {
	words string      // all must be in the row; ! in front inverts
	level fixer.Level // 0 for all
}

func (f filter) zero() bool { return f == filter{} }

// apply returns the rows that the filter lets through, in new space.
func (f filter) apply(rows []*row) []*row {
	if f.zero() {
		return slices.Clone(rows)
	}
	want, invert := f.wanted()
	out := make([]*row, 0, len(rows))
	for _, r := range rows {
		if (f.level == 0 || r.outcome != nil && r.now.Level() == f.level) && holds(r.words, want, invert) {
			out = append(out, r)
		}
	}
	return out
}

// shows returns whether the filter lets findings through, also those that are not in
// the plan yet. What it returns may run on any goroutine.
func (f filter) shows(titles map[string]string) func(*fixer.Finding) bool {
	if f.zero() {
		return func(*fixer.Finding) bool { return true }
	}
	want, invert := f.wanted()
	return func(x *fixer.Finding) bool {
		if f.level != 0 && x.Level() != f.level {
			return false
		}
		result := engine.Open
		if len(x.Fixes) == 0 {
			result = engine.ManualWork
		}
		return len(want) == 0 || holds(rowWords(x, titles, result), want, invert)
	}
}

func (f filter) wanted() (words []string, invert bool) {
	s, invert := strings.CutPrefix(strings.ToLower(strings.TrimSpace(f.words)), "!")
	return strings.Fields(s), invert
}

// holds reports whether a row with these words is wanted.
func holds(words string, want []string, invert bool) bool {
	if len(want) == 0 {
		return true
	}
	all := !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(words, w) })
	return all != invert
}

func (f filter) levelWord() string {
	if f.level == 0 {
		return "all levels"
	}
	return f.level.String()
}

// String describes what is shown, for the rule above the list.
func (f filter) String() string {
	s := "all"
	if f.level != 0 {
		s = f.level.String()
	}
	if f.words != "" {
		s += " /" + text.VisibleLine(f.words)
	}
	return s
}
