package tui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/tui/theme"
	"github.com/oakum-sec/oakum/tui/widget"
)

// planScreen shows what would be written, file by file, and writes it. Its
// enter is the only key that changes files.
type planScreen struct {
	view    *planView // nil until worked out
	seq     int       // counts files left out and taken in
	busy    bool
	cursor  int
	top     int // first file that is seen
	writing bool
}

func newPlan() *planScreen { return &planScreen{} }

func (s *planScreen) place() place { return onPlan }

// ready reports whether what is shown is what would be written.
func (s *planScreen) ready(d *model) bool {
	return s.view != nil && d.fresh() && s.view.gen == d.generation && s.view.seq == s.seq && !s.writing
}

func (s *planScreen) refresh(d *model) tea.Cmd {
	if s.busy || !d.fresh() || s.ready(d) || s.writing {
		return nil
	}
	s.busy = true
	job, now, seq, b, out := d.foldJob(), d.current, s.seq, d.opts.Backend, maps.Clone(d.excluded)
	return func() tea.Msg {
		v := job.planView(now, out)
		v.seq = seq
		v.states = b.States(v.paths())
		return planMsg{s, v}
	}
}

// planMsg brings what a plan screen shows.
type planMsg struct {
	screen *planScreen
	view   *planView
}

func (msg planMsg) apply(d *model) tea.Cmd {
	s := msg.screen
	s.busy = false
	if msg.view.gen != d.generation || msg.view.seq != s.seq {
		return s.refresh(d)
	}
	s.view = msg.view
	s.cursor = max(0, min(s.cursor, len(s.view.files)-1))
	return nil
}

func (s *planScreen) file() *planFile {
	if s.view == nil || s.cursor >= len(s.view.files) {
		return nil
	}
	return &s.view.files[s.cursor]
}

func (s *planScreen) press(d *model, a action) tea.Cmd {
	switch a {
	case actBack:
		return d.pop()
	case actDown:
		return s.turn(1)
	case actUp:
		return s.turn(-1)
	case actTop:
		s.cursor = 0
		return nil
	case actBottom:
		if s.view != nil {
			s.cursor = max(0, len(s.view.files)-1)
		}
		return nil
	case actWrite:
		return s.write(d)
	case actToggle:
		return s.leaveOut(d)
	case actProve:
		return s.prove(d)
	case actPatch, actCopy:
		if !s.ready(d) {
			return d.say("The plan is still being worked out")
		}
		if a == actCopy {
			return d.copy(patchOf(diffFiles(&report.Veil{}, s.view.index.plan.Changes)), "patch")
		}
		return d.savePatch(s.view.index.plan.Changes)
	}
	f := s.file()
	if f == nil {
		return nil
	}
	switch a {
	case actNext:
		f.pane.nextChange()
	case actPrev:
		f.pane.prevChange()
	case actZoom:
		return d.push(newDiffOfPlan(s.view.index.plan, f.path))
	case actHalfDown, actHalfUp, actPageDown, actPageUp:
		f.pane.move(a)
	case actSplit, actMoreContext, actLessContext, actWrap, actLeft, actRight:
		f.pane.look(&d.diffOptions, a)
		return lookSaid(d, d.diffOptions, a, d.width)
	}
	return nil
}

func (s *planScreen) turn(by int) tea.Cmd {
	if s.view != nil && len(s.view.files) > 0 {
		n := len(s.view.files)
		s.cursor = (s.cursor + by + n) % n
	}
	return nil
}

// leaveOut takes a file out of the plan, or in again. A fix is made in all of
// its files or in none, so those that touch the file go with it. The file stays
// out, also of plans that are opened later, until it is taken in again.
func (s *planScreen) leaveOut(d *model) tea.Cmd {
	f := s.file()
	if f == nil {
		return nil
	}
	if d.excluded[f.path] {
		delete(d.excluded, f.path)
	} else {
		d.excluded[f.path] = true
	}
	s.seq++
	return s.refresh(d)
}

