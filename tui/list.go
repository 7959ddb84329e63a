package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// listScreen shows every finding, and everything else that must not stay
// silent: files not looked into, comments that suppress nothing, rules that
// failed.
type listScreen struct {
	list    widget.List
	rows    []row
	filter  filter
	groupBy grouping
	groups  map[string]int // findings done, by group

	queue []fixer.Key // findings shown, in the order they are walked
	spot  map[fixer.Key]int

	detail *detail
	focus  bool // the detail has the keys
}

func newListScreen() *listScreen {
	return &listScreen{detail: newDetail(), groups: map[string]int{}}
}

func (s *listScreen) place() place        { return onList }
func (s *listScreen) detailFocused() bool { return s.focus }

// update takes a new plan over. The cursor stays on its finding.
func (s *listScreen) update(d *model) {
	s.rows = s.filter.apply(d.current.rows)
	s.groupBy.sort(s.rows)
	s.queue, s.spot = queueOf(s.rows, len(d.current.plan.Outcomes))
	clear(s.groups)
	for i := range s.rows {
		if r := &s.rows[i]; r.outcome != nil && r.done() {
			s.groups[s.groupBy.name(r)]++
		}
	}
	s.list.Empty = "  nothing matches the filter; esc clears it"
	_, _, had := s.list.Cursor()
	s.list.SetRows(widget.Rows{
		Count: len(s.rows),
		Key:   func(i int) string { return s.rows[i].key },
		Group: func(i int) string { return s.groupBy.name(&s.rows[i]) },
		Draw: func(i, width int, cursor bool) string {
			return drawRow(d, &s.rows[i], width, cursor)
		},
		Header: func(group string, first, n int, open bool, width int, cursor bool) string {
			return s.header(d, group, n, open, width, cursor)
		},
	})
	if !had && len(s.queue) > 0 {
		s.list.Down() // from the first header to the first finding
	}
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
	key := s.list.Key()
	s.update(d)
	if key != "" {
		s.list.Select(key)
	}
}

func (s *listScreen) header(d *model, group string, n int, open bool, width int, cursor bool) string {
	t := &d.theme
	mark := t.Marks.Collapsed
	if open {
		mark = t.Marks.Expanded
	}
	lead := "  "
	if cursor {
		lead = t.Marks.Cursor + " "
	}
	right := fmt.Sprintf("%d of %d ", s.groups[group], n)
	if width >= stackedWidth {
		right = fmt.Sprintf("%s  %d done ", count(n, "finding"), s.groups[group])
	}
	return widget.Spread(lead+mark+" "+t.Emph.Paint(text.VisibleLine(group)), t.Dim.Paint(right), width, t.Marks.Ellipsis)
}

// current returns the row with the cursor; nil on a header and when empty.
func (s *listScreen) current() *row {
	i, _, ok := s.list.Cursor()
	if !ok || i < 0 || i >= len(s.rows) {
		return nil
	}
	return &s.rows[i]
}

