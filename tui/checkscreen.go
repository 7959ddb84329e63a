package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/checklist"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/tui/widget"
)

// checklistScreen shows the questions of a checklist with their answers, as the files are
// and with the accepted fixes. Beside them are the findings that say that an item does
// not hold.
type checklistScreen struct {
	twoPane
	study    study[checkedList]
	openOnly bool         // what holds, and what is about no file, is left out
	shown    *checkedList // what the rows are of
	at       int          // the item that the points are about, -1 for none
}

func newChecklist() *checklistScreen { return &checklistScreen{at: -1} }

func (s *checklistScreen) place() place { return onChecklist }

// refresh asks for the answers of the present decisions, and takes over what has come.
func (s *checklistScreen) refresh(d *model) tea.Cmd {
	root, rules := d.opts.Root, d.opts.Rules
	cmd := s.study.ask(d, 0, func(plan *engine.Plan, facts *fixer.Facts) (*checkedList, error) {
		return newCheckedList(root, plan, report.Filter{Known: rules, Allowed: facts.AllowedRegistries != nil}), nil
	})
	if m := s.study.have; m != nil && s.shown != m {
		first := s.shown == nil
		s.shown = m
		s.arrange(d)
		if first {
			s.list.Down() // from the first header to the first item
		}
		s.at = -1
	}
	s.point(d)
	return cmd
}

// arrange makes the rows.
func (s *checklistScreen) arrange(d *model) {
	m := s.shown
	var rows []int
	s.natural = 0
	for i := range m.items {
		if it := &m.items[i]; !s.openOnly || it.State == checklist.Fails || it.State == checklist.Unseen {
			rows = append(rows, i)
			s.natural = max(s.natural, itemLead+widget.Width(it.Text)+2)
		}
	}
	s.list.Empty = "  Everything that can be seen holds; f shows all questions"
	s.list.SetRows(widget.Rows{
		Count:  len(rows),
		Key:    func(i int) string { return m.items[rows[i]].Text },
		Group:  func(i int) string { return m.items[rows[i]].Section },
		Draw:   func(i, width int, cursor bool) string { return m.items[rows[i]].draw(d, width, cursor) },
		Header: d.groupHeader,
	})
}

// point makes the points of the item with the cursor.
func (s *checklistScreen) point(d *model) {
	if s.shown == nil {
		return
	}
	now := s.shown.find(s.list.Key())
	if now == s.at {
		return
	}
	s.at = now
	if now < 0 {
		s.points.set(nil)
		return
	}
	s.points.set(s.shown.items[now].points)
	s.points.reset()
}

func (s *checklistScreen) press(d *model, a action) tea.Cmd {
	if s.move(a) {
		s.point(d)
		return nil
	}
	switch a {
	case actLevel:
		if s.shown == nil {
			return nil
		}
		s.openOnly = !s.openOnly
		s.arrange(d)
		s.point(d)
		if s.openOnly {
			return d.say("Showing what does not hold or cannot be seen")
		}
		return d.say("Showing all questions")
	case actCopy:
		if s.shown == nil {
			return d.say("The checklist is still being worked out")
		}
		return d.copy(s.shown.markdown, "checklist as Markdown")
	}
	cmd := s.twoPane.press(d, a)
	s.point(d)
	return cmd
}

func (s *checklistScreen) draw(d *model, l layout) page {
	t := &d.theme
	p := page{title: "checklist " + t.Marks.Dot + " " + d.title(), rule: "questions", heavy: true, labels: map[action]string{}}
	if s.shown == nil {
		p.body = []string{" " + t.Dim.Paint("working out the answers"+t.Marks.Ellipsis)}
		p.idle = []action{actOpen, actNextPart, actCopy, actLevel}
		return p
	}
	p.rule = s.shown.tally
	if s.study.working(d, 0) {
		p.note = "working out" + t.Marks.Ellipsis
	} else if s.shown.closed > 0 {
		p.note = fmt.Sprintf("%d more with accepted fixes", s.shown.closed)
	}
	head := "questions"
	if s.at >= 0 {
		head = s.shown.items[s.at].Text
	}
	s.twoPane.draw(d, l, &p, head)
	if p.foot == "" {
		p.foot = "same as: oakum checklist"
	}
	if s.openOnly {
		p.labels[actLevel] = "all"
	}
	if s.focus {
		p.labels[actOpen], p.labels[actBack] = "finding", "questions"
	}
	if s.focus && s.points.current() == nil {
		p.idle = append(p.idle, actOpen)
	}
	return p
}

