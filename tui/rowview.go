package tui

import (
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/theme"
	"github.com/oakum-sec/oakum/tui/widget"
)

// Cells of the columns of a row.
const (
	rowLead   = 12 // the cursor, the mark and the severity
	rowLevel  = 6
	rowIndent = 2 // of findings below their question
	leastName = 8 // of an object that is cut

	leastAnswer = 12 // of what a fix does, where the rule is in the header
)

// drawRow draws one row of the list. What is wrong and with what come first and are
// the last to be cut.
func drawRow(d *model, r *row, width int, cursor bool) string {
	t := &d.theme
	lead := "   "
	if cursor {
		lead = " " + t.Marks.Cursor + " "
	}
	if r.calm {
		return lead + t.Good.Paint(r.title)
	}
	if r.outcome == nil {
		return lead + t.Warn.Paint(t.Marks.Attention+" ") + t.Dim.Paint(r.title)
	}
	if r.under != "" {
		lead += strings.Repeat(" ", rowIndent)
	}
	s := d.list
	sign, pending := "", false
	if r.places != nil {
		sign, pending = d.questionMark(r)
	} else {
		sign, pending = d.mark(r.outcome)
	}
	left := lead + sign + " " + severityWord(t, r.now.Severity) + " "
	if r.outcome.New {
		left += t.Warn.Paint("new ")
	}
	first, second := r.sayings(t, s)
	cut, least := widget.CutLeft, widget.Width(second) // of the name of an object the end tells
	switch {
	case s.groupBy == byRule:
		cut, least = widget.Cut, leastAnswer
	case r.places != nil: // in how many places says more than what is done there
		cut, least = widget.Cut, 0
	}
	const edge = 1 // between the row and the line beside it
	width -= widget.Width(left) + edge
	columns := r.columns(d, s, pending)
	full := widget.Width(strings.Join(columns[0], strings.Repeat(" ", columnGap)))
	if widget.Width(first)+widget.Width(second)+3+columnGap+full > width { // before anything is cut
		if r.object != "" && first == r.object {
			first = shortKind(first)
		} else if second != "" && second == r.object {
			second = shortKind(second)
			least = widget.Width(second)
		}
	}
	return left + fitRow(t, first, second, least, cut, columns, width)
}

// shortKinds are the names by which kubectl knows kinds that are long.
var shortKinds = map[string]string{
	"ConfigMap": "cm", "CronJob": "cj", "DaemonSet": "ds", "Deployment": "deploy", "Ingress": "ing", "Namespace": "ns", "NetworkPolicy": "netpol",
	"PersistentVolume": "pv", "PersistentVolumeClaim": "pvc", "PodDisruptionBudget": "pdb", "Pod": "po", "ReplicaSet": "rs",
	"ReplicationController": "rc", "Service": "svc", "ServiceAccount": "sa", "StatefulSet": "sts",
}

// shortKind writes the kind of an object the way kubectl abbreviates it.
func shortKind(object string) string {
	kind, name, ok := strings.Cut(object, "/")
	if short := shortKinds[kind]; ok && short != "" {
		return short + "/" + name
	}
	return object
}

// sayings are what the row says first and what it says second, which is the first to
// be cut. Below the name of a rule it is the object and what the fix does to it;
// elsewhere what is wrong comes before the object.
func (r *row) sayings(t *theme.Theme, s *listScreen) (first, second string) {
	answer := "" // what has no fix has none
	if len(r.now.Fixes) > 0 {
		answer = text.VisibleLine(r.now.Fixes[0].Title)
	}
	switch {
	case r.places != nil:
		mark := t.Marks.Collapsed
		if s.unfolded[r.key] {
			mark = t.Marks.Expanded
		}
		first = fmt.Sprintf("%s %d places", mark, len(r.places))
		if s.groupBy != byRule {
			return r.title + " " + t.Marks.Dot + " " + first, answer
		}
		return first, answer
	case s.groupBy == byRule && r.object == "":
		return r.place(fileWidths[0], t.Marks.Ellipsis), answer
	case s.groupBy == byRule:
		return r.object, answer
	}
	return r.title, r.objectIn(s.groupBy)
}

// objectIn is what a row names below the header of a group: not what the service in the
// header is called.
func (r *row) objectIn(by grouping) string {
	if by == byService && r.service != "" && r.object[strings.LastIndexByte(r.object, '/')+1:] == r.service {
		return ""
	}
	return r.object
}

// Bounds of the name of a file at the right of a row, in cells, from much room to
// nearly none.
var fileWidths = []int{32, 24, 18, 14}

// place is where a finding is, in about so many cells: the file and the line. Where
// several files have the same base name the directory is kept, which distinguishes them.
// No cells leave the line alone.
func (r *row) place(most int, mark string) string {
	line := fmt.Sprintf(":%d", r.outcome.Finding.Line)
	if most == 0 {
		return line
	}
	return shortFile(text.VisibleLine(r.now.File), most-widget.Width(line), r.alike, mark) + line
}

// shortFile writes a path into a width. Of one that does not fit the end is kept; where
// other files end alike, the end of the directory, with the sign for the base name.
func shortFile(file string, width int, alike bool, mark string) string {
	if dir := path.Dir(file); alike && dir != "." && widget.Width(file) > width {
		file = dir + "/" + mark
	}
	return widget.CutLeft(file, width, mark)
}

