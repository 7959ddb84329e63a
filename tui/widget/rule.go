package widget

import (
	"strings"

	"github.com/oakum-sec/oakum/tui/theme"
)

// Rule returns a line across width cells with a title near its left end and
// words near its right one:
//
//	── findings ───────────────────────── group: file ──
//
// The heavy form is for the pane that has the keys. Both texts may be empty,
// and are cut where there is no room, the right one first.
func Rule(t *theme.Theme, left, right string, width int, heavy bool) string {
	line, style := t.Marks.Rule, t.Rule
	if heavy {
		line, style = t.Marks.RuleHeavy, t.Focus
	}
	const edge = 2 // cells of line at either end
	room := width - 2*edge - 2
	if left == "" && right == "" || room < 1 {
		return style.Paint(strings.Repeat(line, max(0, width)))
	}
	left = Cut(left, room, t.Marks.Ellipsis)
	rest := room - Width(left) - 2 - 1
	if right != "" && left != "" && rest >= min(Width(right), 8) {
		right = Cut(right, rest, t.Marks.Ellipsis)
	} else if left != "" {
		right = ""
	} else {
		right = Cut(right, room, t.Marks.Ellipsis)
	}
	var b strings.Builder
	used := 0
	draw := func(n int) {
		b.WriteString(style.Paint(strings.Repeat(line, max(0, n))))
		used += n
	}
	say := func(s string, as theme.Style) {
		b.WriteString(" " + as.Paint(s) + " ")
		used += Width(s) + 2
	}
	if left != "" {
		draw(edge)
		say(left, t.Title)
	}
	if right != "" {
		draw(width - used - Width(right) - 2 - edge)
		say(right, t.Dim)
	}
	draw(width - used)
	return b.String()
}

// Bar returns a bar of width cells of which done out of total is full. It is
// all full only when done is total, and empty only when done is 0.
func Bar(t *theme.Theme, done, total, width int) string {
	width = max(0, width)
	full := 0
	if total > 0 {
		done = min(max(done, 0), total)
		full = int(float64(width) * float64(done) / float64(total))
		if done > 0 && width > 1 {
			full = max(full, 1)
		}
		if done < total && width > 1 {
			full = min(full, width-1)
		}
	}
	return t.Good.Paint(strings.Repeat(t.Marks.BarFull, full)) + t.Dim.Paint(strings.Repeat(t.Marks.BarEmpty, width-full))
}
