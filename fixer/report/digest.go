package report

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Bounds of the report of many findings, so that it fits onto a screen.
const (
	mostFindings  = 10 // in full, whatever they take
	mostLines     = 40 // of all findings in full; beyond that the worst are shown
	mostExamples  = 4  // groups of which one finding is shown
	digestRows    = 5  // of a table
	mostAside     = 3  // rows of what is no finding
	mostSentences = 1  // of what a person can do
)

// inFull are all findings as [Scan.Text] writes them, and whether these are few enough.
func (p *printer) inFull(s *Scan) (string, bool) {
	var b bytes.Buffer
	all := &printer{w: &b, st: p.st}
	all.findings(s)
	return b.String(), len(s.Findings) <= mostFindings || strings.Count(b.String(), "\n") <= mostLines
}

// worst writes an example of each of the worst groups of findings and counts the others
// by rule. It says nothing twice that the summary said.
func (p *printer) worst(s *Scan) {
	groups := s.byRule()
	for _, g := range groups[:min(len(groups), mostExamples)] {
		p.ruleTitle(s, g)
		p.example(s, g)
		p.line()
	}
	rest := groups[min(len(groups), mostExamples):]
	if len(rest) == 0 {
		return
	}
	var left []*fixer.Finding
	for _, g := range rest {
		for _, list := range g.same {
			left = append(left, list...)
		}
	}
	p.counts("Other findings by rule", "rule", tallies(left, func(f *fixer.Finding) string { return f.Rule }), text.VisibleLine, 2*digestRows)
}

// example writes one finding of a group with what is to be done, and where the others are.
func (p *printer) example(s *Scan, g *ruleGroup) {
	first := g.same[0][0]
	p.member(s, first)
	switch {
	case len(first.Fixes) > 0:
		fix := &first.Fixes[0]
		p.field(detailIndent, "Fix ("+fix.Level.String()+")", fix.Title)
	case first.Advice != "":
		p.field(detailIndent, "To do", firstSentences(first.Advice, mostSentences))
	}
	var places []string
	for _, list := range g.same {
		for _, f := range list {
			if f != first {
				places = append(places, place(p.st.name(f.File), f.Line))
			}
		}
	}
	if len(places) > 0 {
		p.line(detailIndent, p.st.paint(dim, "Also "+fitted(places, textWidth-len(detailIndent)-len("Also "))))
	}
}

// fitted lists as many names as fit into a width, and counts the others.
func fitted(names []string, width int) string {
	out := ""
	for i, n := range names {
		n = text.VisibleLine(n)
		more := ""
		if rest := len(names) - i - 1; rest > 0 {
			more = " and " + itoa(rest) + " more"
		}
		next := n
		if out != "" {
			next = out + ", " + n
		}
		if out != "" && utf8.RuneCountInString(next+more) > width {
			return out + " and " + itoa(len(names)-i) + " more"
		}
		out = next
	}
	return out
}

// firstSentences are at most so many sentences of a text.
func firstSentences(s string, most int) string {
	parts := strings.SplitAfter(s, ". ")
	return strings.TrimRight(strings.Join(parts[:min(len(parts), most)], ""), ". ")
}
