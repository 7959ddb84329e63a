package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// left says what the plan leaves, and which command goes on with it.
func (p *printer) left(f *Fix, written bool) {
	by := map[fixer.Level][]*fixer.Finding{}
	for i := range f.Outcomes {
		switch o := &f.Outcomes[i]; o.Result {
		case engine.Open:
			l := max(o.Finding.Level(), fixer.Review)
			by[l] = append(by[l], o.Finding)
		case engine.ManualWork:
			if o.Finding.AsksRegistry {
				continue
			}
			by[fixer.Manual] = append(by[fixer.Manual], o.Finding)
		}
	}
	if list := by[fixer.Review]; len(list) > 0 {
		first := ""
		if f.Uncommitted || written && len(f.Changes) > 0 {
			first = "   (commit first)"
		}
		p.line(p.st.paint(bold, text.Count(len(list), "finding needs", "findings need")+" a look"), ": the fix could break something")
		p.line("  show the fixes  ", p.st.paint(cyan, "oakum fix --level review --diff"+f.After.Arguments))
		p.line("  make them       ", p.st.paint(cyan, "oakum fix --level review"+f.After.Arguments), p.st.paint(dim, first))
		p.rules(f, list)
	}
	if unasked := f.unasked(); len(unasked) > 0 {
		why := "no registry answered"
		if f.Offline {
			why = "offline, no registry was asked"
		}
		p.line(p.st.paint(bold, text.Count(len(unasked), "finding needs", "findings need")+" a digest from a registry"), ": ", why)
		p.line("  ask registries  ", p.st.paint(cyan, "oakum fix --level review --diff"+f.After.Arguments))
		p.rules(f, unasked)
	}
	if list := by[fixer.Manual]; len(list) > 0 {
		p.line(p.st.paint(bold, text.Count(len(list), "finding is", "findings are")+" left to you"), ": no automatic fix")
		p.line("  what to do      ", p.st.paint(cyan, "oakum scan --full"+f.After.Arguments))
		p.rules(f, list)
	}
}

// unasked are the findings that an answer of a registry would give a fix, where there is
// none.
func (f *Fix) unasked() []*fixer.Finding {
	var out []*fixer.Finding
	for i := range f.Outcomes {
		if o := &f.Outcomes[i]; o.Result == engine.ManualWork && o.Finding.AsksRegistry {
			out = append(out, o.Finding)
		}
	}
	return out
}

// rules counts findings by rule.
func (p *printer) rules(f *Fix, list []*fixer.Finding) {
	count := map[string]int{}
	for _, x := range list {
		count[x.Rule]++
	}
	names := byCount(count)
	rows := names[:min(len(names), mostRows)]
	width, number := 0, 0
	for _, n := range rows {
		width, number = max(width, len(n)), max(number, len(itoa(count[n])))
	}
	for _, n := range rows {
		title := ""
		if r := f.After.rules[n]; r != nil {
			title = r.Title
		}
		p.line("  ", padLeft(itoa(count[n]), number), "  ", p.st.paint(cyan, pad(n, width)), "  ", title)
	}
	if more := names[len(rows):]; len(more) > 0 {
		n := 0
		for _, r := range more {
			n += count[r]
		}
		p.line("  ", itoa(n), " in ", text.Count(len(more), "more rule", "more rules"))
	}
	p.line()
}

// byCount sorts names, the most frequent first.
func byCount(n map[string]int) []string {
	return slices.SortedFunc(maps.Keys(n), func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), strings.Compare(a, b)) })
}
