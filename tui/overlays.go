package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// filterOverlay types the list's filter; the rows follow every letter.
type filterOverlay struct {
	list  *listScreen
	input widget.Input
}

// filterLines are the lines the filter takes, with the rule above it.
const filterLines = 2

func newFilter(s *listScreen) *filterOverlay {
	o := &filterOverlay{list: s}
	o.input.Limit = 200
	o.input.Set(s.filter.words)
	return o
}

func (o *filterOverlay) place() place { return onFilter }
func (o *filterOverlay) typing() line { return &o.input }

func (o *filterOverlay) typed(d *model) tea.Cmd {
	o.list.filter.words = o.input.Value()
	o.list.rearrange(d)
	return d.refresh()
}

func (o *filterOverlay) press(d *model, a action) tea.Cmd {
	if a == actBack {
		o.input.Set("")
		return tea.Batch(o.typed(d), d.closeOverlay())
	}
	return d.closeOverlay()
}

func (o *filterOverlay) panel(d *model, width, height int) (string, []string) {
	_, of := o.list.list.Place()
	return "filter", []string{
		" / " + o.input.View(&d.theme, max(1, width-16), true) + " " + d.theme.Dim.Paint(count(of, "line")),
	}
}

// searchOverlay types what to look for in a diff.
type searchOverlay struct {
	screen *diffScreen
	input  widget.Input
}

func newSearch(s *diffScreen) *searchOverlay {
	o := &searchOverlay{screen: s}
	o.input.Limit = 200
	o.input.Set(s.query)
	return o
}

func (o *searchOverlay) place() place { return onSearch }
func (o *searchOverlay) typing() line { return &o.input }

func (o *searchOverlay) typed(*model) tea.Cmd { return nil }

func (o *searchOverlay) press(d *model, a action) tea.Cmd {
	cmd := d.closeOverlay()
	if a == actOpen {
		return tea.Batch(cmd, o.screen.search(d, o.input.Value(), false))
	}
	return cmd
}

func (o *searchOverlay) panel(d *model, width, height int) (string, []string) {
	return "search", []string{" / " + o.input.View(&d.theme, max(1, width-5), true)}
}

// ignoreOverlay asks why a finding is left, and shows the comment that will
// say so.
type ignoreOverlay struct {
	key   fixer.Key
	input widget.Input
	pane  diffPane
	shown *preview
}

func newIgnore(k fixer.Key) *ignoreOverlay {
	o := &ignoreOverlay{key: k}
	o.input.Limit = 300
	return o
}

func (o *ignoreOverlay) place() place { return onIgnore }
func (o *ignoreOverlay) typing() line { return &o.input }

func (o *ignoreOverlay) typed(d *model) tea.Cmd { return o.refresh(d) }

func (o *ignoreOverlay) decision() engine.Decision {
	return engine.Decision{Verdict: engine.Suppress, Reason: strings.TrimSpace(o.input.Value())}
}

func (o *ignoreOverlay) refresh(d *model) tea.Cmd {
	if o.decision().Reason == "" || d.current == nil {
		return nil
	}
	return d.askPreview(o.key, o.decision())
}

func (o *ignoreOverlay) press(d *model, a action) tea.Cmd {
	switch a {
	case actBack:
		return d.closeOverlay()
	case actPageDown:
		o.pane.move(actHalfDown)
	case actPageUp:
		o.pane.move(actHalfUp)
	case actOpen:
		v := o.decision()
		if v.Reason == "" {
			return d.warn("a reason is needed: whoever reads the comment later will want it")
		}
		said := fmt.Sprintf("will record why %s is left in %s", ruleWord(o.key.Rule), o.key.File)
		return tea.Batch(d.decide("ignore "+o.key.Rule, engine.Decisions{o.key: v}, said), d.closeOverlay())
	}
	return nil
}

func (o *ignoreOverlay) panel(d *model, width, height int) (string, []string) {
	t := &d.theme
	out := []string{" Reason  " + o.input.View(t, max(1, width-10), true)}
	p, exact := d.previewOf(o.key)
	room := min(10, height-1)
	switch {
	case o.decision().Reason == "":
		out = append(out, " "+t.Dim.Paint("it is written into the file as a comment, and counted from then on"))
	case p == nil || !exact:
		out = append(out, " "+t.Dim.Paint("working out what this does"+t.Marks.Ellipsis))
	case p.outcome != nil && (p.outcome.Result == engine.Refused || p.outcome.Result == engine.Blocked):
		out = append(out, " "+t.Error.Paint(string(p.outcome.Result)+": "+text.VisibleLine(p.outcome.Reason)))
	default:
		if o.shown != p {
			o.shown = p
			o.pane.show(p.diff, o.pane.diff != nil)
		}
		out = append(out, o.pane.view(d, d.diffOptions, width, room)...)
	}
	for len(out) < room+1 {
		out = append(out, "")
	}
	return "why is " + ruleWord(o.key.Rule) + " left?", out
}

