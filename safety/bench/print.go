package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer/text"
)

// Text prints the table: the total, and with detail a row for each repository and
// each incident below. It is Markdown, to be published as it is.
func Text(w io.Writer, fixer string, results []*Result, detail bool) error {
	out := &strings.Builder{}
	fmt.Fprintf(out, "%s, %s\n\n", text.VisibleLine(fixer), text.Count(len(results), "repository", "repositories"))
	rows := [][]string{header()}
	if detail {
		for _, r := range results {
			rows = append(rows, row(r))
		}
	}
	writeRows(out, append(rows, row(Total(results))))
	for _, r := range results {
		if r.Note != "" {
			fmt.Fprintf(out, "\n%s: %s\n", text.VisibleLine(r.Name), r.Note)
		}
	}
	if detail {
		for _, r := range results {
			if len(r.Incidents) > 0 {
				fmt.Fprintf(out, "\n%s\n", text.VisibleLine(r.Name))
			}
			for _, i := range r.Incidents {
				at := i.File
				if i.Line > 0 {
					at = fmt.Sprintf("%s:%d", at, i.Line)
				}
				fmt.Fprintf(out, "  %s: %s: %s\n", text.VisibleLine(at), i.Column, i.Says)
			}
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func header() []string {
	out := []string{"repository", "restricted pods", "findings gone", "lines per value"}
	for _, c := range Columns() {
		out = append(out, string(c))
	}
	return out
}

func row(r *Result) []string {
	perValue := "-"
	switch {
	case r.Values > 0:
		perValue = fmt.Sprintf("%.2f (%d/%d)", float64(r.Lines)/float64(r.Values), r.Lines, r.Values)
	case r.Lines > 0:
		perValue = fmt.Sprintf("%d/0", r.Lines)
	}
	out := []string{
		text.VisibleLine(r.Name), fmt.Sprintf("%d → %d of %d", r.RestrictedBefore, r.RestrictedAfter, r.Pods),
		fmt.Sprintf("%d of %d, %d new", r.Gone, r.Findings, r.Opened), perValue,
	}
	for _, c := range Columns() {
		cell := fmt.Sprint(r.Faults[c])
		if c == SecondRun && !r.RanAgain {
			cell = "-"
		}
		out = append(out, cell)
	}
	return out
}

func writeRows(out *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, cells := range rows {
		for i, cell := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for n, cells := range rows {
		for i, cell := range cells {
			fmt.Fprintf(out, "| %s%s ", cell, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
		}
		out.WriteString("|\n")
		if n == 0 {
			for _, width := range widths {
				out.WriteString("|" + strings.Repeat("-", width+2))
			}
			out.WriteString("|\n")
		}
	}
}

// JSON prints the same for programs.
func JSON(w io.Writer, fixer string, results []*Result) error {
	for _, r := range results {
		if r.Incidents == nil {
			r.Incidents = []Incident{}
		}
	}
	total := Total(results)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{"version": 1, "fixer": fixer, "repositories": results, "total": total.Counts})
}
