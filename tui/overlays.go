package tui

import (
	"fmt"
	"maps"
	"slices"
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

func (o *searchOverlay) idle(*model) []action {
	if o.input.Value() == "" {
		return []action{actOpen}
	}
	return nil
}

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
			return d.warn("Type a reason first: people who read the file later will want to know it")
		}
		said := fmt.Sprintf("Suppressed %s in %s", ruleWord(o.key.Rule), o.key.File)
		return tea.Batch(d.decide("suppress "+o.key.Rule, engine.Decisions{o.key: v}, said), d.closeOverlay())
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
		for _, line := range widget.Wrap("Type why the finding stays, then enter. The reason goes into the file as a suppression comment; scans list the finding as suppressed.", max(1, width-2)) {
			out = append(out, " "+t.Dim.Paint(line))
		}
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
	return "suppress " + ruleWord(o.key.Rule), out
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
			return d.say("The plan is still being worked out")
		}
		return d.savePatchAndLeave()
	case actKeep:
		return d.keepAndQuit()
	case actDiscard:
		return d.discard()
	}
	return nil
}

func (quitOverlay) idle(d *model) []action {
	if d.current == nil || !d.fresh() {
		return []action{actPatch}
	}
	return nil
}

func (quitOverlay) panel(d *model, width, height int) (string, []string) {
	keep := "Keep them for next time (q), discard them (D), or cancel (esc)?"
	if d.autosave.failed {
		keep = d.theme.Warn.Paint("Decisions cannot be saved: leaving discards them. Cancel with esc.")
	}
	lines := []string{""}
	for _, s := range widget.Wrap(unwrittenWords(d.current)+" not been written."+d.leftOutWords(), max(1, width-2)) {
		lines = append(lines, " "+s)
	}
	lines = append(lines, " "+keep, "", " "+d.theme.Dim.Paint("w shows the plan, which writes them; P saves them as oakum.patch."), "")
	if d.autosave.failed {
		for _, s := range widget.Wrap(text.VisibleLine(d.autosave.why.Error()), max(1, width-2)) {
			lines = append(lines, " "+d.theme.Dim.Paint(s))
		}
	}
	return "leave without writing?", lines
}

// leftOutWords name the files that the plan would change and that are left out of it.
func (d *model) leftOutWords() string {
	var names []string
	for _, path := range slices.Sorted(maps.Keys(d.excluded)) {
		if d.current.change(path) != nil {
			names = append(names, visible(path))
		}
	}
	const most = 3
	switch more := len(names) - most; {
	case len(names) == 0:
		return ""
	case more > 0:
		names = append(names[:most], count(more, "more file"))
	}
	return " Left out of the plan: " + strings.Join(names, ", ") + "."
}

// unwrittenWords says what the plan would write: "23 accepted fixes have".
func unwrittenWords(now *planIndex) string {
	var parts []string
	if n := now.count[engine.Fixed]; n == 1 {
		parts = append(parts, "1 accepted fix")
	} else if n > 0 {
		parts = append(parts, fmt.Sprintf("%d accepted fixes", n))
	}
	if n := now.count[engine.NewlySuppressed]; n > 0 {
		parts = append(parts, count(n, "suppression comment"))
	}
	all := strings.Join(parts, " and ")
	if strings.HasPrefix(all, "1 ") && len(parts) == 1 {
		return all + " has"
	}
	return all + " have"
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
	lines := []string{" These files cannot be written:", ""}
	for _, f := range o.err.Refusals {
		s := text.VisibleLine(f.Path) + ": " + text.VisibleLine(f.Reason)
		for _, line := range widget.Wrap(s, max(1, width-6)) {
			lines = append(lines, "   "+line)
		}
	}
	lines = append(lines, "")
	say := func(s string) {
		for _, line := range widget.Wrap(s, max(1, width-2)) {
			lines = append(lines, " "+line)
		}
	}
	if slices.ContainsFunc(o.err.Refusals, func(f fixer.FileRefusal) bool { return f.Code == fixer.RefusedReadOnly }) {
		say("A read-only file can be written after chmod u+w.")
	}
	say("esc goes back to the plan, where space leaves a file out.")
	say("r reads the files again and keeps every decision whose finding still exists.")
	return "nothing was written", o.window(lines, height)
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
		return tea.Batch(d.closeOverlay(), d.saveCmd(nil), d.say("Discarded the decisions of your last session"))
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
	var parts []string
	for _, p := range []struct {
		of   engine.Verdict
		word string
	}{{engine.Accept, "accepted"}, {engine.Skip, "skipped"}, {engine.Suppress, "suppressed"}} {
		if n[p.of] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[p.of], p.word))
		}
	}
	lines := []string{""}
	for _, s := range []string{
		fmt.Sprintf("%s not written yet: %s.", count(len(o.kept), "decision"), strings.Join(parts, ", ")),
		"esc asks again next time, unless you decide something now: new decisions replace these.",
	} {
		for _, line := range widget.Wrap(s, max(1, width-2)) {
			lines = append(lines, " "+line)
		}
	}
	return "Resume your last session?", append(lines, "")
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
