package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/widget"
)

// homeScreen is the first page: what was read, where the repository stands and
// could stand, the worst findings, the services, and a door to each kind of work.
// What can be opened is one list, from the top of the page to its end.
type homeScreen struct {
	outlook outlook
	asked   bool // the outlook of the present decisions is being worked out
	wanted  int  // the decisions whose outlook a person asked for, however long it takes

	made   *planIndex // what the items are of
	items  []homeItem
	cursor int
	spots  []spot // of the items in the last frame
	scroller
}

// A homeItem is a line that the cursor can be on.
type homeItem struct {
	heading string // of the block it belongs to
	key     string // what opens it at once, "" for enter only
	draw    func(d *model, width int) string
	open    func(d *model) tea.Cmd
}

// A spot is where an item was drawn: cells from left to right in a line of the page.
type spot struct{ line, left, right int }

func newHomeScreen() *homeScreen { return &homeScreen{wanted: -1} }

func (s *homeScreen) place() place { return onHome }

// refresh makes the items of a new plan, and asks for the outlook of new decisions.
func (s *homeScreen) refresh(d *model) tea.Cmd {
	if d.current == nil {
		return nil
	}
	if s.made != d.current {
		s.made = d.current
		s.items = append(append(doors(d), risks(d)...), services(d)...)
		s.cursor = max(0, min(s.cursor, len(s.items)-1))
	}
	if !d.fresh() || s.asked && s.outlook.gen == d.generation {
		return nil
	}
	s.asked, s.outlook = true, outlook{gen: d.generation, now: s.outlook.now}
	return d.lookAhead()
}

func (s *homeScreen) press(d *model, a action) tea.Cmd {
	switch a {
	case actDown:
		s.step(1)
	case actUp:
		s.step(-1)
	case actTop:
		s.step(-len(s.items))
	case actBottom:
		s.step(len(s.items))
	case actHalfDown:
		s.step(4)
	case actHalfUp:
		s.step(-4)
	case actPageDown:
		s.step(8)
	case actPageUp:
		s.step(-8)
	case actOpen:
		return s.open(d, s.cursor)
	case actDoorSafe, actDoorReview, actDoorManual:
		return s.open(d, int(a-actDoorSafe))
	case actAcceptSafe:
		return d.acceptSafe()
	case actList:
		return d.toList(filter{})
	case actPlan:
		return d.push(newPlan())
	case actMap:
		return d.push(newMap())
	case actChecklist:
		return d.push(newChecklist())
	case actRescan:
		return d.rescan("")
	case actOutlook:
		if !s.outlook.held || !d.fresh() {
			return d.say("The score with all fixes is worked out already, or it is about to be")
		}
		s.wanted, s.asked = d.generation, false
		return s.refresh(d)
	}
	return nil
}

// step moves the cursor, and the page with it.
func (s *homeScreen) step(by int) {
	s.cursor = max(0, min(s.cursor+by, len(s.items)-1))
	switch {
	case s.cursor >= len(s.spots):
	case s.cursor == 0: // with what stands above the first item
		s.top = 0
	default:
		s.show(s.spots[s.cursor].line)
	}
}

func (s *homeScreen) open(d *model, i int) tea.Cmd {
	if i < 0 || i >= len(s.items) || d.current == nil {
		return nil
	}
	s.cursor = i
	return s.items[i].open(d)
}

// columnsWidth is the width from which the page has two columns, in cells.
const columnsWidth = 140

func (s *homeScreen) draw(d *model, l layout) page {
	t := &d.theme
	p := page{title: "oakum " + t.Marks.Dot + " " + d.title(), rule: "overview", heavy: true}
	if d.current == nil {
		return p
	}
	s.spots = s.spots[:0]
	first, rest := s.firstOfRest(), len(s.items)
	if l.width < columnsWidth {
		lines := s.standings(d, l.width)
		p.body = s.window(s.list(d, lines, 0, rest, 0, l.width), l.body)
	} else {
		width := l.width/2 - 1
		left := s.list(d, s.standings(d, width), 0, first, 0, width)
		right := s.list(d, nil, first, rest, width+2, l.width-width-2)
		lines := make([]string, max(len(left), len(right)))
		for i := range lines {
			var a, b string
			if i < len(left) {
				a = left[i]
			}
			if i < len(right) {
				b = right[i]
			}
			lines[i] = widget.Fit(a, width, t.Marks.Ellipsis) + "  " + b
		}
		p.body = s.window(lines, l.body)
	}
	p.idle = s.idle(d)
	if n := s.below(); n > 0 {
		p.foot = count(n, "line") + " below"
	}
	return p
}

// idle are the keys of the page that would do nothing.
func (s *homeScreen) idle(d *model) []action {
	var out []action
	left := d.current.waiting
	for i, level := range []fixer.Level{fixer.Safe, fixer.Review, fixer.Manual} {
		if left[level] == 0 && !(level == fixer.Safe && d.current.count[engine.Fixed] > 0) {
			out = append(out, actDoorSafe+action(i))
		}
	}
	if len(s.items) == 0 {
		out = append(out, actOpen)
	}
	if !s.outlook.held {
		out = append(out, actOutlook)
	}
	return out
}

// firstOfRest is the first item that is not a door.
func (s *homeScreen) firstOfRest() int {
	for i := range s.items {
		if s.items[i].key == "" {
			return i
		}
	}
	return len(s.items)
}

// list adds the items from one to before another to the lines of a column that
// begins at a cell of the page.
func (s *homeScreen) list(d *model, lines []string, from, to, left, width int) []string {
	t := &d.theme
	heading := ""
	for i := from; i < to; i++ {
		item := &s.items[i]
		if item.heading != heading {
			if heading = item.heading; len(lines) > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, " "+t.Title.Paint(heading))
		}
		lead := "   "
		if i == s.cursor {
			lead = " " + t.Focus.Paint(t.Marks.Cursor) + " "
		}
		if item.key != "" {
			lead += t.Key.Paint(item.key) + "  "
		}
		s.spots = append(s.spots, spot{len(lines), left, left + width})
		lines = append(lines, lead+item.draw(d, width-widget.Width(lead)))
	}
	return lines
}

func (s *homeScreen) click(d *model, l layout, x, y int) tea.Cmd {
	for i, at := range s.spots {
		if at.line == y+s.top && x >= at.left && x < at.right {
			return s.open(d, i)
		}
	}
	return nil
}

func (s *homeScreen) wheel(d *model, l layout, x, y, by int) tea.Cmd {
	s.scrollBy(by)
	return nil
}

// toList opens the list with a filter, as it stands over the first page.
func (d *model) toList(f filter) tea.Cmd {
	d.screens, d.overlays = []screen{d.front, d.list}, nil
	d.list.show(d, f, d.list.groupBy)
	return d.refresh()
}
