package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/review"
	"github.com/oakum-sec/oakum/tui/widget"
)

// listScreen shows every finding, and everything else that must not stay
// silent: files not looked into, comments that suppress nothing, rules that
// failed.
type listScreen struct {
	list     widget.List
	rows     []*row
	filter   filter
	groupBy  grouping
	unfolded map[string]bool // questions whose findings are listed, by key

	groups map[string]*groupSum
	shown  groupSum // all that the filter lets through
	order  []string // the names of the groups, as they are shown
	labels headings

	queue []fixer.Key       // what is gone through, in the order of the rows
	where map[fixer.Key]int // the finding's number in the plan
	spots []int             // by that number, the place in the queue, from 1; those of one question have one
	ends  []int             // by the place in the queue, how many findings there are up to it
	asks  []*row            // by that number, the folded question that the finding is part of
	found int               // findings in the queue, with all of each question

	held fixer.Key // the finding the cursor was on before it went to a question

	natural int // the width at which nearly all rows are seen whole
	nudge   int // by how many steps a person made the list wider

	detail *detail
	focus  bool // the detail has the keys
}

// A groupSum is what the findings of a group come to.
type groupSum struct {
	review.Tally
	safe   int // of them, that wait and whose first fix is safe
	fixes  int // that wait and have a fix
	byRule map[string]int
}

func newListScreen() *listScreen {
	return &listScreen{detail: newDetail(), unfolded: map[string]bool{}}
}

func (s *listScreen) place() place        { return onList }
func (s *listScreen) detailFocused() bool { return s.focus }

// update takes a new plan over. The cursor stays on its finding.
func (s *listScreen) update(d *model) {
	rows := s.groupBy.sort(s.filter.apply(d.current.rows))
	s.sum(rows)
	s.natural = s.wants(rows)
	if s.groupBy.folds() {
		rows = s.foldQuestions(rows)
	}
	s.rows = rows
	s.enqueue(d.current)
	s.labels = headings{}
	s.list.Empty = "  nothing matches the filter; esc clears it"
	_, _, had := s.list.Cursor()
	s.list.SetRows(widget.Rows{
		Count: len(s.rows),
		Key:   func(i int) string { return s.rows[i].key },
		Group: func(i int) string { return s.groupBy.name(s.rows[i]) },
		Draw: func(i, width int, cursor bool) string {
			return drawRow(d, s.rows[i], width, cursor)
		},
		Header: func(group string, first, n int, open bool, width int, cursor bool) string {
			return s.header(d, group, open, width, cursor)
		},
	})
	if !had && len(s.queue) > 0 {
		s.list.Down() // from the first header to the first finding
	}
}

// sum counts the findings of each group, and all of them.
func (s *listScreen) sum(rows []*row) {
	s.groups, s.order = map[string]*groupSum{}, nil
	s.shown = groupSum{byRule: map[string]int{}}
	for _, r := range rows {
		if r.outcome == nil {
			continue
		}
		name := s.groupBy.name(r)
		g := s.groups[name]
		if g == nil {
			g = &groupSum{}
			s.groups[name] = g
			s.order = append(s.order, name)
		}
		g.add(r)
		s.shown.add(r)
		if r.waits() && len(r.now.Fixes) > 0 {
			s.shown.byRule[r.now.Rule]++
		}
	}
}

func (g *groupSum) add(r *row) {
	g.Add(r.outcome)
	if !r.waits() || len(r.now.Fixes) == 0 || r.now.Level() == fixer.Manual {
		return
	}
	g.fixes++
	if r.now.Level() == fixer.Safe {
		g.safe++
	}
}

// waits reports whether nothing is decided about the finding.
func (r *row) waits() bool {
	return r.outcome.Result == engine.Open || r.outcome.Result == engine.ManualWork
}

