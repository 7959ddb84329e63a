package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/survey"
	"github.com/oakum-sec/oakum/tui/widget"
)

// newServiceMap surveys a plan: work for a command.
func newServiceMap(plan *engine.Plan, facts *fixer.Facts) (*serviceMap, error) {
	surveyed, err := survey.Of(plan, facts)
	if err != nil {
		return nil, err
	}
	m := &serviceMap{Map: &report.Map{Map: surveyed}, index: map[string]int{}}
	for _, i := range m.treeOrder() {
		r := rowOf(&m.Services[i])
		m.index[r.id] = i
		m.rows = append(m.rows, r)
		m.width = max(m.width, r.width)
	}
	return m, nil
}

func rowOf(s *survey.Service) mapRow {
	r := mapRow{id: string(s.Node.ID), depth: len(s.PathBefore), name: visible(s.Name), group: reachedGroup, closed: len(s.PathBefore) > 0 && len(s.PathAfter) == 0}
	if r.depth == 0 {
		r.group = unreachedGroup
	} else if port := s.PathBefore[r.depth-1].Port; port != 0 {
		r.name += fmt.Sprintf(":%d", port)
	}
	var marks []string
	for _, m := range s.After.Marks {
		marks = append(marks, m.Name)
	}
	r.marks = strings.Join(marks, ", ")
	r.width = mapIndent*min(r.depth, deepestTree) + widget.Width(r.name) + 1 + widget.Width(r.marks)
	return r
}

func knownFirst(way []survey.Hop) int {
	if way[len(way)-1].Known {
		return 0
	}
	return 1
}

// name is what a service is called, with the place where it is written.
func (m *serviceMap) name(id string) string {
	i, ok := m.index[id]
	if !ok {
		return "services"
	}
	s := &m.Services[i]
	return visible(s.Name + "  " + s.Node.Places[0].String())
}

// pointsFirst are the labels of what is said first of a service.
var pointsFirst = []string{"Attacker", "", "With fixes", "Weak points"}

// points are what there is to say of a service: an attacker's path before all else.
func (m *serviceMap) points(id string, level fixer.Level) []point {
	i, ok := m.index[id]
	if !ok {
		return nil
	}
	said := *m.Map
	said.Fixes = compared[level]
	var first, rest []point
	for _, l := range said.Lines(&m.Services[i]) {
		p := point{label: l.Label, text: l.Text, key: l.Cut.Key, fix: l.Fix()}
		if l.Place.File != "" {
			p.place = l.Place.String()
		}
		if l.Label == "With fixes" && level == 0 {
			p.label = "Accepted"
		}
		if slices.Contains(pointsFirst, l.Label) {
			first = append(first, p)
		} else {
			rest = append(rest, p)
		}
	}
	return append(first, rest...)
}