func (s *planScreen) draw(d *model, l layout) page {
	t := &d.theme
	p := page{title: "plan " + t.Marks.Dot + " nothing written yet", rule: "files", foot: "undo later: oakum undo", heavy: true}
	if s.writing {
		p.title = "plan " + t.Marks.Dot + " writing" + t.Marks.Ellipsis
	}
	if s.view == nil {
		p.body = []string{"", " " + t.Dim.Paint("working out the plan"+t.Marks.Ellipsis)}
		return p
	}
	plan := s.view.index.plan
	arrow := " " + t.Marks.Arrow + " "
	p.right = fmt.Sprintf("score %d%s%d   %s%s%s", plan.ScoreBefore, arrow, plan.ScoreAfter,
		engine.Grade(plan.ScoreBefore), arrow, engine.Grade(plan.ScoreAfter))
	p.labels = map[action]string{actWrite: "write " + count(len(plan.Changes), "file")}
	if f := s.file(); f != nil && d.excluded[f.path] {
		p.labels[actToggle] = "take file in"
	}
	if !s.ready(d) {
		p.note = "working out" + t.Marks.Ellipsis
	}
	p.idle = s.idle(len(plan.Changes))
	if len(s.view.files) == 0 {
		p.body = []string{"", " No fixes are accepted yet, so there is nothing to write.", "",
			" " + t.Dim.Paint("A on the list accepts all safe fixes; enter there reviews one.")}
		return p
	}
	summary := s.summary(d, l.width)
	p.body = append(s.table(d, l, len(summary)), summary...)
	f := s.file()
	p.body = append(p.body, widget.Rule(t, visible(f.path), fmt.Sprintf("%d of %d", s.cursor+1, len(s.view.files)), l.width, false))
	room := l.body - len(p.body)
	if d.excluded[f.path] {
		p.body = append(p.body, " "+t.Dim.Paint("Left out: neither this file nor the other files of its fixes are changed."))
	} else {
		p.body = append(p.body, f.pane.view(d, d.diffOptions, l.width, room)...)
	}
	return p
}

// idle are the keys that would do nothing for a plan that writes so many files.
func (s *planScreen) idle(writes int) []action {
	var out []action
	if writes == 0 {
		out = append(out, actWrite, actPatch, actCopy, actProve)
	}
	if len(s.view.files) < 2 {
		out = append(out, actDown)
	}
	if f := s.file(); f == nil || f.pane.diff == nil {
		out = append(out, actZoom, actSplit)
	}
	if len(s.view.files) == 0 {
		out = append(out, actToggle)
	}
	return out
}

// table lists the files, as many as leave room for so many lines below it, and the diff.
func (s *planScreen) table(d *model, l layout, below int) []string {
	t := &d.theme
	comments := slices.ContainsFunc(s.view.files, func(f planFile) bool { return f.comments > 0 }) // else no column
	head := fmt.Sprintf("%6s %6s", "fixes", "review")
	if comments {
		head += fmt.Sprintf(" %8s", "comments")
	}
	head += fmt.Sprintf(" %9s %5s  ", "lines", "left")
	const state = 15 // cells: "git: modified !"
	name := l.width - 3 - len(head) - state
	room := max(1, min(len(s.view.files), l.body/2-4, l.body-below-6))
	s.top = max(0, min(s.top, s.cursor, len(s.view.files)-room))
	s.top = max(s.top, s.cursor-room+1)
	out := []string{t.Dim.Paint("   " + widget.Fit("file", name, "") + head + "state")}
	for i := s.top; i < s.top+room && i < len(s.view.files); i++ {
		f := &s.view.files[i]
		lead := "   "
		if i == s.cursor {
			lead = " " + t.Marks.Cursor + " "
		}
		figures := fmt.Sprintf("%6d %6d", f.safe+f.review, f.review)
		if comments {
			figures += fmt.Sprintf(" %8d", f.comments)
		}
		figures += " " + widget.PadLeft(fmt.Sprintf("+%d %s%d", f.added, t.Marks.Minus, f.removed), 9) + fmt.Sprintf(" %5d  ", f.left)
		words := visible(s.view.states[f.path].Text)
		switch {
		case d.excluded[f.path]:
			figures, words = t.Dim.Paint(figures), t.Warn.Paint("left out")
		case s.view.states[f.path].Warn:
			words = t.Warn.Paint(words + " " + t.Marks.Attention)
		}
		path := widget.Pad(widget.CutLeft(visible(f.path), name, t.Marks.Ellipsis), name)
		line := lead + path + figures + words
		if i == s.cursor {
			line = t.Cursor.Paint(widget.Fit(line, l.width, t.Marks.Ellipsis))
		}
		out = append(out, line)
	}
	if more := len(s.view.files) - s.top - room; more > 0 {
		out = append(out, t.Dim.Paint(fmt.Sprintf("   and %s below", count(more, "more file"))))
	}
	return out
}

