package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/widget"
)

// doneScreen lists what was written, how to take it back, what is left and how
// to see that all still works. The same words go to the scrollback.
type doneScreen struct {
	parts   []donePart
	scores  string
	written *planIndex // what the figures are of: the newest plan is of what is left
	scroller
}

type donePart struct {
	title string
	lines []string // visible-safe
}

// mostVerify bounds how many ways to verify are listed.
const mostVerify = 12

// newDone describes a plan that was written except for the files in out.
func newDone(d *model, st *planIndex, out []string, r *fixer.Receipt) *doneScreen {
	s := &doneScreen{written: st}
	plan := st.plan
	s.scores = fmt.Sprintf("score %d %s %d", plan.ScoreBefore, d.theme.Marks.Arrow, plan.ScoreAfter)
	var lines []string
	for _, p := range r.Written {
		fixed, comments := 0, 0
		if c := st.change(p); c != nil {
			fixed, comments = st.tally(c)
		}
		lines = append(lines, visible(p)+"  "+edits(fixed, comments))
	}
	for _, w := range r.Warnings {
		lines = append(lines, d.theme.Marks.Attention+" "+visible(w))
	}
	s.add(fmt.Sprintf("written: %s, score %d to %d", count(len(r.Written), "file"), plan.ScoreBefore, plan.ScoreAfter), lines)
	s.add("to take it back", []string{visible(r.Undo)})

	if len(out) > 0 {
		var lines []string
		for _, p := range out {
			lines = append(lines, visible(p))
		}
		s.add("left out by you: "+count(len(out), "file"), lines)
	}
	s.add(tallied(st), nil)
	groups := []struct {
		title  string
		result engine.Result
	}{
		{"left for you to decide", engine.ManualWork},
		{"blocked", engine.Blocked}, {"refused", engine.Refused},
		{"skipped by you", engine.Skipped}, {"still open", engine.Open},
	}
	var verify []string
	seen := map[string]bool{}
	for _, g := range groups {
		var left []string
		for i := range plan.Outcomes {
			if o := &plan.Outcomes[i]; o.Result == g.result {
				line := fmt.Sprintf("%s:%d  %s", o.Finding.File, o.Finding.Line, o.Finding.Rule)
				if o.Reason != "" {
					line += "  " + o.Reason
				}
				left = append(left, visible(line))
			}
		}
		if len(left) > 0 {
			s.add(fmt.Sprintf("%s: %d", g.title, len(left)), left)
		}
	}
	for i := range plan.Outcomes {
		o := &plan.Outcomes[i]
		if o.Result != engine.Fixed {
			continue
		}
		for j := range o.Finding.Fixes {
			if f := &o.Finding.Fixes[j]; f.Title == o.Title && f.Verify != "" && !seen[f.Verify] && len(verify) < mostVerify {
				seen[f.Verify] = true
				verify = append(verify, visible(f.Verify))
			}
		}
	}
	if len(verify) > 0 {
		s.add("to see that all still works", verify)
	}
	s.add("for CI", []string{"oakum scan --fail-on high"})
	return s
}

func (s *doneScreen) add(title string, lines []string) {
	s.parts = append(s.parts, donePart{title, lines})
}

// plain is the summary for the scrollback.
func (s *doneScreen) plain() string {
	var b strings.Builder
	for _, p := range s.parts {
		fmt.Fprintf(&b, "%s\n", p.title)
		for _, line := range p.lines {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	return b.String()
}

func (s *doneScreen) place() place { return onDone }

func (s *doneScreen) press(d *model, a action) tea.Cmd {
	switch a {
	case actBack:
		return d.home()
	case actRescan:
		return tea.Batch(d.home(), d.rescan(""))
	case actCopy:
		return d.copy(s.plain(), "summary")
	}
	s.move(a)
	return nil
}

func (s *doneScreen) draw(d *model, l layout) page {
	t := &d.theme
	var lines []string
	for _, p := range s.parts {
		lines = append(lines, " "+t.Title.Paint(p.title))
		for _, line := range p.lines {
			for _, w := range widget.Wrap(line, max(1, l.width-6)) {
				lines = append(lines, "    "+w)
			}
		}
		lines = append(lines, "")
	}
	return page{title: "done " + t.Marks.Dot + " " + d.title(), right: s.scores, heavy: true, body: s.window(lines, l.body)}
}