// quitOverlay asks what becomes of accepted fixes that are not written.
type quitOverlay struct{}

func (quitOverlay) place() place { return onQuit }

func (d *model) askQuit() tea.Cmd {
	if !d.pending() {
		return d.keepAndQuit()
	}
	return d.openOverlay(quitOverlay{})
}

func (quitOverlay) press(d *model, a action) tea.Cmd {
	switch a {
	case actBack:
		return d.closeOverlay()
	case actPlan:
		d.overlays = nil
		if _, ok := d.screen().(*planScreen); ok {
			return d.refresh()
		}
		return d.push(newPlan())
	case actPatch:
		if d.current == nil || !d.fresh() {
			return d.say("the plan is still being worked out")
		}
		return d.savePatchAndLeave()
	case actKeep:
		return d.keepAndQuit()
	case actDiscard:
		return d.discard()
	}
	return nil
}

func (quitOverlay) panel(d *model, width, height int) (string, []string) {
	n := edits(d.current.done(), d.current.count[engine.NewlySuppressed])
	kept := d.theme.Dim.Paint("q keeps the verdicts for the next time, D forgets them.")
	if d.autosave.failed {
		kept = d.theme.Warn.Paint("The verdicts cannot be saved: they are lost when you leave.")
	}
	return "leave without writing?", []string{
		"",
		" " + n + " accepted and not written to any file.",
		" " + kept,
		"",
	}
}

// changedOverlay says that changed files prevent writing.
type changedOverlay struct {
	err *fixer.RefusedError
	scroller
}

func (o *changedOverlay) place() place { return onChanged }

func (o *changedOverlay) press(d *model, a action) tea.Cmd {
	switch a {
	case actBack:
		return d.closeOverlay()
	case actRescan:
		return tea.Batch(d.closeOverlay(), d.rescan(""))
	}
	o.move(a)
	return nil
}

func (o *changedOverlay) panel(d *model, width, height int) (string, []string) {
	lines := []string{" Nothing was written. These files stand in the way:", ""}
	for _, f := range o.err.Refusals {
		s := text.VisibleLine(f.Path) + ": " + text.VisibleLine(f.Reason)
		for _, line := range widget.Wrap(s, max(1, width-6)) {
			lines = append(lines, "   "+line)
		}
	}
	lines = append(lines, "", " Reading again keeps every verdict whose finding still exists.")
	return "files have changed", o.window(lines, height)
}

// resumeOverlay offers the decisions of an earlier session.
type resumeOverlay struct{ kept engine.Decisions }

func newResume(kept engine.Decisions) *resumeOverlay { return &resumeOverlay{kept} }

func (o *resumeOverlay) place() place { return onResume }

func (o *resumeOverlay) press(d *model, a action) tea.Cmd {
	switch a {
	case actAccept:
		return tea.Batch(d.closeOverlay(), d.resume(o.kept))
	case actDiscard:
		d.autosave.kept = false
		return tea.Batch(d.closeOverlay(), d.saveCmd(nil), d.say("forgot the earlier verdicts"))
	case actBack:
		return d.closeOverlay()
	}
	return nil
}

func (o *resumeOverlay) panel(d *model, width, height int) (string, []string) {
	n := map[engine.Verdict]int{}
	for _, v := range o.kept {
		n[v.Verdict]++
	}
	return "an earlier session was not finished", []string{
		"",
		fmt.Sprintf(" %s not written: %d accepted, %d skipped, %d ignored.", count(len(o.kept), "verdict"), n[engine.Accept], n[engine.Skip], n[engine.Suppress]),
		"",
	}
}

// noticeOverlay shows lines that a person should read.
type noticeOverlay struct {
	title string
	lines []string
	scroller
}

func newNotice(title string, lines []string) *noticeOverlay {
	return &noticeOverlay{title: title, lines: lines}
}

func (o *noticeOverlay) place() place { return onNotice }

func (o *noticeOverlay) press(d *model, a action) tea.Cmd {
	if a == actBack {
		return d.closeOverlay()
	}
	o.move(a)
	return nil
}

func (o *noticeOverlay) panel(d *model, width, height int) (string, []string) {
	var lines []string
	for _, s := range o.lines {
		for _, line := range widget.Wrap(text.VisibleLine(s), max(1, width-2)) {
			lines = append(lines, " "+line)
		}
	}
	return o.title, o.window(lines, min(height, len(lines)))
}