// enqueue makes the queue of what the rows show: the walk goes in the order of the
// list. A question is gone through once.
func (s *listScreen) enqueue(now *planIndex) {
	all := len(now.plan.Outcomes)
	s.where, s.found = now.index, 0
	s.queue, s.spots, s.asks = make([]fixer.Key, 0, len(s.rows)), make([]int, all), make([]*row, all)
	s.ends = append(make([]int, 0, len(s.rows)+1), 0)
	for _, r := range s.rows {
		if r.outcome == nil || r.outcome.Result == engine.AlreadySuppressed || r.places != nil && s.unfolded[r.key] {
			continue
		}
		s.queue = append(s.queue, r.outcome.Finding.Key())
		if r.places == nil {
			s.spots[r.number] = len(s.queue)
			s.found++
		}
		for _, p := range r.places {
			s.spots[p.number], s.asks[p.number] = len(s.queue), r
			s.found++
		}
		s.ends = append(s.ends, s.found)
	}
}

// spot returns the place of a finding in the queue, from 1; it is 0 when the list does
// not show it.
func (s *listScreen) spot(k fixer.Key) int {
	if i, ok := s.where[k]; ok && i < len(s.spots) {
		return s.spots[i]
	}
	return 0
}

// question returns the folded question that a finding is part of, nil for none.
func (s *listScreen) question(k fixer.Key) *row {
	if i, ok := s.where[k]; ok && i < len(s.asks) {
		return s.asks[i]
	}
	return nil
}

// show chooses what the list shows and how it is grouped, from its first finding on:
// for those who open the list from elsewhere.
func (s *listScreen) show(d *model, f filter, g grouping) {
	s.filter, s.groupBy, s.focus = f, g, false
	s.rearrange(d)
	s.list.Top()
	if len(s.queue) > 0 {
		s.list.Down()
	}
}

// rearrange shows other rows, or the same in other groups. The row with the
// cursor stays seen: a group that was closed before opens for it.
func (s *listScreen) rearrange(d *model) {
	r := s.current()
	if r == nil {
		s.update(d)
		return
	}
	if r.outcome != nil && !r.asks(s.held) {
		s.held = r.outcome.Finding.Key()
	}
	s.update(d)
	if r.outcome == nil || r.places != nil && s.list.Select(r.key) {
		s.list.Select(r.key)
		return
	}
	s.reveal(s.held)
}

// asks reports whether a finding is among those of a question.
func (r *row) asks(k fixer.Key) bool {
	for _, p := range r.places {
		if p.outcome.Finding.Key() == k {
			return true
		}
	}
	return false
}

// reveal puts the cursor onto a finding, or onto the question that stands for it.
func (s *listScreen) reveal(k fixer.Key) {
	if s.list.Select(k.String()) {
		return
	}
	if r := s.question(k); r != nil {
		s.list.Select(r.key)
	}
}

// current returns the row with the cursor; nil on a header and when empty.
func (s *listScreen) current() *row {
	i, _, ok := s.list.Cursor()
	if !ok || i < 0 || i >= len(s.rows) {
		return nil
	}
	return s.rows[i]
}

// finding returns the finding with the cursor, or nil. Of a question it is the first
// that waits for a decision.
func (s *listScreen) finding() *engine.Outcome {
	if r := s.current(); r != nil {
		return r.outcome
	}
	return nil
}

// group returns the name of the group whose header the cursor is on.
func (s *listScreen) group() (string, bool) {
	_, name, ok := s.list.Cursor()
	return name, ok && s.list.OnHeader()
}

func (s *listScreen) refresh(d *model) tea.Cmd {
	o := s.finding()
	if o == nil || d.current == nil {
		s.detail.clear()
		return nil
	}
	l := d.layout()
	return s.detail.point(d, o.Finding.Key(), l.detailHeight > 0)
}

// moveList moves the cursor of a list.
func moveList(l *widget.List, a action) {
	switch a {
	case actDown:
		l.Down()
	case actUp:
		l.Up()
	case actTop:
		l.Top()
	case actBottom:
		l.Bottom()
	case actHalfDown:
		l.HalfDown()
	case actHalfUp:
		l.HalfUp()
	case actPageDown:
		l.PageDown()
	case actPageUp:
		l.PageUp()
	}
}