// checkedList is the checklist with its answers. It is made off the Update goroutine and
// never changed afterwards.
type checkedList struct {
	items    []checkedItem
	tally    string // of the answers, as the files are
	closed   int    // items that do not hold, and do with the accepted fixes
	markdown string
}

// A checkedItem is an item with its answer as the files are and with the accepted fixes.
type checkedItem struct {
	checklist.Answer
	after  checklist.State
	left   int // findings with the accepted fixes
	points []point
}

// mostPoints bounds the findings that are shown beside an item.
const mostPoints = 100

func newCheckedList(root string, plan *engine.Plan, filter report.Filter) *checkedList {
	before := report.NewScan(root, plan.Before, plan.Baseline, filter)
	after := report.NewScan(root, plan.After, plan.Final, filter).Answers()
	m := &checkedList{}
	answers := before.Answers()
	n := map[checklist.State]int{}
	for k, a := range answers {
		it := checkedItem{Answer: a, after: after[k].State, left: len(after[k].Findings)}
		n[a.State]++
		if a.State == checklist.Fails && it.after != checklist.Fails {
			m.closed++
		}
		it.points = it.say(before.Next(a))
		m.items = append(m.items, it)
	}
	m.tally = fmt.Sprintf("%d hold, %d do not, %d cannot be seen", n[checklist.Holds], n[checklist.Fails], n[checklist.Unseen])
	var b strings.Builder
	if err := before.ChecklistMarkdown(&b, report.Style{}); err == nil {
		m.markdown = b.String()
	}
	return m
}

// find returns the item with a text, -1 for none.
func (m *checkedList) find(text string) int {
	for i := range m.items {
		if m.items[i].Text == text && text != "" {
			return i
		}
	}
	return -1
}

// say makes the points of an item.
func (it *checkedItem) say(next string) []point {
	answer := report.StateWords(it.State)
	switch {
	case it.State != checklist.Fails:
	case it.after != checklist.Fails:
		answer += "; with the accepted fixes it " + report.StateWords(it.after)
	case it.left != len(it.Findings):
		answer += fmt.Sprintf("; with the accepted fixes %s left", count(it.left, "finding"))
	}
	out := []point{{label: "Question", text: it.Text}, {label: "Answer", text: answer}}
	if it.Place != "" {
		out = append(out, point{label: "Shown by", place: it.Place})
	}
	for i, f := range it.Findings {
		if i == mostPoints {
			out = append(out, point{label: "Findings", text: fmt.Sprintf("and %d more, in the list", len(it.Findings)-i)})
			break
		}
		p := point{label: "Findings", place: fmt.Sprintf("%s:%d", f.File, f.Line), text: f.Message, key: f.Key(), fix: "No automatic fix (" + f.Rule + ")"}
		if len(f.Fixes) > 0 {
			p.fix = f.Fixes[0].Title + " (" + f.Rule + ", " + f.Level().String() + ")"
		}
		out = append(out, p)
	}
	if it.State == checklist.Fails {
		return append(out, point{label: "Command", text: next})
	}
	if next != "" {
		out = append(out, point{label: "What to do", text: next})
	}
	return out
}

// Cells of a row of the checklist before its text, and from which width on the words for
// the state are those of the report.
const (
	itemLead       = 3 + report.StateWidth + 2
	leastItemWords = 72
)

// briefStates are words for states where there is little room.
var briefStates = map[checklist.State]string{checklist.Holds: "holds", checklist.Fails: "fails", checklist.Unseen: "not seen", checklist.Absent: "no files"}

// briefStateWidth is the widest of them and of "will hold".
const briefStateWidth = len("will hold")

func (it *checkedItem) draw(d *model, width int, cursor bool) string {
	t := &d.theme
	lead := "   "
	if cursor {
		lead = " " + t.Marks.Cursor + " "
	}
	word, room, style := report.StateWords(it.State), report.StateWidth, t.Dim
	if width < leastItemWords {
		word, room = briefStates[it.State], briefStateWidth
	}
	switch {
	case it.State == checklist.Fails && it.after == checklist.Holds:
		word, style = "will hold", t.Good
	case it.State == checklist.Fails:
		style = t.Error
	case it.State == checklist.Holds:
		style = t.Good
	case it.State == checklist.Unseen:
		style = t.Warn
	}
	lead += style.Paint(widget.Pad(word, room)) + "  "
	return lead + widget.Cut(it.Text, width-widget.Width(lead), t.Marks.Ellipsis)
}