// columns are what stands at the right, in the ways to write it, the fullest first. The
// place goes before the level, which the detail names, too.
func (r *row) columns(d *model, s *listScreen, pending bool) [][]string {
	t := &d.theme
	f := r.now
	level := t.Level(int(f.Level())).Paint(widget.Pad(f.Level().String(), rowLevel))
	switch {
	case pending:
		level = t.Dim.Paint(widget.Pad("wait"+t.Marks.Ellipsis, rowLevel))
	case r.places == nil && r.outcome.Result == engine.Closed:
		level = t.Dim.Paint("closed by " + keyWords(r.outcome.By))
	}
	if r.places != nil {
		n := 0
		for _, p := range r.places {
			n += boolInt(p.outcome.Result == engine.Fixed)
		}
		if n == 0 || n == len(r.places) {
			return [][]string{{level}}
		}
		return [][]string{{t.Dim.Paint(fmt.Sprintf("%d accepted", n)), level}, {level}}
	}
	if s.groupBy == byRule && r.object == "" { // the row begins with the place
		return [][]string{{level}}
	}
	var places []string
	if s.groupBy != byFile { // the header names it
		for _, most := range fileWidths {
			places = append(places, t.Dim.Paint(r.place(most, t.Marks.Ellipsis)))
		}
	}
	var out [][]string
	if len(places) == 0 {
		places = []string{t.Dim.Paint(r.place(0, ""))}
	}
	for _, place := range places {
		out = append(out, []string{place, level})
	}
	for _, place := range places {
		out = append(out, []string{place})
	}
	if s.groupBy != byFile && r.objectIn(s.groupBy) != "" { // the object tells more than the rest of the path
		out = append(out, []string{t.Dim.Paint(r.place(0, ""))})
	}
	if n := len(f.Fixes); n > 1 {
		out = append([][]string{append([]string{t.Dim.Paint(fmt.Sprintf("%d of %d", d.chosen(f)+1, n))}, out[0]...)}, out...)
	}
	return out
}

// columnGap is between what a row says and its columns, and between these.
const columnGap = 2

// fitRow puts what a row says at the left and the columns at the right of width cells.
// Where there is no room, columns are written shorter and left out down to the last
// way to write them, then second is cut, then first; a sign stands for what is missing.
// Of second at least the given number of cells is worth more than a fuller column.
func fitRow(t *theme.Theme, first, second string, least int, cut func(string, int, string) string, columns [][]string, width int) string {
	between := " " + t.Marks.Dot + " "
	need := widget.Width(first)
	if second != "" {
		need += widget.Width(between) + min(least, widget.Width(second))
	}
	right := ""
	for _, c := range columns {
		right = strings.Join(c, strings.Repeat(" ", columnGap))
		if len(c) == 1 && len(columns[0]) > 1 { // the level is in the detail
			right += " " + t.Dim.Paint(t.Marks.Ellipsis)
		} else if len(c) < len(columns[0]) {
			right = t.Dim.Paint(t.Marks.Ellipsis) + " " + right
		}
		if need+columnGap+widget.Width(right) <= width {
			break
		}
	}
	return widget.Spread(fitSayings(t, first, second, least, cut, width-widget.Width(right)-columnGap), right, width, t.Marks.Ellipsis)
}

// fitSayings writes first and second into width cells. Second keeps at least some cells,
// as far as it wants them: enough to be told from others.
func fitSayings(t *theme.Theme, first, second string, least int, cut func(string, int, string) string, width int) string {
	if second == "" {
		return widget.Cut(first, width, t.Marks.Ellipsis)
	}
	between := " " + t.Marks.Dot + " "
	room := width - widget.Width(between)
	if widget.Width(first)+widget.Width(second) > room {
		least = min(least, max(leastName, room/3))
		first = widget.Cut(first, max(room-widget.Width(second), room-least), t.Marks.Ellipsis)
		second = cut(second, max(0, room-widget.Width(first)), t.Marks.Ellipsis)
	}
	if second == "" {
		return first + t.Dim.Paint(" "+t.Marks.Ellipsis)
	}
	return first + t.Dim.Paint(between) + second
}

// chosen is the index of the alternative that was accepted, 0 without one.
func (d *model) chosen(f *fixer.Finding) int {
	if v, ok := d.decision(f.Key()); ok && v.Verdict == engine.Accept {
		for i := range f.Fixes {
			if f.Fixes[i].ID == v.Fix {
				return i
			}
		}
	}
	return 0
}

// wants is the width at which nearly all rows are seen whole.
func (s *listScreen) wants(rows []*row) int {
	const most = 300
	var widths [most + 1]int
	n := 0
	for _, r := range rows {
		if r.outcome == nil {
			continue
		}
		w := r.width
		if len(r.now.Fixes) > 0 && s.groupBy == byRule {
			w = widget.Width(r.object) + widget.Width(r.now.Fixes[0].Title)
			if r.object == "" {
				w += fileWidths[1]
			}
		}
		widths[min(w, most)]++
		n++
	}
	columns := rowLevel + 2 + 5 // the level, and the line
	if s.groupBy != byFile {
		columns += fileWidths[2]
	}
	seen, w := 0, 0
	for ; w < most && seen < n*49/50; w++ {
		seen += widths[w]
	}
	return rowLead + w + 3 + columns + 3
}
