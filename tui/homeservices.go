package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/tui/review"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A serviceRow is a service with what waits for a decision in it.
type serviceRow struct {
	name, parts string
	severities  map[fixer.Severity]int
	all         int
	first       string // key of the first of them
}

// mostServices bounds the services on the first page; the list has all.
const mostServices = 40

// services are what is built and run as one, those with the worst findings first.
func services(d *model) []homeItem {
	now := d.current
	all := now.plan.Before.Services()
	byName := map[string]*serviceRow{}
	var found []*serviceRow
	for i := range now.plan.Outcomes {
		o := &now.plan.Outcomes[i]
		k := o.Finding.Key()
		if _, decided := now.decisions[k]; !review.Waits(o, decided) {
			continue
		}
		s := all.Of(k)
		if s == nil {
			continue
		}
		r := byName[s.Name]
		if r == nil {
			r = &serviceRow{name: s.Name, parts: partWords(s), severities: map[fixer.Severity]int{}, first: k.String()}
			byName[s.Name] = r
			found = append(found, r)
		}
		r.severities[o.Finding.Severity]++
		r.all++
	}
	slices.SortStableFunc(found, func(a, b *serviceRow) int {
		for s := fixer.Critical; s >= fixer.Low; s-- {
			if n := b.severities[s] - a.severities[s]; n != 0 {
				return n
			}
		}
		return 0
	})
	heading := "Services"
	if n := len(all.All) - len(found); n > 0 && len(found) > 0 {
		heading = fmt.Sprintf("Services (%d more have nothing open)", n)
	}
	if n := len(found) - mostServices; n > 0 {
		heading = fmt.Sprintf("Services (the first %d of %d; t in the list groups by service)", mostServices, len(found))
		found = found[:mostServices]
	}
	names := 0
	for _, r := range found {
		names = max(names, widget.Width(visible(r.name)))
	}
	var out []homeItem
	for _, r := range found {
		out = append(out, homeItem{heading: heading,
			open: func(d *model) tea.Cmd {
				d.screens, d.overlays = []screen{d.front, d.list}, nil
				d.list.show(d, filter{}, byService)
				d.list.list.Select(r.first)
				return d.refresh()
			},
			draw: func(d *model, width int) string { return r.draw(d, min(names, width/2), width) },
		})
	}
	return out
}

func (r *serviceRow) draw(d *model, names, width int) string {
	t := &d.theme
	var counts []string
	for s := fixer.Critical; s >= fixer.Low; s-- {
		if n := r.severities[s]; n > 0 {
			counts = append(counts, t.Severity(int(s)).Paint(fmt.Sprintf("%d %s", n, s)))
		}
	}
	right := strings.Join(counts, ", ") + " "
	left := t.Emph.Paint(widget.Fit(visible(r.name), names, t.Marks.Ellipsis))
	if room := width - names - 2 - widget.Width(right) - 2; room > 8 {
		left += "  " + t.Dim.Paint(widget.Cut(r.parts, room, t.Marks.Ellipsis))
	}
	return widget.Spread(left, right, width, t.Marks.Ellipsis)
}

// partWords say what a service is made of: "Dockerfile, Compose, Deployment".
func partWords(s *fixer.Service) string {
	var words []string
	for _, p := range s.Parts {
		word := "Dockerfile"
		if object, _, ok := strings.Cut(p.Path, "/"); ok {
			word = object
		} else if p.Path != "" {
			word = "Compose"
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return visible(strings.Join(words, ", "))
}
