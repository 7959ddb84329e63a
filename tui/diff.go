package tui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// diffScreen shows files whole: as they are on disk, and as they will be
// written.
type diffScreen struct {
	key   fixer.Key    // the finding that is looked at; zero for a plan
	plan  *engine.Plan // what is looked at without a finding
	path  string       // the file to start with
	looks looks
	fresh bool // nothing was shown yet

	pane  diffPane
	shown *engine.Plan // what the pane's diff was made of
	busy  bool
	query string
}

// newDiffOf shows the files with a finding's fix in them.
func newDiffOf(k fixer.Key) *diffScreen {
	return &diffScreen{key: k, path: k.File, fresh: true}
}

// newDiffOfPlan shows the files of a plan, one of them first.
func newDiffOfPlan(plan *engine.Plan, path string) *diffScreen {
	return &diffScreen{plan: plan, path: path, fresh: true}
}

func (s *diffScreen) place() place { return onDiff }

// wants returns the plan to show: with the finding's fix where that is known,
// else the one of the present decisions.
func (s *diffScreen) wants(d *model) *engine.Plan {
	if s.plan != nil {
		return s.plan
	}
	if p, exact := d.previewOf(s.key); p != nil && exact {
		return p.with
	}
	if f := d.current.outcome(s.key); d.fresh() && (f == nil || len(f.Finding.Fixes) == 0) {
		return d.current.plan
	}
	return nil
}

func (s *diffScreen) refresh(d *model) tea.Cmd {
	if s.fresh {
		s.fresh = false
		s.looks = d.diffOptions
		s.looks.split = d.width >= wideWidth
		if s.plan == nil {
			s.looks.context = wholeFile
		}
	}
	var ask tea.Cmd
	if s.plan == nil {
		v := newDetail()
		if r, ok := d.below().(*reviewScreen); ok && r.key == s.key {
			v = r.detail
		}
		ask = v.point(d, s.key, true)
	}
	return tea.Batch(ask, s.build(d))
}

// build compares the files in a command.
func (s *diffScreen) build(d *model) tea.Cmd {
	plan := s.wants(d)
	if s.busy || plan == nil || plan == s.shown {
		return nil
	}
	s.busy = true
	path := s.path
	return func() tea.Msg {
		files := ownFirst(plan, path)
		return diffMsg{s, plan, widget.NewDiff(files, placesIn(files))}
	}
}

// ownFirst returns the files of a plan, the selected one first:
// further down it could start below the end of another one. It is there even
// when the plan leaves it as it is.
func ownFirst(plan *engine.Plan, path string) []widget.DiffFile {
	veil := report.VeilOf(plan)
	files := diffFiles(veil, plan.Changes)
	if i := slices.IndexFunc(files, func(f widget.DiffFile) bool { return f.Path == path }); i >= 0 {
		own := files[i]
		return slices.Insert(slices.Delete(files, i, i+1), 0, own)
	}
	if f := plan.After.File(path); f != nil {
		own := widget.DiffFile{Path: path, Kind: string(f.Kind), Before: content(f.Data), After: content(f.Data),
			Line: veil.Over(path, f.Kind, f.Data, f.Data).Line}
		return slices.Insert(files, 0, own)
	}
	return files
}

// diffMsg brings the diff of a whole plan.
type diffMsg struct {
	screen *diffScreen
	plan   *engine.Plan
	diff   *widget.Diff
}

func (msg diffMsg) apply(d *model) tea.Cmd {
	s := msg.screen
	s.busy = false
	if want := s.wants(d); want != nil && want != msg.plan {
		return s.build(d)
	}
	first := s.shown == nil
	s.shown = msg.plan
	s.pane.show(msg.diff, !first)
	if first {
		if !slices.ContainsFunc(msg.plan.Changes, func(c engine.Change) bool { return c.Path == s.path }) {
			s.looks.context = wholeFile // nothing else shows a file that stays
		}
		s.focus(d)
	}
	return nil
}

// focus shows what the finding's fix changes in its file, else the place of the
// finding, or the start of the file.
func (s *diffScreen) focus(d *model) {
	s.pane.view(d, s.looks, d.width, d.layout().body)
	s.pane.scrolled = true
	if p, exact := d.previewOf(s.key); p != nil && exact {
		if line := p.diff.FirstChange(s.path); line > 0 {
			s.pane.diff.Focus(s.path, line)
			return
		}
	}
	line := 1
	if o := d.current.outcome(s.key); o != nil {
		line = o.Finding.Line
	}
	s.pane.diff.FocusBefore(s.path, line)
}

