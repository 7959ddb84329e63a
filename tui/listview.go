package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

func (s *listScreen) draw(d *model, l layout) page {
	t := &d.theme
	p := page{
		title: "oakum " + t.Marks.Dot + " " + d.title(),
		right: d.score(nil),
		rule:  "findings",
		note:  "by " + s.groupBy.String() + " " + t.Marks.Dot + " " + s.filter.String(),
		heavy: !s.focus,
	}
	if d.current == nil {
		return p
	}
	p.labels, p.idle = s.bar(d)
	if l.listHeight == 0 || l.detailHeight > 0 && s.finding() == nil {
		p.idle = append(p.idle, actWider, actNarrower)
	}
	p.rule = s.position(d)
	s.list.SetTheme(d.theme)
	var left, right []string
	if l.listHeight > 0 {
		left = s.pane(d, l)
	}
	if l.detailHeight > 0 {
		right = s.detailLines(d, l)
	}
	switch {
	case l.beside:
		p.body = columns(left, right)
	case l.listHeight > 0 && l.detailHeight > 0:
		title, note := s.detailTitle(d, l.width)
		p.body = append(append(left, widget.Rule(t, title, note, l.width, s.focus)), right...)
	case l.listHeight > 0:
		p.body = left
	default:
		p.rule, p.note = s.detailTitle(d, l.width)
		p.heavy = true
		p.body = right
	}
	return p
}

// pane draws the list with its scroll bar, in listWidth cells, and one for the line to
// what is beside it.
func (s *listScreen) pane(d *model, l layout) []string {
	height := l.listHeight
	if len(d.overlays) > 0 && d.top().place() == onFilter {
		height = min(height, l.body-filterLines) // the rest lies under the filter
	}
	width, fill := l.listWidth, d.theme.Rule.Paint(d.theme.Marks.Vertical)
	if !l.beside {
		width, fill = width-1, " "
	}
	lines := s.list.View(width, height)
	return widget.Beside(lines, widget.ScrollBar(&d.theme, s.list.Window(), fill))
}

// position says where the cursor is. What is asked in several places stands for all
// findings that are answered with it.
func (s *listScreen) position(d *model) string {
	what := "findings " + d.theme.Marks.Dot + " "
	if r := s.current(); r != nil && r.outcome != nil {
		if words := s.positionOf(d, r.outcome.Finding.Key()); words != "" {
			return what + words
		}
	} else if r == nil {
		if n, of := s.list.Group(); n > 0 {
			return what + fmt.Sprintf("%s %d of %d", s.groupBy, min(n, len(s.order)), min(of, len(s.order)))
		}
	}
	return what + fmt.Sprint(s.found)
}

// positionOf counts a finding in the order of the list: "4 of 53", or "4–6 of 53" for
// findings that are answered together. It is "" for one that the list does not show.
func (s *listScreen) positionOf(d *model, k fixer.Key) string {
	at := s.spot(k)
	if at == 0 {
		return ""
	}
	from, to := s.ends[at-1]+1, s.ends[at]
	if from == to {
		return fmt.Sprintf("%d of %d", to, s.found)
	}
	return fmt.Sprintf("%d%s%d of %d", from, d.theme.Marks.Dash, to, s.found)
}

// headings are the names of groups as they fit into a width.
type headings struct {
	width int
	names map[string]string
}

func (s *listScreen) heading(d *model, group string, width int) string {
	if s.groupBy != byFile && s.groupBy != byService {
		return text.VisibleLine(group)
	}
	if s.labels.names == nil || s.labels.width != width {
		names := make([]string, len(s.order))
		for i, name := range s.order {
			names[i] = text.VisibleLine(name)
		}
		s.labels = headings{width, widget.Distinct(names, width, d.theme.Marks.Ellipsis)}
	}
	return s.labels.names[text.VisibleLine(group)]
}

// Cells of a header besides the name of its group.
const (
	headerLead   = 4
	headerCounts = 20 // what the counts take at most
)

