package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// A ruleGroup holds the findings of one rule and severity. Those that are fixed in
// the same words are together, so that these are read once.
type ruleGroup struct {
	rule     string
	severity fixer.Severity
	findings int
	same     [][]*fixer.Finding
}

// byRule puts the findings in groups: the most severe first, then by rule, file
// and line.
func (s *Scan) byRule() []*ruleGroup {
	list := s.byFile()
	slices.SortStableFunc(list, func(a, b *fixer.Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), strings.Compare(a.Rule, b.Rule))
	})
	var out []*ruleGroup
	at := map[string]int{} // where in the last group findings of the same fixes are
	for _, f := range list {
		if n := len(out); n == 0 || out[n-1].rule != f.Rule || out[n-1].severity != f.Severity {
			out = append(out, &ruleGroup{rule: f.Rule, severity: f.Severity})
			clear(at)
		}
		g, words := out[len(out)-1], remedy(f)
		i, known := at[words]
		if !known {
			i = len(g.same)
			at[words] = i
			g.same = append(g.same, nil)
		}
		g.same[i] = append(g.same[i], f)
		g.findings++
	}
	return out
}

// remedy is all that is said of what can be done about a finding.
func remedy(f *fixer.Finding) string {
	var b strings.Builder
	for i := range f.Fixes {
		x := &f.Fixes[i]
		b.WriteString(x.Level.String() + "\x00" + x.Title + "\x00" + x.Breaks + "\x00")
	}
	b.WriteString(f.Advice)
	return b.String()
}

// findings writes all findings, by rule.
func (p *printer) findings(s *Scan) {
	for _, g := range s.byRule() {
		p.ruleTitle(s, g)
		clear(p.near)
		for _, list := range g.same {
			p.sameRemedy(s, list)
		}
		p.line()
	}
}

// ruleTitle writes what the findings of a group have in common.
func (p *printer) ruleTitle(s *Scan, g *ruleGroup) {
	title := p.st.severity(g.severity, 0) + "  " + p.st.paint(bold, g.rule)
	if r := s.rules[g.rule]; r != nil {
		title += p.st.paint(dim, ": "+r.Title)
	}
	if g.findings > 1 {
		title += p.st.paint(dim, " ("+itoa(g.findings)+" findings)")
	}
	p.line(title)
}

const (
	memberIndent = "  "
	detailIndent = "    "
)

// sameRemedy writes findings that are fixed in the same words: where each is, then
// what is known, and what can be done.
func (p *printer) sameRemedy(s *Scan, list []*fixer.Finding) {
	shared := list[0].Evidence
	for _, f := range list[1:] {
		shared = slices.DeleteFunc(slices.Clone(shared), func(e fixer.Evidence) bool { return !slices.Contains(f.Evidence, e) })
	}
	for _, f := range list {
		p.member(s, f)
		for _, e := range f.Evidence {
			if len(list) > 1 && !slices.Contains(shared, e) {
				p.fact(e)
			}
		}
	}
	if len(list) == 1 {
		shared = list[0].Evidence
	}
	for _, e := range shared {
		p.fact(e)
	}
	f, of := list[0], ""
	if len(list) > 1 { // else it reads as if the others had none
		of = " for these " + itoa(len(list))
	}
	for i := range f.Fixes {
		fix := &f.Fixes[i]
		label := "Fix" + of
		if i > 0 {
			label = "Or"
		}
		p.field(detailIndent, label+" ("+fix.Level.String()+")", fix.Title)
		if fix.Breaks != "" && fix.Level != fixer.Safe {
			p.fieldNear(detailIndent, "Can break", fix.Breaks)
		}
	}
	if f.Advice != "" {
		p.fieldNear(detailIndent, "To do"+of, f.Advice)
	}
}

// member writes one finding: its place, its message, and the line.
func (p *printer) member(s *Scan, f *fixer.Finding) {
	shown := place(p.st.name(f.File), f.Line)
	head := memberIndent + p.st.place(cyan, f.File, f.Line)
	room := textWidth - len(memberIndent) - len([]rune(shown)) - 2
	lines := wrap(f.Message, max(room, textWidth/2))
	if len(lines) == 1 && room >= textWidth/2 {
		p.line(head, "  ", lines[0])
	} else {
		p.line(head)
		for _, l := range wrap(f.Message, textWidth-len(detailIndent)) {
			p.line(detailIndent, l)
		}
	}
	e, ok := s.excerptOf(f)
	if !ok {
		return
	}
	number := itoa(e.line)
	p.line(detailIndent, p.st.paint(dim, number+" | "), e.text)
	if e.mark != "" {
		p.line(detailIndent, strings.Repeat(" ", len(number)), p.st.paint(dim, " | "), p.st.mark(f.Severity, e.mark))
	}
}

// fact writes one piece of evidence, unless it was said before.
func (p *printer) fact(e fixer.Evidence) { p.fieldOnce(detailIndent, "Evidence", p.st.evidence(e)) }

// evidence is a fact with its place as it is called from where the reader stands.
func (st Style) evidence(e fixer.Evidence) string {
	s := e.String()
	rest, ok := strings.CutPrefix(s, e.Place)
	if e.Place == "" || !ok {
		return s
	}
	file, line := e.Place, ""
	if i := strings.LastIndexByte(file, ':'); i > 0 && strings.Trim(file[i+1:], "0123456789") == "" {
		file, line = file[:i], file[i:]
	}
	return st.name(file) + line + rest
}
