package tui

import (
	"fmt"
	"math"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// explainScreen shows all there is to say about a finding, and its rule's
// documentation.
type explainScreen struct {
	rule   *fixer.Rule
	key    fixer.Key
	fix    string // id of the alternative looked at, "" for the first
	params fixer.Params
	scroller
}

func newExplain(r *fixer.Rule, k fixer.Key, v *detail) *explainScreen {
	return &explainScreen{rule: r, key: k, fix: v.fix, params: v.params}
}

func (s *explainScreen) place() place { return onExplain }

func (s *explainScreen) press(d *model, a action) tea.Cmd {
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

func (s *explainScreen) draw(d *model, l layout) page {
	p := page{
		title: s.rule.Name, right: s.rule.Severity.String(), rule: text.VisibleLine(s.rule.Title), heavy: true,
		body: s.window(s.lines(d, min(l.width, 100)), l.body),
	}
	if n := s.below(); n > 0 {
		p.foot = "j: " + count(n, "more line") + " below"
	}
	if firstURL(s.rule) == "" {
		p.idle = []action{actReference, actCopy}
	}
	return p
}

// about says in full what the list and the review cut: nothing when the
// finding is gone.
func (s *explainScreen) about(d *model, width int) []string {
	if d.current == nil {
		return nil
	}
	o := d.current.outcome(s.key)
	if o == nil {
		return nil
	}
	t := &d.theme
	v := &detail{fix: s.fix, params: s.params}
	f := d.offer(o)
	p, _ := d.previewOf(s.key)
	var entries []entry
	for _, e := range v.entries(d, o, p) {
		if e.label == "Why" || e.label == "Refs" { // of the rule, below
			continue
		}
		if entries = append(entries, e); e.label != "What" {
			continue
		}
		entries = append(entries, entry{label: "Where", lines: []string{fmt.Sprintf("%s:%d, %s", f.File, o.Finding.Line, f.Path)}})
		if fix := v.alternative(f); fix != nil {
			entries = append(entries, entry{label: "Fix", lines: []string{fix.Title + " (" + fix.Level.String() + ")"}})
		}
	}
	out := []string{" " + t.Title.Paint("This finding")}
	lines, _ := v.explain(d, entries, width-2, math.MaxInt32)
	for _, line := range lines {
		out = append(out, "  "+line)
	}
	return out
}

func (s *explainScreen) lines(d *model, width int) []string {
	t := &d.theme
	doc := s.rule.Page()
	out := s.about(d, width)
	head := func(title string) {
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, " "+t.Title.Paint(title))
	}
	prose := func(title, body string) {
		if strings.TrimSpace(body) == "" {
			return
		}
		head(title)
		for paragraph := range strings.SplitSeq(strings.TrimRight(text.Visible(body), "\n"), "\n\n") {
			for _, line := range widget.Wrap(joined(paragraph), max(1, width-4)) {
				out = append(out, "   "+line)
			}
		}
	}
	verbatim := func(title, body string) {
		if strings.TrimSpace(body) == "" {
			return
		}
		head(title)
		for line := range strings.SplitSeq(strings.TrimRight(text.Visible(body), "\n"), "\n") {
			for _, part := range widget.Wrap(strings.ReplaceAll(line, "\t", "    "), max(1, width-4)) {
				out = append(out, "   "+part)
			}
		}
	}
	prose(s.rule.Name, doc.Summary)
	prose("What is reported", doc.What)
	prose("Why", doc.Why)
	prose("What can break", doc.Breaks)
	prose("How to check", doc.Verify)
	verbatim("Example", doc.Bad)
	verbatim("Fixed", doc.Good)
	var refs []string
	for _, c := range fixer.Cite(s.rule.References) {
		refs = append(refs, strings.TrimSpace(c.Text+"  "+c.URL))
	}
	verbatim("References", strings.Join(refs, "\n"))
	verbatim("Suppress this rule", "# oakum: ignore "+s.rule.Name+" REASON\nat the end of the line or on the line before. i in the review adds it.")
	verbatim("The same on the command line", "oakum explain "+s.rule.Name)
	return out
}
