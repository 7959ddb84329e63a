package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A drawnNode is a node of a drawing. Its id is made up here: nothing of the
// repository stands where a form of drawing has its grammar.
type drawnNode struct {
	id      string
	label   []string // lines, not yet safe for the form of drawing
	outside bool
	reached bool // from the internet
}

// A drawnEdge is a connection between two, with all its ports.
type drawnEdge struct {
	from, to int
	label    string
	weak     bool
}

// drawing is the map as boxes and arrows: nodes in the order of the graph, one arrow
// for each two that are connected.
func (m *Map) drawing() (nodes []drawnNode, edges []drawnEdge) {
	index := map[connect.ID]int{}
	add := func(id connect.ID, n drawnNode) {
		n.id = fmt.Sprintf("n%d", len(nodes))
		index[id] = len(nodes)
		nodes = append(nodes, n)
	}
	services := map[connect.ID]int{}
	for i := range m.Services {
		services[m.Services[i].Node.ID] = i
	}
	for _, n := range m.Graph.Nodes {
		i, ours := services[n.ID]
		if !ours {
			add(n.ID, drawnNode{label: []string{n.Name}, outside: true})
			continue
		}
		s := &m.Services[i]
		d := drawnNode{label: []string{s.Name}, reached: len(s.Opens) > 0}
		var marks []string
		for _, mark := range s.Before.Marks {
			marks = append(marks, mark.Name)
		}
		if len(marks) > 0 {
			d.label = append(d.label, strings.Join(marks, ", "))
		}
		add(n.ID, d)
	}
	for _, u := range m.Graph.Unresolved {
		id := connect.ID("unresolved:" + u.Host)
		if _, known := index[id]; !known {
			add(id, drawnNode{label: []string{u.Host, "unresolved"}, outside: true})
		}
	}
	between := map[[2]int]int{}
	arrow := func(from, to connect.ID, label string, weak bool) {
		a, ok := index[from]
		b, also := index[to]
		if !ok || !also {
			return
		}
		key := [2]int{a, b}
		if i, twice := between[key]; twice {
			if label != "" && !strings.Contains(", "+edges[i].label+",", ", "+label+",") {
				edges[i].label = strings.TrimPrefix(edges[i].label+", "+label, ", ")
			}
			edges[i].weak = edges[i].weak && weak
			return
		}
		between[key] = len(edges)
		edges = append(edges, drawnEdge{a, b, label, weak})
	}
	for _, e := range m.Graph.Edges {
		arrow(e.From, e.To, strings.TrimPrefix(port(e.Port), ":"), e.Confidence == connect.Low)
	}
	for _, u := range m.Graph.Unresolved {
		arrow(u.From, connect.ID("unresolved:"+u.Host), strings.TrimPrefix(port(u.Port), ":"), true)
	}
	return nodes, edges
}

// Mermaid writes a flowchart, as GitHub and GitLab draw it in Markdown.
func (m *Map) Mermaid(w io.Writer) error {
	nodes, edges := m.drawing()
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for _, n := range nodes {
		open, closing := `["`, `"]`
		if n.outside {
			open, closing = `(["`, `"])`
		}
		lines := make([]string, len(n.label))
		for i, l := range n.label {
			lines[i] = mermaidText(l)
		}
		fmt.Fprintf(&b, "  %s%s%s%s\n", n.id, open, strings.Join(lines, "<br/>"), closing)
	}
	for _, e := range edges {
		arrow := "-->"
		if e.weak {
			arrow = "-.->"
		}
		if e.label != "" {
			arrow += `|"` + mermaidText(e.label) + `"|`
		}
		fmt.Fprintf(&b, "  %s %s %s\n", nodes[e.from].id, arrow, nodes[e.to].id)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaidText makes a text safe in the quotes of a flowchart: what has a meaning there,
// in HTML or in Markdown is written as its number.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range text.VisibleLine(s) {
		if strings.ContainsRune("\"#&<>`;\\[]{}()|*_~$%", r) {
			fmt.Fprintf(&b, "#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// DOT writes a graph for Graphviz.
func (m *Map) DOT(w io.Writer) error {
	nodes, edges := m.drawing()
	var b strings.Builder
	b.WriteString("digraph oakum {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n")
	for _, n := range nodes {
		lines := make([]string, len(n.label))
		for i, l := range n.label {
			lines[i] = dotText(l)
		}
		shape := ""
		if n.outside {
			shape = ", shape=ellipse"
		}
		fmt.Fprintf(&b, "  %s [label=\"%s\"%s];\n", n.id, strings.Join(lines, `\n`), shape)
	}
	for _, e := range edges {
		style := ""
		if e.weak {
			style = ", style=dashed"
		}
		fmt.Fprintf(&b, "  %s -> %s [label=\"%s\"%s];\n", nodes[e.from].id, nodes[e.to].id, dotText(e.label), style)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// dotText makes a text safe in the quotes of a graph.
func dotText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text.VisibleLine(s))
}
