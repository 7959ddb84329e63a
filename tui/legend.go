package tui

import (
	"github.com/oakum-sec/oakum/tui/widget"
)

// legend explains the marks in front of findings, in as many lines as it takes.
func (d *model) legend(width int) []string {
	t := &d.theme
	m := &t.Marks
	var out []string
	line := ""
	for _, e := range [][2]string{
		{m.Open, "nothing decided"}, {m.Accepted, "fix accepted"}, {m.Skipped, "skipped"}, {m.Ignored, "suppressed by a comment"},
		{m.Manual, "left to you"}, {m.Blocked, "accepted, but the fix cannot be made"}, {m.Closed, "closed by another fix"},
		{m.Some, "decided in some of the places"}, {"new", "appeared after accepted fixes"},
	} {
		item := t.Key.Paint(e[0]) + " " + e[1]
		switch {
		case line == "":
			line = " " + item
		case widget.Width(line)+3+widget.Width(item) <= width-1:
			line += "   " + item
		default:
			out = append(out, line)
			line = " " + item
		}
	}
	out = append(out, line)
	levels := "Levels: safe does not change the behaviour of a working container, review can break something and says what, manual is left to you: mostly there is no automatic fix."
	for _, line := range widget.Wrap(levels, max(1, width-2)) {
		out = append(out, " "+t.Dim.Paint(line))
	}
	return append(out, "")
}
