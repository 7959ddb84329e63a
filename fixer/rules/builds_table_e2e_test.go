//go:build e2e

package rules_test

import (
	"fmt"
	"strings"
)

// A buildTable is in Markdown, with a row for every application.
type buildTable struct{ rows []string }

func (f *buildTable) add(c *comparison) {
	cells := []string{c.app.name, fmt.Sprint(c.fixes), fmt.Sprint(c.manual)}
	for _, of := range []func(when int) string{
		func(when int) string { return yes(c.built[when]) },
		func(when int) string { return yes(c.started[when]) },
		func(when int) string { return c.seen[when].user },
		func(when int) string { return "`" + c.seen[when].process + "`" },
		func(when int) string { return yes(c.seen[when].stopped) },
		func(when int) string { return ifAsked(c.app.Post != nil, yes(c.seen[when].written)) },
		func(when int) string { return c.seen[when].health },
		func(when int) string { return ifAsked(len(c.app.Secrets) > 0, yes(c.seen[when].tells)) },
		func(when int) string { return fmt.Sprintf("%.1f", float64(c.seen[when].size)/1e6) },
	} {
		cell := of(0)
		if after := of(1); after != cell {
			cell += " → " + after
		}
		cells = append(cells, cell)
	}
	cells = append(cells, ifAsked(c.app.Bare, yes(c.bareSeen)))
	f.rows = append(f.rows, "| "+strings.Join(cells, " | ")+" |")
}

func ifAsked(asked bool, cell string) string {
	if !asked {
		return ""
	}
	return cell
}

func yes(it bool) string {
	if it {
		return "yes"
	}
	return "no"
}

func (f buildTable) String() string {
	const head = "| application | fixed | left | builds | answers | user | first process | ends when asked | writes | health | tells its secret | MB | read-only and bare |"
	line := "|" + strings.Repeat("---|", strings.Count(head, "|")-1)
	return strings.Join(append([]string{head, line}, f.rows...), "\n")
}
