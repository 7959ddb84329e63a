package tui

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/tui/widget"
)

// doneScreen says what was written, to be pasted: what became better, the files,
// how to check that all still works, and what is left. The same words go to the
// scrollback.
type doneScreen struct {
	parts   []donePart
	written *planIndex // what the figures are of: the newest plan is of what is left
	checks  []fixer.Verification
	undo    string
	scroller
}

// A donePart is lines under a label.
type donePart struct {
	label string
	lines []string // visible-safe
}

// newDone describes a plan that was written except for the files in out.
func newDone(d *model, st *planIndex, out []string, r *fixer.Receipt) *doneScreen {
	m := &d.theme.Marks
	plan := st.plan
	s := &doneScreen{written: st, checks: reported(plan).Checks(), undo: r.Undo}
	s.add("Score", fmt.Sprintf("%d %s %d of 100 (%s %s %s)", plan.ScoreBefore, m.Arrow, plan.ScoreAfter,
		engine.Grade(plan.ScoreBefore), m.Arrow, engine.Grade(plan.ScoreAfter)))
	if was, is := fixer.CountLevels(plan.Before.PodLevels()), fixer.CountLevels(plan.After.PodLevels()); is != "" {
		s.add("Pods", was+" "+m.Arrow+" "+is+" (Pod Security level)")
	}
	s.add("Counts", strings.Replace(tallied(st), " accepted", " fixed", 1))

	files := []string{count(len(r.Written), "file") + " written"}
	widest := 0
	for _, p := range r.Written {
		widest = max(widest, widget.Width(visible(p)))
	}
	for _, p := range r.Written {
		line := widget.Pad(visible(p), widest)
		if c := st.change(p); c != nil {
			fixed, comments := st.tally(c)
			f := st.planFile(p)
			line += fmt.Sprintf("  +%d %s%d  %s", f.added, m.Minus, f.removed, edits(fixed, comments))
		}
		files = append(files, line)
	}
	for _, p := range out {
		files = append(files, visible(p)+"  left out")
	}
	for _, w := range r.Warnings {
		files = append(files, m.Attention+" "+visible(w))
	}
	s.add("Files", files...)
	s.add("Undo", visible(r.Undo))
	if left := leftWords(st); left != "" {
		s.add("Left", left)
	}
	s.add("Next", "oakum scan --fail-on high  (in CI: fails while findings of this severity are left)")
	var checks []string
	for _, c := range s.checks {
		if c.Command != "" {
			checks = append(checks, visible(c.Command))
			c.Expect = "  " + c.Expect
		}
		checks = append(checks, visible(c.Expect))
	}
	s.add("Check", checks...)
	return s
}

// reported is a plan as the reports see it.
func reported(plan *engine.Plan) *report.Fix { return report.NewFix("", plan, report.Filter{}) }

func (s *doneScreen) add(label string, lines ...string) {
	if len(lines) > 0 {
		s.parts = append(s.parts, donePart{label: label, lines: lines})
	}
}

// plain is the summary for the scrollback and for pasting.
func (s *doneScreen) plain() string {
	var b strings.Builder
	for _, p := range s.parts {
		for i, line := range p.lines {
			label := ""
			if i == 0 {
				label = p.label
			}
			b.WriteString(strings.TrimRight(widget.Pad(label, labelWidth)+line, " ") + "\n")
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
	case actCopyCommit:
		return copyReport(s.written.plan, "commit message", (*report.Fix).CommitMessage)
	case actCopyPull:
		return copyReport(s.written.plan, "pull-request text", (*report.Fix).PullRequest)
	}
	s.move(a)
	return nil
}

// copyReport copies a text that is made of all that was written.
func copyReport(plan *engine.Plan, what string, write func(*report.Fix, io.Writer) error) tea.Cmd {
	return func() tea.Msg {
		var b bytes.Buffer
		if err := write(reported(plan), &b); err != nil {
			return copyMsg{err: err}
		}
		return copyMsg{text: b.String(), what: what}
	}
}

// copyMsg brings a text to copy.
type copyMsg struct {
	text, what string
	err        error
}

func (msg copyMsg) apply(d *model) tea.Cmd {
	if msg.err != nil {
		return d.warn("%v", msg.err)
	}
	return d.copy(msg.text, msg.what)
}

func (s *doneScreen) draw(d *model, l layout) page {
	t := &d.theme
	var lines []string
	for _, p := range s.parts {
		for i, line := range p.lines {
			label := ""
			if i == 0 {
				label = p.label
			}
			for _, w := range widget.Wrap(line, max(1, l.width-labelWidth-2)) {
				lines = append(lines, " "+t.Label.Paint(widget.Pad(label, labelWidth))+w)
				label = ""
			}
		}
	}
	p := page{title: "done " + t.Marks.Dot + " " + d.title(), heavy: true, body: s.window(lines, l.body)}
	p.right = fmt.Sprintf("score %d %s %d", s.written.plan.ScoreBefore, t.Marks.Arrow, s.written.plan.ScoreAfter)
	if n := s.below(); n > 0 {
		p.foot = "j: " + count(n, "line") + " more below"
	}
	return p
}