func (s *diffScreen) press(d *model, a action) tea.Cmd {
	switch a {
	case actBack, actZoom:
		return d.pop()
	case actAccept, actSkip:
		return s.decide(d, a)
	case actNext:
		s.pane.nextChange()
	case actPrev:
		s.pane.prevChange()
	case actNextPart, actPrevPart:
		return s.turn(d, a)
	case actFilter:
		return d.openOverlay(newSearch(s))
	case actOpen:
		return s.search(d, s.query, false)
	case actFold:
		return s.search(d, s.query, true)
	case actCopy:
		if s.shown == nil {
			return d.say("The diff is still being worked out")
		}
		return d.copy(patchOf(diffFiles(&report.Veil{}, s.shown.Changes)), "diff")
	case actSplit, actMoreContext, actLessContext, actWrap, actLeft, actRight:
		s.pane.look(&s.looks, a)
		return lookSaid(d, s.looks, a, d.width)
	default:
		s.pane.move(a)
	}
	return nil
}

// decide lets the review below record the decision, and stays zoomed in on the
// finding it goes on to.
func (s *diffScreen) decide(d *model, a action) tea.Cmd {
	if s.plan != nil {
		return d.say("This is the whole plan: y and n decide about one finding")
	}
	r, ok := d.below().(*reviewScreen)
	if !ok {
		r = newReview(s.key)
		d.screens[len(d.screens)-1] = r
	} else {
		d.screens = d.screens[:len(d.screens)-1]
	}
	cmd := r.press(d, a)
	if now, ok := d.screen().(*reviewScreen); ok && now == r && r.key != s.key {
		next := newDiffOf(r.key)
		next.looks, next.fresh = s.looks, false
		return tea.Batch(cmd, d.push(next))
	}
	return cmd
}

func (s *diffScreen) turn(d *model, a action) tea.Cmd {
	if s.pane.diff == nil {
		return nil
	}
	moved := false
	s.pane.scrolled = true
	if a == actNextPart {
		moved = s.pane.diff.NextFile()
	} else {
		moved = s.pane.diff.PrevFile()
	}
	if !moved {
		return d.say("No other file that way")
	}
	return nil
}

// search goes to the next or previous place that holds the words.
func (s *diffScreen) search(d *model, words string, backwards bool) tea.Cmd {
	s.query = words
	if s.pane.diff == nil {
		return nil
	}
	s.pane.scrolled = true
	found := s.pane.diff.Find(words, backwards)
	switch {
	case words == "":
		return d.say("/ searches")
	case !found:
		return d.warn("%q is not in what is shown; } shows more of the files", words)
	}
	return nil
}

func (s *diffScreen) draw(d *model, l layout) page {
	t := &d.theme
	dot := " " + t.Marks.Dot + " "
	p := page{title: "diff of the plan", rule: "on disk " + t.Marks.Arrow + " as it will be written", heavy: true}
	if o := d.current.outcome(s.key); s.plan == nil && o != nil {
		p.title = ruleWord(s.key.Rule) + dot + text.VisibleLine(s.key.File)
		f := d.offer(o)
		p.right = t.Severity(int(f.Severity)).Paint(severityLong(f.Severity))
		shown, _ := d.previewOf(s.key)
		p.foot = d.score(shown)
		if p.idle = d.unfixable(o); d.notAcceptable(o) != "" {
			p.idle = append(p.idle, actAccept)
		}
	} else {
		p.idle = []action{actAccept, actSkip}
	}
	if s.pane.diff == nil {
		p.body = []string{"", " " + t.Dim.Paint("comparing"+t.Marks.Ellipsis)}
		return p
	}
	p.body = s.pane.view(d, s.looks, l.width, l.body)
	n, of := s.pane.diff.Change()
	if n >= of {
		p.idle = append(p.idle, actNext)
	}
	if n <= 1 {
		p.idle = append(p.idle, actPrev)
	}
	if _, below := s.pane.diff.Hidden(); below == 0 || len(s.pane.diff.Files()) < 2 {
		p.idle = append(p.idle, actNextPart)
	}
	if file, at := s.pane.diff.File(); at > 0 {
		p.note = text.VisibleLine(file)
		if of > 0 {
			p.note += fmt.Sprintf("%schange %d of %d", dot, n, of)
		}
	}
	return p
}

func (s *diffScreen) click(*model, layout, int, int) tea.Cmd { return nil }

func (s *diffScreen) wheel(d *model, l layout, x, y, by int) tea.Cmd {
	s.pane.scroll(by)
	return nil
}
