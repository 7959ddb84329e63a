package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/survey"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Map is the services of a repository, how they are connected and what an attacker
// gets.
type Map struct {
	*survey.Map

	// Fixes names those that the map is compared with; "" for "the fixes".
	Fixes string
}

func (m *Map) fixes() string { return cmp.Or(m.Fixes, "the fixes") }

// Title is what the map shows, in numbers.
func (m *Map) Title() string {
	known, away := 0, 0
	for _, e := range m.Graph.Edges {
		if e.Route == "" {
			known++
		}
	}
	for _, n := range m.Graph.Nodes {
		if n.Kind == connect.External {
			away++
		}
	}
	out := text.Count(len(m.Services), "service", "services") + ", " + text.Count(known, "connection", "connections")
	if away > 0 {
		out += ", " + text.Count(away, "external host", "external hosts")
	}
	if n := len(m.Graph.Unresolved); n > 0 {
		out += ", " + text.Count(n, "unresolved host", "unresolved hosts")
	}
	return out
}

// Pairs says how many services can connect to how many, before and after the fixes, and
// how many of them do.
func (m *Map) Pairs() string {
	out := m.Reachable()
	if m.Before.Pairs > 0 {
		out += fmt.Sprintf(" (known connections: %d)", m.Before.Used)
	}
	return out
}

// Reachable is [Map.Pairs] without what is known: "Reachable pairs 56 → 16".
func (m *Map) Reachable() string {
	out := fmt.Sprintf("Reachable pairs %d", m.Before.Pairs)
	if m.After.Pairs != m.Before.Pairs {
		out += fmt.Sprintf(" → %d", m.After.Pairs)
	}
	return out
}

// A MapLine is one line of what the map says of a service: what it is about, what is
// said, the place that shows it, and the fix that does something about it.
type MapLine struct {
	Label, Text string
	Place       connect.Place // no file: none
	Cut         survey.Cut    // no rule: none is known
}

// maxMapLines bounds how many connections of one kind are listed for a service.
const maxMapLines = 24

// Lines is what there is to say of one service, in the order in which it is shown. It
// is not visible-safe.
func (m *Map) Lines(s *survey.Service) []MapLine {
	var out []MapLine
	add := func(label, said string, at connect.Place) {
		out = append(out, MapLine{Label: label, Text: said, Place: at})
	}
	for _, e := range s.Opens {
		to := "every port"
		if e.Port != 0 {
			to = fmt.Sprintf("port %d", e.Port)
		}
		add("Reachable", "from "+m.name(e.From)+" on "+to+" ("+string(e.Route)+")", e.Evidence[0].Place)
	}
	add("Runs as", runsAs(s.Before), connect.Place{})
	for i, e := range m.Graph.From(s.Node.ID) {
		if i == maxMapLines {
			add("Connects to", "more, in --format json", connect.Place{})
			break
		}
		add("Connects to", m.name(e.To)+port(e.Port)+sure(e)+": "+e.Evidence[0].Text, e.Evidence[0].Place)
	}
	for _, u := range m.Graph.Unresolved {
		if u.From == s.Node.ID {
			add("Unresolved", u.Host+port(u.Port)+": "+u.Why, u.Evidence[0].Place)
		}
	}
	if len(s.ReachesBefore) > 0 {
		add("Can reach", m.reaches(s), connect.Place{})
	}
	before, after := pathText(s.PathBefore), pathText(s.PathAfter)
	switch {
	case before == "":
		add("Attacker", "no way in from outside is known", connect.Place{})
	case before == after:
		add("Attacker", before+" ("+m.fixes()+" do not change it)", connect.Place{})
	default:
		add("Attacker", before, connect.Place{})
	}
	out = m.steps(out, s.PathBefore)
	if before != after {
		if after == "" {
			after = "no way in"
		}
		add("With fixes", after, connect.Place{})
		out = m.steps(out, s.PathAfter)
	}
	for _, mark := range s.Before.Marks {
		out = append(out, MapLine{"Weak points", mark.Name, mark.Place, mark.Cut})
	}
	return out
}

// steps adds a line for each step of a way.
func (m *Map) steps(out []MapLine, way []survey.Hop) []MapLine {
	for _, h := range way {
		if h.Evidence.File == "" {
			continue
		}
		said := h.Evidence.Text
		if h.Known && h.From != connect.Internet {
			said += " (the application needs it)"
		}
		out = append(out, MapLine{"", said, h.Evidence.Place, h.Cut})
	}
	return out
}

