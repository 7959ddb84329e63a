package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/tui/widget"
)

// mapScreen shows the services as an attacker reaches them: each below the one from
// which there is the shortest way to it. Beside it is what there is to say of the
// service with the cursor; from each step of the way a key leads to the finding whose
// fix closes it.
type mapScreen struct {
	twoPane
	study study[serviceMap]
	level fixer.Level // up to which fixes are compared with besides those accepted
	shown *serviceMap // what the rows are of
	about *serviceRows
}

// serviceRows says of which service of which map the points are.
type serviceRows struct {
	of *serviceMap
	id string
}

func newMap() *mapScreen { return &mapScreen{} }

func (s *mapScreen) place() place { return onMap }

// refresh asks for the map of the present decisions, and takes over what has come.
func (s *mapScreen) refresh(d *model) tea.Cmd {
	cmd := s.study.ask(d, s.level, newServiceMap)
	if m := s.study.have; m != nil && s.shown != m {
		s.shown = m
		s.natural = m.width + mapRowLead + 2
		s.list.Empty = "  There are no services: no Compose file and no manifest with a workload was read"
		s.list.SetRows(widget.Rows{
			Count:  len(m.rows),
			Key:    func(i int) string { return m.rows[i].id },
			Group:  func(i int) string { return m.rows[i].group },
			Draw:   func(i, width int, cursor bool) string { return m.rows[i].draw(d, width, cursor) },
			Header: d.groupHeader,
		})
		if s.about == nil && len(m.rows) > 0 {
			s.list.Down() // from the first header to the first service
		}
	}
	s.point()
	return cmd
}

// point makes the points of the service with the cursor.
func (s *mapScreen) point() {
	if s.shown == nil || s.about != nil && s.about.of == s.shown && s.about.id == s.list.Key() {
		return
	}
	moved := s.about == nil || s.about.id != s.list.Key()
	s.about = &serviceRows{s.shown, s.list.Key()}
	s.points.set(s.shown.points(s.list.Key(), s.level))
	if moved {
		s.points.reset()
	}
}

// compared are the words for what the map is compared with.
var compared = map[fixer.Level]string{0: "accepted fixes", fixer.Safe: "all safe fixes", fixer.Review: "all fixes"}

func (s *mapScreen) press(d *model, a action) tea.Cmd {
	if s.move(a) {
		s.point()
		return nil
	}
	switch a {
	case actLevel:
		s.level = (s.level + 1) % (fixer.Review + 1)
		return tea.Batch(s.refresh(d), d.say("Compared with %s", compared[s.level]))
	case actCopy:
		if s.shown == nil {
			return d.say("The map is still being worked out")
		}
		var b strings.Builder
		if err := s.shown.Mermaid(&b); err != nil {
			return d.warn("%v", err)
		}
		return d.copy(b.String(), "map as a Mermaid flowchart")
	}
	cmd := s.twoPane.press(d, a)
	s.point()
	return cmd
}

func (s *mapScreen) draw(d *model, l layout) page {
	t := &d.theme
	p := page{title: "map " + t.Marks.Dot + " " + d.title(), rule: "services", heavy: true, labels: map[action]string{}}
	switch m := s.shown; {
	case s.study.err != nil:
		p.body = widget.Wrap(" The map cannot be drawn: "+visible(s.study.err.Error()), l.width)
		return p
	case m == nil:
		p.body = []string{" " + t.Dim.Paint("working out who connects to whom"+t.Marks.Ellipsis)}
		p.idle = []action{actOpen, actNextPart, actCopy}
		return p
	default:
		p.right = d.signs(m.Reachable())
		p.rule = m.Title()
		p.note = "after: " + compared[s.level]
		if s.study.working(d, s.level) {
			p.note = "working out" + t.Marks.Ellipsis
		}
	}
	head := s.shown.name(s.list.Key())
	s.twoPane.draw(d, l, &p, head)
	if p.foot == "" && s.level == fixer.Review {
		p.foot = "same as: oakum map"
	}
	if s.focus {
		p.labels[actOpen] = "finding"
		if s.points.current() == nil {
			p.idle = append(p.idle, actOpen)
		}
		p.labels[actBack] = "services"
	}
	return p
}

// serviceMap is a map with its rows. It is made off the Update goroutine and never
// changed afterwards.
type serviceMap struct {
	*report.Map
	rows  []mapRow
	index map[string]int // of the services, by their id
	width int            // the widest row
}

// A mapRow is a service on the map.
type mapRow struct {
	id, group string
	depth     int    // steps from the internet
	name      string // with the port it is reached on; visible-safe
	marks     string // what helps an attacker there, after the fixes
	closed    bool   // the fixes leave no way to it
	width     int
}

// Groups of the map.
const (
	reachedGroup   = "Attack paths from the internet"
	unreachedGroup = "Not reachable from the internet"
)

// Cells of a row of the map besides its texts.
const (
	mapRowLead  = 5
	mapIndent   = 3
	deepestTree = 6 // steps that are indented
)

func (r *mapRow) draw(d *model, width int, cursor bool) string {
	t := &d.theme
	lead := "  "
	if cursor {
		lead = " " + t.Marks.Cursor
	}
	arrow := "  "
	if r.depth > 0 {
		arrow = strings.Repeat(" ", mapIndent*min(r.depth-1, deepestTree)) + t.Marks.Arrow + " "
	}
	say := lead + " " + t.Dim.Paint(arrow) + t.Emph.Paint(r.name)
	switch {
	case r.closed:
		return widget.Spread(say, t.Good.Paint("no way in")+" ", width, t.Marks.Ellipsis)
	case r.marks != "": // the worst are the first, and leave room for the name
		room := max(width/2, width-widget.Width(say)-2)
		say = widget.Spread(say, t.Warn.Paint(widget.Cut(r.marks, room, t.Marks.Ellipsis))+" ", width, t.Marks.Ellipsis)
	}
	return say
}

// treeOrder puts services below those that an attacker comes from.
func (m *serviceMap) treeOrder() []int {
	children := map[string][]int{}
	var rest []int
	for i := range m.Services {
		way := m.Services[i].PathBefore
		switch n := len(way); n {
		case 0:
			rest = append(rest, i)
		case 1:
			children[""] = append(children[""], i)
		default:
			from := string(way[n-2].To)
			children[from] = append(children[from], i)
		}
	}
	var out []int
	var walk func(from string)
	walk = func(from string) {
		list := children[from]
		slices.SortStableFunc(list, func(a, b int) int { // connections that are known come first
			return knownFirst(m.Services[a].PathBefore) - knownFirst(m.Services[b].PathBefore)
		})
		for _, i := range list {
			out = append(out, i)
			walk(string(m.Services[i].Node.ID))
		}
	}
	walk("")
	return append(out, rest...)
}
