package report

import (
	"io"

	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/survey"
)

// MapVersion is the version of the JSON form of the map.
const MapVersion = 1

type jsonMap struct {
	Version    int              `json:"version"`
	Nodes      []jsonNode       `json:"nodes"`
	Edges      []jsonEdge       `json:"edges"`
	Unresolved []jsonUnresolved `json:"unresolved"`
	Pairs      jsonPairs        `json:"pairs"`
}

type jsonNode struct {
	ID        connect.ID     `json:"id"`
	Kind      connect.Kind   `json:"kind"`
	Name      string         `json:"name"`
	Namespace string         `json:"namespace,omitempty"`
	Places    []jsonMapPlace `json:"places"`
	Ports     []jsonMapPort  `json:"ports"`
	Before    *jsonState     `json:"before,omitempty"` // of a service or workload
	After     *jsonState     `json:"after,omitempty"`
}

type jsonState struct {
	User    string     `json:"user"` // empty where nothing tells
	Marks   []jsonMark `json:"marks"`
	Writes  []string   `json:"writes"`
	Reaches []string   `json:"reaches"`
	Path    []jsonHop  `json:"path"` // of an attacker from outside, empty where none is known
}

type jsonMark struct {
	Name  string `json:"name"`
	File  string `json:"file"`
	Line  int    `json:"line"`
	Rule  string `json:"rule,omitempty"`
	Fix   string `json:"fix,omitempty"`
	Level string `json:"level,omitempty"`
}

type jsonHop struct {
	To    connect.ID `json:"to"`
	Port  int        `json:"port"` // 0 for any
	Known bool       `json:"known"`
	Marks []string   `json:"marks"`
	File  string     `json:"file,omitempty"`
	Line  int        `json:"line,omitempty"`
	Rule  string     `json:"rule,omitempty"`
	Fix   string     `json:"fix,omitempty"`
}

type jsonMapPort struct {
	Port     int    `json:"port"`
	Protocol string `json:"protocol"`
	Name     string `json:"name,omitempty"`
}

type jsonMapPlace struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

type jsonEdge struct {
	From       connect.ID         `json:"from"`
	To         connect.ID         `json:"to"`
	Port       int                `json:"port"` // of the container, 0 where nothing tells
	Protocol   string             `json:"protocol"`
	Confidence connect.Confidence `json:"confidence"`
	Route      connect.Route      `json:"route,omitempty"`
	Evidence   []jsonSeen         `json:"evidence"`
}

type jsonSeen struct {
	Text   string         `json:"text"`
	File   string         `json:"file"`
	Line   int            `json:"line"`
	Source connect.Source `json:"source"`
}

type jsonUnresolved struct {
	From     connect.ID `json:"from"`
	Host     string     `json:"host"`
	Port     int        `json:"port"`
	Why      string     `json:"why"`
	Evidence []jsonSeen `json:"evidence"`
}

type jsonPairs struct {
	Before int `json:"before"`
	After  int `json:"after"`
	Known  int `json:"known"`
}

// JSON writes the map for programs.
func (m *Map) JSON(w io.Writer) error {
	out := jsonMap{
		Version: MapVersion, Nodes: []jsonNode{}, Edges: []jsonEdge{}, Unresolved: []jsonUnresolved{},
		Pairs: jsonPairs{m.Before.Pairs, m.After.Pairs, m.Before.Used},
	}
	states := map[connect.ID]*survey.Service{}
	for i := range m.Services {
		states[m.Services[i].Node.ID] = &m.Services[i]
	}
	for _, n := range m.Graph.Nodes {
		node := jsonNode{ID: n.ID, Kind: n.Kind, Name: n.Name, Namespace: n.Namespace, Places: []jsonMapPlace{}, Ports: []jsonMapPort{}}
		for _, p := range n.Places {
			node.Places = append(node.Places, jsonMapPlace{p.File, p.Line})
		}
		for _, p := range n.Ports {
			node.Ports = append(node.Ports, jsonMapPort{p.Number, p.Protocol, p.Name})
		}
		if s := states[n.ID]; s != nil {
			node.Before, node.After = jsonStateOf(s.Before, s.ReachesBefore, s.PathBefore), jsonStateOf(s.After, s.ReachesAfter, s.PathAfter)
		}
		out.Nodes = append(out.Nodes, node)
	}
	for _, e := range m.Graph.Edges {
		out.Edges = append(out.Edges, jsonEdge{e.From, e.To, e.Port, e.Protocol, e.Confidence, e.Route, seen(e.Evidence)})
	}
	for _, u := range m.Graph.Unresolved {
		out.Unresolved = append(out.Unresolved, jsonUnresolved{u.From, u.Host, u.Port, u.Why, seen(u.Evidence)})
	}
	return writeJSON(w, out)
}

func seen(list []connect.Evidence) []jsonSeen {
	out := []jsonSeen{}
	for _, e := range list {
		out = append(out, jsonSeen{e.Text, e.File, e.Line, e.Source})
	}
	return out
}

func jsonStateOf(s survey.State, reaches []string, path []survey.Hop) *jsonState {
	out := &jsonState{User: s.User, Marks: []jsonMark{}, Writes: list(s.Writes), Reaches: list(reaches), Path: []jsonHop{}}
	for _, m := range s.Marks {
		mark := jsonMark{Name: m.Name, File: m.Place.File, Line: m.Place.Line, Rule: m.Cut.Rule, Fix: m.Cut.Title}
		if m.Cut.Rule != "" {
			mark.Level = m.Cut.Level.String()
		}
		out.Marks = append(out.Marks, mark)
	}
	for _, h := range path {
		out.Path = append(out.Path, jsonHop{h.To, h.Port, h.Known, list(h.Marks), h.Evidence.File, h.Evidence.Line, h.Cut.Rule, h.Cut.Title})
	}
	return out
}

// list is never null in JSON.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