// finding returns the finding with the cursor, or nil.
func (s *listScreen) finding() *engine.Outcome {
	if r := s.current(); r != nil {
		return r.outcome
	}
	return nil
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

func (s *listScreen) press(d *model, a action) tea.Cmd {
	o := s.finding()
	switch a {
	case actDown, actUp, actTop, actBottom, actHalfDown, actHalfUp, actPageDown, actPageUp:
		if s.focus {
			s.detail.move(a)
			return nil
		}
		moveList(&s.list, a)
		return s.refresh(d)
	case actNext:
		s.list.NextGroup()
		return s.refresh(d)
	case actPrev:
		s.list.PrevGroup()
		return s.refresh(d)
	case actFold:
		s.list.SetOpen(false)
		return s.refresh(d)
	case actUnfold:
		s.list.SetOpen(true)
		return nil
	case actNextPart:
		s.focus = !s.focus
		return s.refresh(d)
	case actFilter:
		return d.openOverlay(newFilter(s))
	case actGroup:
		s.groupBy = s.groupBy.next()
		s.rearrange(d)
		return tea.Batch(s.refresh(d), d.say("grouped by %s", s.groupBy))
	case actLevel:
		s.filter.level = (s.filter.level + 1) % (fixer.Manual + 1)
		s.rearrange(d)
		return tea.Batch(s.refresh(d), d.say("showing %s", s.filter.levelWord()))
	case actAcceptSafe:
		return d.acceptSafe()
	case actPlan:
		return d.push(newPlan())
	case actBack:
		if s.focus {
			s.focus = false
			return nil
		}
		if s.filter.zero() {
			return d.pop()
		}
		s.filter = filter{}
		s.rearrange(d)
		return s.refresh(d)
	case actSplit, actMoreContext, actLessContext, actWrap, actLeft, actRight:
		return s.detail.look(d, a)
	}
	if o == nil {
		if a == actToggle || a == actOpen {
			if s.current() == nil {
				s.list.Toggle()
			} else {
				return d.say("there is nothing to decide about this: %s", s.current().text)
			}
		}
		return nil
	}
	switch a {
	case actToggle:
		return d.toggle(o)
	case actOpen:
		return d.push(newReview(o.Finding.Key()))
	}
	return d.about(a, o.Finding, s.detail)
}

func (s *listScreen) draw(d *model, l layout) page {
	t := &d.theme
	p := page{
		title: "oakum " + t.Marks.Dot + " " + d.title(),
		right: d.score(nil),
		rule:  "findings",
		note:  "group: " + s.groupBy.String() + " " + t.Marks.Dot + " " + s.filter.String(),
		heavy: !s.focus,
	}
	if d.current == nil {
		return p
	}
	if n := d.current.safe; n > 0 {
		p.labels = map[action]string{actAcceptSafe: fmt.Sprintf("all safe (%d)", n)}
	}
	s.list.SetTheme(d.theme)
	var left, right []string
	if l.listHeight > 0 {
		height := l.listHeight
		if len(d.overlays) > 0 && d.top().place() == onFilter {
			height = min(height, l.body-filterLines) // the rest lies under the filter
		}
		left = s.list.View(l.listWidth, height)
	}
	if l.detailHeight > 0 {
		right = s.detailLines(d, l)
	}
	switch {
	case l.beside:
		p.body = beside(t.Rule.Paint(t.Marks.Vertical), left, right)
	case l.listHeight > 0 && l.detailHeight > 0:
		title, note := s.detailTitle(d)
		p.body = append(append(left, widget.Rule(t, title, note, l.width, s.focus)), right...)
	case l.listHeight > 0:
		p.body = left
	default:
		p.rule, p.note = s.detailTitle(d)
		p.heavy = true
		p.body = right
	}
	return p
}

func (s *listScreen) detailTitle(d *model) (title, note string) {
	if o := s.finding(); o != nil {
		return s.detail.title(d, o)
	}
	return "", ""
}

func (s *listScreen) detailLines(d *model, l layout) []string {
	width, height := l.detailWidth, l.detailHeight
	o := s.finding()
	if o == nil {
		return s.aboutRow(d, width)
	}
	if !l.beside {
		return s.detail.view(d, o, width, height, l.why)
	}
	title, note := s.detail.title(d, o)
	head := widget.Rule(&d.theme, title, note, width, s.focus)
	return append([]string{head}, s.detail.view(d, o, width, height-1, l.why)...)
}

// aboutRow explains a row that is no finding, and a group.
func (s *listScreen) aboutRow(d *model, width int) []string {
	r := s.current()
	if r == nil {
		_, group, ok := s.list.Cursor()
		if !ok {
			return nil
		}
		return []string{" " + d.theme.Dim.Paint(text.VisibleLine(group)+": space or enter opens and closes it, ] goes to the next")}
	}
	var out []string
	for _, line := range widget.Wrap(text.VisibleLine(r.text), max(1, width-2)) {
		out = append(out, " "+line)
	}
	return out
}

func (s *listScreen) click(d *model, l layout, x, y int) tea.Cmd {
	if y < l.listHeight && x < l.listWidth {
		s.focus = false
		s.list.Click(y)
		return s.refresh(d)
	}
	if l.detailHeight > 0 {
		s.focus = true
	}
	return nil
}

func (s *listScreen) wheel(d *model, l layout, x, y, by int) tea.Cmd {
	if y < l.listHeight && x < l.listWidth {
		s.list.Scroll(by)
		return s.refresh(d)
	}
	s.detail.scroll(by)
	return nil
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

// beside puts two columns of lines next to each other. Those on the left are
// padded already.
func beside(line string, left, right []string) []string {
	out := make([]string, max(len(left), len(right)))
	for i := range out {
		var b strings.Builder
		if i < len(left) {
			b.WriteString(left[i])
		} else {
			b.WriteString(widget.Pad("", sideWidth))
		}
		b.WriteString(line)
		if i < len(right) {
			b.WriteString(right[i])
		}
		out[i] = b.String()
	}
	return out
}
