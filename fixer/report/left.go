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
	by := map[fixer.Remedy][]*fixer.Finding{}
	for i := range f.Outcomes {
		if o := &f.Outcomes[i]; o.Result == engine.Open || o.Result == engine.ManualWork {
			r := max(o.Remedy(), fixer.ReviewFix)
			by[r] = append(by[r], o.Finding)
		}
	}
	if list := by[fixer.ReviewFix]; len(list) > 0 {
		first := ""
		if f.Uncommitted || written && len(f.Changes) > 0 {
			first = "   (commit first)"
		}
		p.line(p.st.paint(bold, text.Count(len(list), "finding needs", "findings need")+" a look"), ": the fix could break something")
		p.line("  show the fixes  ", p.st.paint(cyan, "oakum fix --level review --diff"+f.After.Arguments))
		p.line("  make them       ", p.st.paint(cyan, "oakum fix --level review"+f.After.Arguments), p.st.paint(dim, first))
		p.rules(f, list)
	}
	if list := by[fixer.MissingDigest]; len(list) > 0 {
		why := "no registry answered"
		if f.Offline {
			why = "offline, no registry was asked"
		}
		p.line(p.st.paint(bold, text.Count(len(list), "finding needs", "findings need")+" a digest from a registry"), ": ", why)
		p.line("  ask registries  ", p.st.paint(cyan, "oakum fix --level review --diff"+f.After.Arguments))
		p.rules(f, list)
	}
	if list := by[fixer.ChosenFix]; len(list) > 0 {
		p.line(p.st.paint(bold, text.Count(len(list), "finding has", "findings have")+" a fix to decide on"), ": no file shows whether it is wanted")
		p.line("  decide          ", p.st.paint(cyan, "oakum"+f.After.OneByOne))
		p.rules(f, list)
	}
	if list := by[fixer.NoFix]; len(list) > 0 {
		p.line(p.st.paint(bold, text.Count(len(list), "finding is", "findings are")+" left to you"), ": no automatic fix")
		p.line("  what to do      ", p.st.paint(cyan, "oakum scan --full"+f.After.Arguments))
		p.rules(f, list)
	}
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
