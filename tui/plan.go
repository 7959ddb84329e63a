package tui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
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
	case actPatch, actCopy:
		if !s.ready(d) {
			return d.say("the plan is still being worked out")
		}
		if a == actCopy {
			return d.copy(patchOf(diffFiles(s.view.index.plan.Changes)), "patch")
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
	if len(s.view.files) == 0 {
		p.body = []string{"", " Nothing is accepted yet, so there is nothing to write.", "",
			" " + t.Dim.Paint("A on the list accepts every safe fix; enter there looks at one.")}
		return p
	}
	p.body = append(s.table(d, l), s.summary(d, l.width)...)
	f := s.file()
	p.body = append(p.body, widget.Rule(t, visible(f.path), fmt.Sprintf("%d of %d", s.cursor+1, len(s.view.files)), l.width, false))
	room := l.body - len(p.body)
	if d.excluded[f.path] {
		p.body = append(p.body, " "+t.Dim.Paint("left out: it stays as it is, and so do other files its fixes would change"))
	} else {
		p.body = append(p.body, f.pane.view(d, d.diffOptions, l.width, room)...)
	}
	return p
}

// table lists the files, as many as leave room for the diff.
func (s *planScreen) table(d *model, l layout) []string {
	t := &d.theme
	head := fmt.Sprintf("%6s %5s %5s", "edits", "added", "gone")
	comments := false // no column for what there is none of
	if !l.brief {
		head += fmt.Sprintf(" %5s %6s", "safe", "review")
		comments = slices.ContainsFunc(s.view.files, func(f planFile) bool { return f.comments > 0 })
	}
	if comments {
		head += " comment"
	}
	head += fmt.Sprintf(" %5s  ", "left")
	const state = 17 // cells: "git: untracked !"
	name := l.width - 3 - len(head) - state
	room := max(1, min(len(s.view.files), l.body/2-4))
	s.top = max(0, min(s.top, s.cursor, len(s.view.files)-room))
	s.top = max(s.top, s.cursor-room+1)
	out := []string{t.Dim.Paint("   " + widget.Fit("file", name, "") + head + "state")}
	for i := s.top; i < s.top+room && i < len(s.view.files); i++ {
		f := &s.view.files[i]
		lead := "   "
		if i == s.cursor {
			lead = " " + t.Marks.Cursor + " "
		}
		figures := fmt.Sprintf("%6d %5s %5s", f.edits, fmt.Sprintf("+%d", f.added), fmt.Sprintf("-%d", f.removed))
		if !l.brief {
			figures += fmt.Sprintf(" %5d %6d", f.safe, f.review)
		}
		if comments {
			figures += fmt.Sprintf(" %7d", f.comments)
		}
		figures += fmt.Sprintf(" %5d  ", f.left)
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
		out = append(out, t.Dim.Paint(fmt.Sprintf("   and %s more below", count(more, "file"))))
	}
	return out
}

// summary says what checking the result again found.
func (s *planScreen) summary(d *model, width int) []string {
	t := &d.theme
	st := s.view.index
	added := 0
	for i := range st.plan.Outcomes {
		if o := &st.plan.Outcomes[i]; o.New && o.Result != engine.Fixed && o.Result != engine.Closed {
			added++
		}
	}
	written := fmt.Sprintf("%d fixed", st.done())
	if n := st.count[engine.NewlySuppressed]; n > 0 {
		written += ", " + count(n, "comment")
	}
	out := []string{
		fmt.Sprintf("   checked again after the edits: %s, %d left, %d new. %s.",
			written, len(st.plan.Final.Findings), added, passes(st.plan.Passes)),
		"   left  " + strings.Join(leftWords(st), "  "),
	}
	if v := s.view; v.podsBefore != v.podsAfter {
		out = append(out, fmt.Sprintf("   pods by Pod Security level: %s %s %s", v.podsBefore, t.Marks.Arrow, v.podsAfter))
	}
	if n := len(s.view.pathsOut(d.excluded)); n > 0 {
		out = append(out, "   "+t.Warn.Paint(count(n, "file")+" left out: space on it takes it in again"))
	}
	if n := s.view.warns(d.excluded); n > 0 {
		out = append(out, "   "+t.Warn.Paint(t.Marks.Attention+" "+count(n, "file")+" would mix with changes that git does not keep"))
	}
	return out
}

func passes(n int) string {
	if n == 1 {
		return "1 pass"
	}
	return fmt.Sprintf("%d passes", n)
}

// leftWords counts what is left by why, and names what is blocked.
func leftWords(st *planIndex) []string {
	var out []string
	add := func(n int, what string) {
		if n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, what))
		}
	}
	add(st.count[engine.Open], "open")
	add(st.count[engine.ManualWork], "manual")
	add(st.count[engine.Skipped], "skipped by you")
	add(st.count[engine.NewlySuppressed], "ignored")
	add(st.count[engine.Refused], "refused")
	if n := st.count[engine.Blocked]; n > 0 {
		var keys []fixer.Key
		for i := range st.plan.Outcomes {
			if o := &st.plan.Outcomes[i]; o.Result == engine.Blocked {
				keys = append(keys, o.Finding.Key())
			}
		}
		out = append(out, fmt.Sprintf("%d blocked: %s", n, keyWords(keys)))
	}
	if len(out) == 0 {
		return []string{"nothing"}
	}
	return out
}
