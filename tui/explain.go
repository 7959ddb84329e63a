package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"oakum/fixer"
	"oakum/fixer/text"
	"oakum/tui/widget"
)

// explainScreen shows a rule's documentation.
type explainScreen struct {
	rule *fixer.Rule
	scroller
}

func newExplain(r *fixer.Rule) *explainScreen { return &explainScreen{rule: r} }

func (s *explainScreen) place() place { return onExplain }

func (s *explainScreen) press(d *desk, a action) tea.Cmd {
	switch a {
	case actBack:
		return d.pop()
	case actReference:
		return d.openReference(s.rule)
	case actCopy:
		return d.copy(firstURL(s.rule), "address")
	}
	s.move(a)
	return nil
}

func (s *explainScreen) draw(d *desk, l layout) page {
	return page{
		title: s.rule.Name, right: s.rule.Severity.String(), rule: text.VisibleLine(s.rule.Title), heavy: true,
		body: s.window(s.lines(d, min(l.width, 100)), l.body),
	}
}

func (s *explainScreen) lines(d *desk, width int) []string {
	t := &d.theme
	doc := s.rule.Doc
	var out []string
	part := func(title, body string, verbatim bool) {
		if strings.TrimSpace(body) == "" {
			return
		}
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, " "+t.Title.Paint(title))
		body = strings.TrimRight(text.Visible(body), "\n")
		if verbatim {
			for line := range strings.SplitSeq(body, "\n") {
				out = append(out, "   "+widget.Cut(strings.ReplaceAll(line, "\t", "    "), width-4, t.Marks.CutRight))
			}
			return
		}
		for paragraph := range strings.SplitSeq(body, "\n\n") {
			for _, line := range widget.Wrap(strings.Join(strings.Fields(paragraph), " "), max(1, width-4)) {
				out = append(out, "   "+line)
			}
		}
	}
	part("What", doc.What, false)
	part("Why", doc.Why, false)
	part("Breaks if", doc.Breaks, false)
	part("Verify", doc.Verify, false)
	part("Before", doc.Bad, true)
	part("After", doc.Good, true)
	var refs []string
	for _, r := range doc.References {
		refs = append(refs, strings.TrimSpace(r.Source+" "+r.ID+"  "+r.URL))
	}
	part("References", strings.Join(refs, "\n"), true)
	part("Leave it", "# oakum: ignore "+s.rule.Name+" the reason\nat the end of the line or on the line before; i writes it for you.", true)
	part("The same text", "oakum explain "+s.rule.Name, true)
	return out
}