// name is what a node is called on the map.
func (m *Map) name(id connect.ID) string {
	for i := range m.Services {
		if m.Services[i].Node.ID == id {
			return m.Services[i].Name
		}
	}
	if n := m.Graph.Node(id); n != nil {
		return n.Name
	}
	return string(id)
}

func port(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(":%d", n)
}

func sure(e connect.Edge) string {
	if e.Confidence == connect.High {
		return ""
	}
	return " (" + string(e.Confidence) + " confidence)"
}

func runsAs(s survey.State) string {
	out := s.User
	if out == "" {
		out = "an unknown user"
	}
	if len(s.Writes) > 0 {
		out += "; can write " + strings.Join(s.Writes, ", ")
	}
	return out
}

// reaches lists what a service can connect to, and what is left of it.
func (m *Map) reaches(s *survey.Service) string {
	out := short(s.ReachesBefore)
	if len(s.ReachesAfter) == len(s.ReachesBefore) {
		return out
	}
	if len(s.ReachesAfter) == 0 {
		return out + "; with " + m.fixes() + " none"
	}
	return out + "; with " + m.fixes() + " " + short(s.ReachesAfter)
}

func short(names []string) string {
	const most = 8
	if len(names) > most {
		return strings.Join(names[:most-1], ", ") + fmt.Sprintf(" and %d more", len(names)-most+1)
	}
	return strings.Join(names, ", ")
}

// pathText is an attacker's way: internet → web:80 (root, token, writable) → db:5432.
func pathText(hops []survey.Hop) string {
	if len(hops) == 0 {
		return ""
	}
	out := "internet"
	for _, h := range hops {
		out += " → " + h.Name + port(h.Port)
		if len(h.Marks) > 0 {
			out += " (" + strings.Join(h.Marks, ", ") + ")"
		}
	}
	return out
}

// Said is the line in words, with the fix.
func (l MapLine) Said() string {
	if fix := l.Fix(); fix != "" {
		return l.Text + " – " + fix
	}
	return l.Text
}

// Fix says which fix does something about it; "" where none is known.
func (l MapLine) Fix() string {
	c := l.Cut
	switch {
	case c.Rule == "":
		return ""
	case c.Title == "":
		return c.Rule + ": no automatic fix"
	}
	return c.Title + " (" + c.Rule + ", " + c.Level.String() + ")"
}

// MapFormats are the forms in which a map can be written.
var MapFormats = []string{"text", "mermaid", "dot", "svg", "json"}

// Write writes the map in one of them.
func (m *Map) Write(w io.Writer, st Style, format string) error {
	switch format {
	case "json":
		return m.JSON(w)
	case "mermaid":
		return m.Mermaid(w)
	case "dot":
		return m.DOT(w)
	case "svg":
		return m.SVG(w)
	}
	return m.Text(w, st)
}

// Text writes the map for people.
func (m *Map) Text(w io.Writer, st Style) error {
	p := &printer{w: w, st: st}
	p.line(p.st.paint(bold, m.Title()))
	p.line(m.Pairs())
	for i := range m.Services {
		s := &m.Services[i]
		p.line()
		at := s.Node.Places[0]
		head := p.st.paint(bold, s.Name) + "  " + p.st.place(dim, at.File, at.Line)
		if n := len(s.Node.Places); n > 1 {
			head += p.st.paint(dim, fmt.Sprintf(" and %s", text.Count(n-1, "copy", "copies")))
		}
		p.line(head)
		last := ""
		for _, l := range m.Lines(s) {
			label := l.Label
			if label == last {
				label = ""
			}
			last = l.Label
			place := ""
			if l.Place.File != "" {
				place = "  " + p.st.place(cyan, l.Place.File, l.Place.Line)
			}
			p.line("  ", p.st.paint(dim, pad(label, 12)), text.VisibleLine(l.Said()), place)
		}
	}
	m.unresolved(p)
	return p.err
}

// unresolved lists what nothing here answers to, besides what services connect to.
func (m *Map) unresolved(p *printer) {
	first := true
	for _, u := range m.Graph.Unresolved {
		if n := m.Graph.Node(u.From); n != nil && len(n.Places) > 0 {
			continue
		}
		if first {
			p.line()
			p.line(p.st.paint(bold, "Unresolved"))
			first = false
		}
		p.line("  ", text.VisibleLine(u.Evidence[0].Text+" → "+u.Host+port(u.Port)+": "+u.Why), "  ", p.st.place(cyan, u.Evidence[0].File, u.Evidence[0].Line))
	}
}
