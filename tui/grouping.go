package tui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// grouping says what rows of the list have in common.
type grouping int

const (
	byFile grouping = iota
	bySeverity
	byRule
	byLevel
	byService
	groupings // how many there are
)

func (g grouping) next() grouping { return (g + 1) % groupings }

// String is the word for it.
func (g grouping) String() string {
	return [...]string{"file", "severity", "rule", "level", "service"}[g]
}

// folds reports whether findings that ask the same become one row. By file and by
// service it would hide what is to be read together.
func (g grouping) folds() bool { return g == byRule || g == bySeverity || g == byLevel }

// name is the group of a row; what is no finding is in none.
func (g grouping) name(r *row) string {
	if r.outcome == nil {
		return ""
	}
	return g.nameOf(r.now, r.service)
}

func (g grouping) nameOf(f *fixer.Finding, service string) string {
	switch g {
	case bySeverity:
		return f.Severity.String()
	case byRule:
		return f.Rule
	case byLevel:
		return f.Level().String()
	case byService:
		if service != "" {
			return service
		}
	}
	return f.File
}

// A bucket is the rows of one group.
type bucket struct {
	name string
	rows []*row
}

// sort puts rows of one group next to each other; within a group they keep
// the canonical order, and what is no finding goes last. Groups of rules are in the
// order of their worst findings, other groups in the order of their names.
func (g grouping) sort(rows []*row) []*row {
	var buckets []*bucket
	byName := map[string]*bucket{}
	var rest []*row
	var last *bucket
	for _, r := range rows {
		if r.outcome == nil {
			rest = append(rest, r)
			continue
		}
		name := g.name(r)
		if last == nil || last.name != name {
			last = byName[name]
		}
		if last == nil {
			last = &bucket{name: name}
			byName[name] = last
			buckets = append(buckets, last)
		}
		last.rows = append(last.rows, r)
	}
	slices.SortStableFunc(buckets, func(a, b *bucket) int {
		x, y := a.rows[0], b.rows[0]
		switch g {
		case bySeverity:
			return cmp.Compare(y.now.Severity, x.now.Severity)
		case byRule:
			return cmp.Compare(y.now.Severity, x.now.Severity)
		case byLevel:
			return cmp.Compare(x.now.Level(), y.now.Level())
		case byService: // what belongs to none comes after them, under its file
			return cmp.Or(cmp.Compare(boolInt(x.service == ""), boolInt(y.service == "")), strings.Compare(a.name, b.name))
		}
		return strings.Compare(a.name, b.name)
	})
	out := rows[:0]
	for _, b := range buckets {
		out = append(out, b.rows...)
	}
	return append(out, rest...)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