// summary says what becomes of the findings, and what there is to know before the
// files are written.
func (s *planScreen) summary(d *model, width int) []string {
	t := &d.theme
	st := s.view.index
	var out []string
	say := func(style theme.Style, format string, args ...any) {
		for _, line := range widget.Wrap(fmt.Sprintf(format, args...), max(1, width-5)) {
			out = append(out, "   "+style.Paint(line))
		}
	}
	say(theme.Style{}, "%s", tallyWords(st.sum))
	if left := leftWords(st, s.view.withheld); left != "" {
		say(theme.Style{}, "Left: %s", left)
	}
	if v := s.view; v.podsBefore != v.podsAfter {
		say(theme.Style{}, "Pods: %s %s %s", v.podsBefore, t.Marks.Arrow, v.podsAfter)
	}
	if words := d.proving.words(st.plan); words != "" {
		style := theme.Style{}
		if fixer.AnyWorse(d.proving.proofs) {
			style = t.Warn
		}
		say(style, "Proof: %s (E)", words)
	}
	if n := len(s.view.pathsOut(d.excluded)); n > 0 {
		say(t.Warn, "%s left out: space puts a file back", count(n, "file"))
	}
	if words := s.view.recreate; words != "" {
		say(t.Warn, "%s %s", t.Marks.Attention, words)
	}
	if n := s.view.warns(d.excluded); n > 0 {
		say(t.Warn, "%s %s", t.Marks.Attention, notInGit(n))
	}
	return out
}

// notInGit says that git could not bring so many files back.
func notInGit(n int) string {
	if n == 1 {
		return "git has no copy of 1 file as it is now: only oakum undo restores it"
	}
	return fmt.Sprintf("git has no copy of %d files as they are now: only oakum undo restores them", n)
}

// leftWords divides what is left by why, and names what is blocked. Of what is open so
// many are accepted and left out with their file. "" when nothing is left.
func leftWords(st *planIndex, withheld int) string {
	var out []string
	add := func(r engine.Result, what string, names bool) {
		n := st.count[r]
		if r == engine.Open {
			n -= withheld
		}
		if n == 0 {
			return
		}
		what = fmt.Sprintf("%d %s", n, what)
		if names {
			var keys []fixer.Key
			for i := range st.plan.Outcomes {
				if o := &st.plan.Outcomes[i]; o.Result == r {
					keys = append(keys, o.Finding.Key())
				}
			}
			what += " (" + keyWords(keys) + ")"
		}
		out = append(out, what)
	}
	add(engine.Open, "to decide", false)
	if withheld > 0 {
		out = append(out, fmt.Sprintf("%d left out with their file", withheld))
	}
	out = append(out, st.sum.ByHandWords()...)
	add(engine.Blocked, "blocked", true)
	add(engine.Refused, "refused", true)
	return strings.Join(out, ", ")
}
