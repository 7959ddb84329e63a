package tui

import (
	"cmp"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// explainScreen shows all there is to say about a finding, and its rule's
// documentation.
type explainScreen struct {
	rule *fixer.Rule
	key  fixer.Key
	fix  string // id of the alternative looked at, "" for the first
	scroller
}

func newExplain(r *fixer.Rule, k fixer.Key, fix string) *explainScreen {
	return &explainScreen{rule: r, key: k, fix: fix}
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
		p.foot = count(n, "line") + " more below"
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
	f := d.offer(o)
	out := []string{" " + t.Title.Paint("This finding")}
	say := func(label, body string) {
		body = strings.Join(strings.Fields(text.Visible(body)), " ")
		if body == "" {
			return
		}
		for _, line := range widget.Wrap(body, max(1, width-labelWidth-4)) {
			out = append(out, "   "+t.Label.Paint(widget.Pad(label, labelWidth))+line)
			label = ""
		}
	}
	say("What", f.Message)
	say("Where", fmt.Sprintf("%s:%d, %s", f.File, o.Finding.Line, f.Path))
	state, _ := d.state(o)
	say("State", state)
	if fix := (&detail{fix: s.fix}).alternative(f); fix != nil {
		say("Fix", fix.Title+" ("+fix.Level.String()+")")
		say("Breaks", cmp.Or(fix.Breaks, harmless))
		say("Verify", cmp.Or(fix.Verify, s.rule.Page().Verify))
	}
	for i, e := range f.Evidence {
		say([]string{"Known", ""}[min(i, 1)], e.String())
	}
	say("Do", f.Advice)
	return out
}

func (s *explainScreen) lines(d *model, width int) []string {
	t := &d.theme
	doc := s.rule.Page()
	out := s.about(d, width)
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
	for _, c := range fixer.Cite(s.rule.References) {
		refs = append(refs, strings.TrimSpace(c.Text+"  "+c.URL))
	}
	part("References", strings.Join(refs, "\n"), true)
	part("Leave it", "# oakum: ignore "+s.rule.Name+" the reason\nat the end of the line or on the line before; i writes it for you.", true)
	part("The same text", "oakum explain "+s.rule.Name, true)
	return out
}
