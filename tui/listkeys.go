package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

func (s *listScreen) press(d *model, a action) tea.Cmd {
	switch a {
	case actDown, actUp, actTop, actBottom, actHalfDown, actHalfUp, actPageDown, actPageUp:
		if s.focus {
			s.detail.move(a)
			return nil
		}
		moveList(&s.list, a)
		return s.refresh(d)
	case actNext:
		s.list.NextGroup()
		return s.refresh(d)
	case actPrev:
		s.list.PrevGroup()
		return s.refresh(d)
	case actFold:
		if !s.unfold(d, false) {
			s.list.SetOpen(false)
		}
		return s.refresh(d)
	case actUnfold:
		if !s.unfold(d, true) {
			s.list.SetOpen(true)
		}
		return s.refresh(d)
	case actNextPart:
		s.focus = !s.focus
		return s.refresh(d)
	case actWider:
		return s.resize(d, 1)
	case actNarrower:
		return s.resize(d, -1)
	case actFilter:
		return d.openOverlay(newFilter(s))
	case actGroup:
		s.groupBy = s.groupBy.next()
		s.rearrange(d)
		return tea.Batch(s.refresh(d), d.say("Grouped by %s", s.groupBy))
	case actLevel:
		s.filter.level = (s.filter.level + 1) % (fixer.Manual + 1)
		s.rearrange(d)
		return tea.Batch(s.refresh(d), d.say("Showing %s", s.filter.levelWord()))
	case actAcceptSafe:
		return d.acceptShown(s.safeShown(d))
	case actAcceptShown:
		return d.acceptShown(s.allShown(d))
	case actPlan:
		return d.push(newPlan())
	case actMap:
		return d.push(newMap())
	case actChecklist:
		return d.push(newChecklist())
	case actBack:
		return s.back(d)
	case actSplit, actMoreContext, actLessContext, actWrap, actLeft, actRight:
		return s.detail.look(d, a)
	}
	if group, ok := s.group(); ok {
		return s.pressGroup(d, a, group)
	}
	r := s.current()
	if r == nil {
		return nil
	}
	if r.outcome == nil {
		if a == actToggle || a == actOpen {
			return d.say("Nothing to decide here: %s", r.text)
		}
		return nil
	}
	switch a {
	case actToggle:
		if r.places != nil {
			return d.answer(r)
		}
		return d.toggle(r.outcome)
	case actOpen:
		return d.push(newReview(r.outcome.Finding.Key()))
	case actAcceptRule:
		return d.acceptRule(d.offer(r.outcome), s.detail.fix, s.detail.params)
	}
	return d.about(a, r.outcome.Finding, s.detail)
}

// pressGroup does what keys do on the header of a group.
func (s *listScreen) pressGroup(d *model, a action, group string) tea.Cmd {
	switch a {
	case actToggle, actOpen:
		s.list.Toggle()
	case actAcceptRule:
		return d.acceptShown(s.groupShown(d, group))
	}
	return nil
}

func (s *listScreen) back(d *model) tea.Cmd {
	if s.focus {
		s.focus = false
		return nil
	}
	if s.filter.zero() {
		return d.pop()
	}
	s.filter = filter{}
	s.rearrange(d)
	return s.refresh(d)
}

// resize makes the list larger or smaller, as far as there is room.
func (s *listScreen) resize(d *model, by int) tea.Cmd {
	was := d.layout()
	s.nudge += by
	if is := d.layout(); is.listWidth == was.listWidth && is.listHeight == was.listHeight {
		s.nudge -= by
		if was.listHeight == 0 || was.detailHeight == 0 {
			return d.say("There is room for one pane only: tab shows the other one")
		}
		return d.say("The panes cannot be resized any further")
	}
	return s.refresh(d)
}

// bar says what the keys of the footer do here: labels that say more than those of
// the keymap, and the keys that would do nothing.
func (s *listScreen) bar(d *model) (labels map[action]string, idle []action) {
	labels = map[action]string{}
	count := func(a action, n int, format string, args ...any) {
		if n == 0 {
			idle = append(idle, a)
			return
		}
		labels[a] = fmt.Sprintf(format, args...) + fmt.Sprintf(" (%d)", n)
	}
	safe, shown := "all safe", "all fixes"
	if !s.filter.zero() {
		safe, shown = "all safe shown", "all shown"
	}
	count(actAcceptSafe, s.shown.safe, "%s", safe)
	count(actAcceptShown, s.shown.fixes, "%s", shown)
	labels[actBack] = "overview"
	if s.focus {
		labels[actBack] = "list"
	} else if !s.filter.zero() {
		labels[actBack] = "show all"
	}
	aboutFinding := []action{actIgnore, actOptions, actExplain, actZoom, actEditor, actReference, actCopy, actSplit}
	if group, ok := s.group(); ok {
		idle = append(idle, append(aboutFinding, actOpen)...)
		labels[actToggle] = "open"
		if s.list.Open() {
			labels[actToggle] = "close"
		}
		if g := s.groups[group]; g != nil {
			count(actAcceptRule, g.fixes, "all of this %s", s.groupBy)
		}
		return labels, idle
	}
	r := s.current()
	if r == nil || r.outcome == nil {
		return labels, append(idle, append(aboutFinding, actOpen, actToggle, actAcceptRule, actNextPart)...)
	}
	if len(r.now.Fixes) > 0 {
		count(actAcceptRule, s.shown.byRule[r.now.Rule], "all of rule")
	} else {
		idle = append(idle, actAcceptRule)
	}
	decided := false
	for _, p := range r.placesOf() {
		_, is := d.decision(p.outcome.Finding.Key())
		decided = decided || is
	}
	switch {
	case r.places != nil:
		labels[actToggle] = fmt.Sprintf("accept %d places", len(r.places))
		if n := r.waiting(); n == 0 {
			labels[actToggle] = "take back"
		} else if n < len(r.places) {
			labels[actToggle] = fmt.Sprintf("accept %d more", n)
		}
	case decided:
		labels[actToggle] = "take back"
	case d.notAcceptable(r.outcome) != "":
		idle = append(idle, actToggle)
	}
	if len(r.now.Fixes) == 0 {
		idle = append(idle, actOptions, actCopy, actSplit)
	}
	if r.outcome.Result == engine.AlreadySuppressed {
		idle = append(idle, actIgnore)
	}
	return labels, idle
}

// waiting counts the findings of a question that wait for a decision.
func (r *row) waiting() int {
	n := 0
	for _, p := range r.places {
		if p.waits() {
			n++
		}
	}
	return n
}
