package tui

import (
	"bytes"
	"fmt"
	"io"
	"slices"
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
	checks  []report.Check
	all     bool // every file and check is shown
	undo    string
	scroller
}

// A donePart is lines under a label.
type donePart struct {
	label string
	lines []string // visible-safe
}

// shown are the parts as they are shown. Lines and checks that are not are counted, with
// how to see them.
func (s *doneScreen) shown(files, checks string) []donePart {
	parts := slices.Clone(s.parts)
	for i, p := range parts {
		if n := len(p.lines) - mostFiles; p.label == "Files" && n > 1 && !s.all {
			parts[i].lines = append(slices.Clone(p.lines[:mostFiles]), fmt.Sprintf("and %d more: %s", n, files))
		}
	}
	return append(parts, s.checkPart(checks))
}

// newDone describes a plan that was written except for the files in out.
func newDone(d *model, view *planView, out []string, r *fixer.Receipt) *doneScreen {
	m, st := &d.theme.Marks, view.index
	plan := st.plan
	result := reported(plan)
	s := &doneScreen{written: st, checks: result.Checks(), undo: visible(r.Undo)}
	s.add("Score", fmt.Sprintf("%d %s %d of 100 (%s %s %s)", plan.ScoreBefore, m.Arrow, plan.ScoreAfter,
		engine.Grade(plan.ScoreBefore), m.Arrow, engine.Grade(plan.ScoreAfter)))
	if was, is := fixer.CountLevels(plan.Before.PodLevels()), fixer.CountLevels(plan.After.PodLevels()); is != "" {
		s.add("Pods", was+" "+m.Arrow+" "+is+" (Pod Security level)")
	}
	s.add("Counts", writtenWords(st.sum))

	files := []string{count(len(r.Written), "file") + " written"}
	widest := 0
	for _, p := range r.Written {
		widest = max(widest, widget.Width(visible(p)))
	}
	veil := report.VeilOf(plan)
	for _, p := range r.Written {
		line := widget.Pad(visible(p), widest)
		if c := st.change(p); c != nil {
			fixed, comments := st.tally(c)
			f := st.planFile(p, veil)
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
	if words := result.Recreated.Words(0, nil); words != "" {
		s.add("Apply", m.Attention+" "+visible(words))
	}
	s.add("Undo", visible(r.Undo))
	if left := leftWords(st, view.withheld); left != "" {
		s.add("Left", left)
	}
	s.add("Next", "oakum scan --fail-on high  (in CI: fails while findings of this severity are left)")
	return s
}

// Bounds of what is shown unless all is: how many files, how many checks, and for how
// many other names each.
const (
	mostFiles      = 10
	mostChecks     = 6
	mostCheckNames = 4
)

// checkLines say how to see that all still works. Those beyond the bounds are counted.
func (s *doneScreen) checkLines(all bool) []string {
	list, names := s.checks, 0
	if !all {
		list, names = list[:min(len(list), mostChecks)], mostCheckNames
	}
	var out []string
	for _, c := range list {
		indent := ""
		if c.Command != "" {
			out = append(out, visible(c.Command))
			indent = "  "
		}
		out = append(out, indent+visible(c.Expect))
		if others := c.Others(names); others != "" {
			out = append(out, indent+visible(others))
		}
	}
	return out
}

// checkPart is the checks as they are shown, with how to see those that are not.
func (s *doneScreen) checkPart(how string) donePart {
	p := donePart{"Check", s.checkLines(s.all)}
	if n := len(s.checks) - mostChecks; n > 0 && !s.all {
		p.lines = append(p.lines, fmt.Sprintf("and %s: %s", count(n, "more check"), how))
	}
	return p
}

// short reports whether there is no more than what is shown at first.
func (s *doneScreen) short() bool {
	return len(s.written.plan.Changes) < mostFiles && slices.Equal(s.checkLines(false), s.checkLines(true))
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
	for _, p := range s.shown("git status lists them", "oakum explain RULE has those of each rule") {
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
	case actShowAll:
		if s.short() {
			return d.say("All is shown already")
		}
		s.all = !s.all
		return nil
	case actHowToUndo:
		return d.say("The files are written: leave with q, then %s restores them", s.undo)
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
	for _, p := range s.shown("x shows all", "x shows all") {
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
	switch {
	case s.all:
		p.labels = map[action]string{actShowAll: "show less"}
	case s.short():
		p.idle = append(p.idle, actShowAll)
	}
	p.right = fmt.Sprintf("score %d %s %d", s.written.plan.ScoreBefore, t.Marks.Arrow, s.written.plan.ScoreAfter)
	if n := s.below(); n > 0 {
		p.foot = "j: " + count(n, "more line") + " below"
	}
	return p
}
