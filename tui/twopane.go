package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/tui/widget"
)

// twoPane is a list and the points of what its cursor is on: beside it, below it, or
// instead of it, as the layout has room.
type twoPane struct {
	list    widget.List
	points  pointPane
	focus   bool // the points have the keys
	natural int  // the width at which the rows of the list are seen whole
}

func (s *twoPane) detailFocused() bool { return s.focus }
func (s *twoPane) listWidth() int      { return s.natural }

// draw draws both into the body of a page. head names the pane of points.
func (s *twoPane) draw(d *model, l layout, p *page, head string) {
	t := &d.theme
	s.list.SetTheme(*t)
	p.heavy = !s.focus
	var left, right []string
	if l.listHeight > 0 {
		width, fill := l.listWidth, t.Rule.Paint(t.Marks.Vertical)
		if !l.beside {
			width, fill = width-1, " "
		}
		left = widget.Beside(s.list.View(width, l.listHeight), widget.ScrollBar(t, s.list.Window(), fill))
	}
	if l.detailHeight > 0 {
		right = s.points.view(d, l.detailWidth, l.detailHeight, s.focus)
		if n := s.points.below(); n > 0 {
			p.foot = count(n, "line") + " below"
		}
	}
	switch {
	case l.beside:
		p.body = columns(left, right)
	case l.listHeight > 0 && l.detailHeight > 0:
		p.body = append(append(left, widget.Rule(t, head, "", l.width, s.focus)), right...)
	case l.listHeight > 0:
		p.body = left
	default:
		p.rule, p.note, p.heavy = head, "", true
		p.body = right
	}
}

// move moves in the pane that has the keys. It reports whether the action is a movement.
func (s *twoPane) move(a action) bool {
	switch a {
	case actDown, actUp, actTop, actBottom, actHalfDown, actHalfUp, actPageDown, actPageUp:
	default:
		return false
	}
	if s.focus {
		s.points.move(a)
	} else {
		moveList(&s.list, a)
	}
	return true
}

// press does what a key means on every screen of two panes, besides moving.
func (s *twoPane) press(d *model, a action) tea.Cmd {
	switch a {
	case actOpen:
		return s.open(d)
	case actNextPart:
		s.focus = !s.focus
	case actFold, actUnfold:
		if !s.focus {
			s.list.SetOpen(a == actUnfold)
		}
	case actPlan:
		return d.push(newPlan())
	case actBack:
		return s.back(d)
	}
	return nil
}

// open goes from the list to the points, and from a point to its finding.
func (s *twoPane) open(d *model) tea.Cmd {
	if !s.focus {
		if s.list.OnHeader() {
			s.list.Toggle()
			return nil
		}
		s.focus = true
		s.points.reset()
		return nil
	}
	at := s.points.current()
	if at == nil {
		return d.say("No finding of oakum is about this")
	}
	return d.toFinding(at)
}

// toFinding opens the finding of a point. The list behind it shows all findings, in the
// order of which the review goes on.
func (d *model) toFinding(at *point) tea.Cmd {
	if d.current == nil || d.current.outcome(at.key) == nil {
		return d.say("This finding is gone")
	}
	d.list.show(d, filter{}, d.list.groupBy)
	d.list.reveal(at.key)
	return d.push(newReview(at.key))
}

// back goes from the points to the list, and from there to the screen before.
func (s *twoPane) back(d *model) tea.Cmd {
	if s.focus {
		s.focus = false
		return nil
	}
	return d.pop()
}

func (s *twoPane) click(d *model, l layout, x, y int) tea.Cmd {
	s.focus = l.beside && x >= l.listWidth || !l.beside && y > l.listHeight || l.listHeight == 0
	if !s.focus {
		s.list.Click(y)
	}
	return d.refresh()
}

func (s *twoPane) wheel(d *model, l layout, x, y, by int) tea.Cmd {
	if l.listHeight == 0 || l.beside && x >= l.listWidth || !l.beside && y > l.listHeight {
		s.points.scrollBy(by)
		return nil
	}
	s.list.Scroll(by)
	return d.refresh()
}

// groupHeader draws the line above a group of the list, with how many rows it has.
func (d *model) groupHeader(name string, _, n int, open bool, width int, cursor bool) string {
	t := &d.theme
	return widget.Spread(d.groupMarks(open, cursor)+" "+t.Title.Paint(name), t.Dim.Paint(fmt.Sprint(n))+" ", width, t.Marks.Ellipsis)
}

// groupMarks are what the line above a group begins with: whether the cursor is on it, and
// whether its rows are shown.
func (d *model) groupMarks(open, cursor bool) string {
	m := &d.theme.Marks
	lead, mark := "  ", m.Collapsed
	if cursor {
		lead = m.Cursor + " "
	}
	if open {
		mark = m.Expanded
	}
	return lead + mark
}
