package tui

import (
	"fmt"
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
	if r.places != nil || s.groupBy == byRule {
		cut, least = widget.Cut, leastAnswer
	}
	const edge = 1 // between the row and the line beside it
	width -= widget.Width(left) + edge
	columns := r.columns(d, s, pending)
	full := widget.Width(strings.Join(columns[0], strings.Repeat(" ", columnGap)))
	if widget.Width(first)+widget.Width(second)+3+columnGap+full > width { // before anything is cut
		if first == r.object {
			first = shortKind(first)
		} else if second == r.object {
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
	case s.groupBy == byRule:
		return r.object, answer
	}
	return r.title, r.object
}

// Bounds of the name of a file at the right of a row, in cells: where there is room, where
// there is little, and where there is nearly none.
const (
	mostFile  = 32
	fewFile   = 18
	leastFile = 14
)

// columns are what stands at the right, in the ways to write it, the fullest first.
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
	where := func(most int) string {
		line := fmt.Sprintf(":%d", r.outcome.Finding.Line)
		if s.groupBy == byFile { // the header names it
			return t.Dim.Paint(line)
		}
		return t.Dim.Paint(widget.CutLeft(text.VisibleLine(f.File), most-widget.Width(line), t.Marks.Ellipsis) + line)
	}
	out := [][]string{{where(mostFile), level}, {where(fewFile), level}, {where(leastFile), level}, {where(fewFile)}, {where(leastFile)}, {level}}
	if s.groupBy == byFile {
		out = [][]string{{where(0), level}, {level}}
	}
	if n := len(f.Fixes); n > 1 {
		out = append([][]string{append([]string{t.Dim.Paint(fmt.Sprintf("%d of %d", d.chosen(f)+1, n))}, out[0]...)}, out...)
	}
	return out
}

// columnGap is between what a row says and its columns, and between these.
const columnGap = 2

// fitRow puts what a row says at the left and the columns at the right of width cells.
// Where there is no room, columns are written shorter and then left out, then second is
// cut, then first; a sign stands for what is missing. Of second at least the given
// number of cells is worth more than a column.
func fitRow(t *theme.Theme, first, second string, least int, cut func(string, int, string) string, columns [][]string, width int) string {
	between := " " + t.Marks.Dot + " "
	need := widget.Width(first)
	if second != "" {
		need += widget.Width(between) + min(least, widget.Width(second))
	}
	full := 0
	if len(columns) > 0 {
		full = len(columns[0])
	}
	right := ""
	if full > 0 {
		right = t.Dim.Paint(t.Marks.Ellipsis)
	}
	for _, c := range columns {
		words := strings.Join(c, strings.Repeat(" ", columnGap))
		if len(c) < full {
			words = t.Dim.Paint(t.Marks.Ellipsis) + " " + words
		}
		if need+columnGap+widget.Width(words) <= width {
			right = words
			break
		}
	}
	return widget.Spread(fitSayings(t, first, second, cut, width-widget.Width(right)-columnGap), right, width, t.Marks.Ellipsis)
}

// fitSayings writes first and second into width cells. Second keeps enough to be told
// from others.
func fitSayings(t *theme.Theme, first, second string, cut func(string, int, string) string, width int) string {
	if second == "" {
		return widget.Cut(first, width, t.Marks.Ellipsis)
	}
	between := " " + t.Marks.Dot + " "
	room := width - widget.Width(between)
	if widget.Width(first)+widget.Width(second) > room {
		least := min(widget.Width(second), max(leastName, room/3))
		first = widget.Cut(first, max(room-widget.Width(second), room-least), t.Marks.Ellipsis)
		second = cut(second, max(0, room-widget.Width(first)), t.Marks.Ellipsis)
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
		}
		widths[min(w, most)]++
		n++
	}
	columns := rowLevel + 2 + 5 // the level, and the line
	if s.groupBy != byFile {
		columns += fewFile
	}
	seen, w := 0, 0
	for ; w < most && seen < n*49/50; w++ {
		seen += widths[w]
	}
	return rowLead + w + 3 + columns + 3
}
