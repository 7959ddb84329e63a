//go:build e2e

package rules_test

import (
	"cmp"
	"fmt"
	"strings"
)

// A stagedTable is in Markdown, with a row for every application.
type stagedTable struct{ rows []string }

func (f *stagedTable) add(r *stagedRun) {
	of := func(cell func(s stagedSight) string) string {
		before, after := cell(r.seen[0]), cell(r.seen[1])
		if after == before {
			return before
		}
		return before + " → " + after
	}
	gone := ""
	if r.seen[1].contents != nil && r.app.After != nil {
		gone = fmt.Sprint(r.wrong)
	}
	note := cmp.Or(r.note, r.app.Today, r.app.Leaves)
	f.rows = append(f.rows, "| "+strings.Join([]string{
		r.app.name, r.app.Verdict, r.verdict,
		of(func(s stagedSight) string { return yes(s.built) }),
		of(func(s stagedSight) string { return yes(s.answered) }),
		of(func(s stagedSight) string { return s.user }), r.hard,
		of(func(s stagedSight) string { return fmt.Sprintf("%.0f", float64(s.size)/1e6) }),
		of(func(s stagedSight) string {
			if s.contents == nil {
				return ""
			}
			return fmt.Sprint(len(s.packages))
		}), gone, note}, " | ")+" |")
}

func (f stagedTable) String() string {
	const head = "| application | right | oakum | builds | answers | user | hardened as | MB | packages | wrong in the image | note |"
	line := "|" + strings.Repeat("---|", strings.Count(head, "|")-1)
	return strings.Join(append([]string{head, line}, f.rows...), "\n")
}