// header draws the line above a group: what the findings have in common, and what
// became of them.
func (s *listScreen) header(d *model, group string, open bool, width int, cursor bool) string {
	t := &d.theme
	marks := d.groupMarks(open, cursor)
	g := s.groups[group]
	if g == nil {
		return marks
	}
	counts := t.Dim.Paint(leftOf(g.Tally)) + " "
	names := []string{t.Emph.Paint(s.heading(d, group, width-headerLead-headerCounts))}
	if title := d.wording.titles[group]; s.groupBy == byRule && title != "" {
		title = t.Emph.Paint(text.VisibleLine(title))
		names = []string{title + "  " + t.Dim.Paint(text.VisibleLine(group)), title}
		if kind, _, _ := strings.Cut(group, "/"); s.sharesTitle(d, group) { // the kind of file tells it from the other
			kind = "  " + t.Dim.Paint(text.VisibleLine(kind))
			names[1] = widget.Cut(title, max(1, width-headerLead-widget.Width(counts)-2-widget.Width(kind)), t.Marks.Ellipsis) + kind
		}
	}
	name := names[len(names)-1]
	for _, n := range names {
		if headerLead+widget.Width(n)+widget.Width(counts)+2 <= width {
			name = n
			break
		}
	}
	return widget.Spread(marks+" "+name, counts, width, t.Marks.Ellipsis)
}

// sharesTitle reports whether a group of another rule has the title of this one.
func (s *listScreen) sharesTitle(d *model, group string) bool {
	for other := range s.groups {
		if other != group && d.wording.titles[other] == d.wording.titles[group] {
			return true
		}
	}
	return false
}

func (s *listScreen) detailTitle(d *model, width int) (title, note string) {
	if o := s.finding(); o != nil {
		return s.detail.title(d, o, width)
	}
	return "", ""
}

func (s *listScreen) detailLines(d *model, l layout) []string {
	width, height := l.detailWidth, l.detailHeight
	o := s.finding()
	if o == nil {
		return s.aboutRow(d, width)
	}
	var head []string
	if l.beside {
		title, note := s.detail.title(d, o, width)
		head = append(head, widget.Rule(&d.theme, title, note, width, s.focus))
	}
	if room := placeRoom(height); s.current().places != nil && room > 0 {
		head = append(head, placeLines(d, s.current().places, width, room)...)
	}
	return append(head, s.detail.view(d, o, width, height-len(head), l.why)...)
}

// aboutRow explains a row that is no finding, and a group.
func (s *listScreen) aboutRow(d *model, width int) []string {
	r := s.current()
	if r == nil {
		return s.aboutGroup(d, width)
	}
	var out []string
	for _, line := range widget.Wrap(text.VisibleLine(r.text), max(1, width-2)) {
		out = append(out, " "+line)
	}
	return out
}

// aboutGroup says what became of the findings of a group, and what the keys do.
func (s *listScreen) aboutGroup(d *model, width int) []string {
	group, ok := s.group()
	g := s.groups[group]
	if !ok || g == nil {
		return nil
	}
	t := &d.theme
	lines := []string{tallyWords(g.Tally)}
	more := func(n int, format string, args ...any) {
		if n > 0 {
			lines = append(lines, fmt.Sprintf(format, args...))
		}
	}
	more(g.Blocked, "Accepted, but the fix cannot be made: %d.", g.Blocked)
	for _, r := range fixer.ByHand {
		more(g.ByHand[r], "%d %s.", g.ByHand[r], r)
	}
	lines = append(lines, "")
	more(g.fixes, "a accepts %s of this %s, %d of them safe.", fixes(g.fixes), s.groupBy, g.safe)
	lines = append(lines, "space opens and closes the group, ] goes to the next one.")
	out := []string{" " + t.Emph.Paint(text.VisibleLine(group))}
	for _, line := range lines {
		for _, s := range widget.Wrap(line, max(1, width-2)) {
			out = append(out, " "+s)
		}
	}
	return out
}

func (s *listScreen) click(d *model, l layout, x, y int) tea.Cmd {
	switch {
	case y < l.listHeight && x < l.listWidth:
		s.focus = false
		was := s.list.Key()
		if !s.list.Click(y) {
			return nil
		}
		if s.list.OnHeader() {
			s.list.Toggle()
		} else if r := s.current(); r != nil && r.places != nil && r.key == was {
			s.unfold(d, !s.unfolded[r.key])
		}
		return s.refresh(d)
	case l.detailHeight > 0:
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

// columns puts two columns of lines next to each other. Those on the left have one
// width.
func columns(left, right []string) []string {
	out := make([]string, max(len(left), len(right)))
	blank := ""
	if len(left) > 0 {
		blank = widget.Pad("", widget.Width(left[0]))
	}
	for i := range out {
		var b strings.Builder
		if i < len(left) {
			b.WriteString(left[i])
		} else {
			b.WriteString(blank)
		}
		if i < len(right) {
			b.WriteString(right[i])
		}
		out[i] = b.String()
	}
	return out
}

// beside is columns with a line between them.
func beside(line string, left, right []string) []string {
	with := make([]string, len(left))
	for i := range left {
		with[i] = left[i] + line
	}
	return columns(with, right)
}
