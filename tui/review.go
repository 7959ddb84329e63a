package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// reviewScreen shows one finding after the other and records a decision about each.
type reviewScreen struct {
	key    fixer.Key
	detail *detail
	moving bool // go on as soon as the finding has its decision
}

func newReview(k fixer.Key) *reviewScreen { return &reviewScreen{key: k, detail: newDetail()} }

func (s *reviewScreen) place() place { return onReview }

func (s *reviewScreen) refresh(d *model) tea.Cmd {
	if d.current == nil {
		return nil
	}
	if d.current.outcome(s.key) == nil { // gone: files or facts changed under it
		if k, ok := d.nextOpen(s.key, 1, false); ok {
			s.key = k
		} else if len(d.list.queue) > 0 {
			s.key = d.list.queue[0]
		} else {
			return nil
		}
	}
	if s.moving && d.busyWith == "" && len(d.overlays) == 0 {
		if s.moving = false; !d.open(s.key) {
			return s.advance(d)
		}
	}
	d.list.reveal(s.key)
	return s.detail.point(d, s.key, true)
}

func (s *reviewScreen) press(d *model, a action) tea.Cmd {
	o := d.current.outcome(s.key)
	if o == nil {
		if a == actBack {
			return d.pop()
		}
		return nil
	}
	switch a {
	case actDown, actUp, actTop, actBottom, actHalfDown, actHalfUp, actPageDown, actPageUp:
		s.detail.move(a)
		return nil
	case actBack:
		return d.pop()
	case actAccept:
		return s.accept(d, o)
	case actSkip:
		return tea.Batch(d.skip(o.Finding), s.goOn(d))
	case actSkipFile:
		return tea.Batch(d.skipFile(o.Finding.File), s.goOn(d))
	case actAcceptRule:
		if why := d.notAcceptable(o); why != "" && o.Result != engine.Closed {
			return d.warn("%s", why)
		}
		s.moving = true
		return d.acceptRule(d.offer(o), s.detail.fix, s.detail.params)
	case actIgnore:
		s.moving = true
	case actNextPart:
		return s.detail.turn(d, d.offer(o), 1)
	case actPrevPart:
		return s.detail.turn(d, d.offer(o), -1)
	case actNext:
		return s.step(d, 1)
	case actPrev:
		return s.step(d, -1)
	case actCopyWhat:
		return d.openOverlay(&copyOverlay{items: s.detail.copies(d, o)})
	case actSplit, actMoreContext, actLessContext, actWrap, actLeft, actRight:
		return s.detail.look(d, a)
	}
	return d.about(a, o.Finding, s.detail)
}

func (s *reviewScreen) accept(d *model, o *engine.Outcome) tea.Cmd {
	if why := d.notAcceptable(o); why != "" {
		return d.warn("%s", why)
	}
	f := d.offer(o)
	fix := s.detail.alternative(f)
	if fix == nil {
		return d.warn("The fix is not offered any more after the other edits")
	}
	return tea.Batch(d.accept(f, fix.ID, s.detail.params), s.goOn(d))
}

// goOn goes on to the next finding, at once or when the decision is recorded.
func (s *reviewScreen) goOn(d *model) tea.Cmd {
	if d.busyWith != "" {
		s.moving = true
		return nil
	}
	return s.advance(d)
}

// advance goes to the next finding that waits for a word; after the last one
// to the plan.
func (s *reviewScreen) advance(d *model) tea.Cmd {
	if k, ok := d.nextOpen(s.key, 1, true); ok {
		s.key = k
		return s.refresh(d)
	}
	if d.pending() {
		return tea.Batch(d.replace(newPlan()), d.grace(), d.say("That was the last open finding; here is the plan"))
	}
	return tea.Batch(d.pop(), d.say("That was the last open finding"))
}

// step goes to the next or previous finding, decided or not.
func (s *reviewScreen) step(d *model, by int) tea.Cmd {
	k, ok := d.nextOpen(s.key, by, false)
	if !ok {
		return d.say("That is the only finding")
	}
	s.key = k
	return s.refresh(d)
}

// nextOpen walks the queue from a finding, round its ends, to the next one;
// with wanting only those that wait for a word.
func (d *model) nextOpen(from fixer.Key, by int, wanting bool) (fixer.Key, bool) {
	q := d.list.queue
	at := d.list.spot(from) - 1 // -1 when it is not in the queue
	for i := 1; i <= len(q); i++ {
		k := q[((at+by*i)%len(q)+len(q))%len(q)]
		if k != from && (!wanting || d.open(k)) {
			return k, true
		}
	}
	return fixer.Key{}, false
}

func (s *reviewScreen) draw(d *model, l layout) page {
	t := &d.theme
	o := d.current.outcome(s.key)
	if o == nil {
		return page{title: "review", body: []string{" this finding is gone"}}
	}
	f := d.offer(o) // severity and level as they are after what is accepted
	at := d.list.positionOf(d, s.key)
	if at == "" {
		at = "outside the filter"
	}
	p := page{
		title: fmt.Sprintf("review %s %s %s:%d", at, t.Marks.Dot, text.VisibleLine(f.File), o.Finding.Line),
		right: t.Severity(int(f.Severity)).Paint(severityLong(f.Severity)),
		rule:  text.VisibleLine(d.rule(f.Rule).Title),
		note:  f.Rule,
		heavy: true,
	}
	shown, _ := d.previewOf(s.key)
	p.foot = d.score(shown)
	p.labels = map[action]string{}
	if below := d.below(); below != nil && below.place() != onList {
		p.labels[actBack] = string(below.place())
	}
	if n := d.list.shown.byRule[f.Rule]; n > 1 {
		p.labels[actAcceptRule] = fmt.Sprintf("all %s (%d)", ruleWord(f.Rule), n)
	}
	p.idle = s.idle(d, o)
	width, height := l.detailWidth, l.detailHeight
	var body []string
	if places, room := d.places(s.key), placeRoom(height); places != nil && room > 0 {
		body = placeLines(d, places, width, room)
		p.labels[actAccept], p.labels[actSkip] = "accept all places", "skip all places"
	}
	body = append(body, s.detail.view(d, o, width, height-len(body), l.why)...)
	if !l.beside {
		p.body = body
		return p
	}
	d.list.list.SetTheme(d.theme)
	p.body = beside(t.Rule.Paint(t.Marks.Vertical), d.list.list.View(l.listWidth, l.listHeight), body)
	return p
}

// idle are the keys that would do nothing for a finding.
func (s *reviewScreen) idle(d *model, o *engine.Outcome) []action {
	f := d.offer(o)
	out := d.unfixable(o)
	add := func(unless bool, a ...action) {
		if !unless {
			out = append(out, a...)
		}
	}
	add(d.notAcceptable(o) == "", actAccept)
	add(len(f.Fixes) > 1, actNextPart)
	add(d.list.shown.byRule[f.Rule] > 1, actAcceptRule)
	add(d.current.openFile[f.File] > 1, actSkipFile)
	add(len(d.list.queue) > 1, actNext, actPrev)
	add(len(f.Fixes) > 0, actSplit)
	add(o.Result != engine.AlreadySuppressed, actIgnore, actSkip)
	return out
}

func severityLong(s fixer.Severity) string {
	return map[fixer.Severity]string{fixer.Low: "LOW", fixer.Medium: "MEDIUM", fixer.High: "HIGH", fixer.Critical: "CRITICAL"}[s]
}

func (s *reviewScreen) click(d *model, l layout, x, y int) tea.Cmd {
	if !l.beside || x >= l.listWidth {
		return nil
	}
	d.list.list.Click(y)
	if o := d.list.finding(); o != nil {
		s.key = o.Finding.Key()
	}
	return s.refresh(d)
}

func (s *reviewScreen) wheel(d *model, l layout, x, y, by int) tea.Cmd {
	if l.beside && x < l.listWidth {
		d.list.list.Scroll(by)
		return nil
	}
	s.detail.scroll(by)
	return nil
}
