package tui

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/review"
	"github.com/oakum-sec/oakum/tui/widget"
)

// leastPlaces is from how many findings on one question takes their place.
const leastPlaces = 2

// foldQuestions puts one row in the place of findings of a group that ask the same.
// Below a question that is open its findings follow.
func (s *listScreen) foldQuestions(rows []*row) []*row {
	places := map[string][]*row{}
	for _, r := range rows {
		if r.ask != "" {
			places[r.ask] = append(places[r.ask], r)
		}
	}
	out := make([]*row, 0, len(rows))
	for _, r := range rows {
		all := places[r.ask]
		if r.ask == "" || len(all) < leastPlaces {
			out = append(out, r)
			continue
		}
		if r != all[0] {
			continue
		}
		q := newQuestion(all)
		out = append(out, q)
		if s.unfolded[q.key] {
			for _, p := range all {
				member := *p
				member.under = q.key
				out = append(out, &member)
			}
		}
	}
	return out
}

// newQuestion makes the row of a question. It is about the first of its findings
// that waits for a decision, or the first of all.
func newQuestion(places []*row) *row {
	r := *places[0]
	for _, p := range places {
		if review.Waits(p.outcome, p.done()) {
			r = *p
			break
		}
	}
	r.key, r.places = "question "+r.ask, places
	return &r
}

// placesOf returns the findings that are answered with the row: one, or those of a
// question.
func (r *row) placesOf() []*row {
	if r.places != nil {
		return r.places
	}
	return []*row{r}
}

// questionMark is the sign of a question: that of its findings where all have the same.
func (d *model) questionMark(r *row) (sign string, pending bool) {
	for i, p := range r.places {
		mark, wait := d.mark(p.outcome)
		if i > 0 && mark != sign {
			return d.theme.Marks.Some, pending || wait
		}
		sign, pending = mark, pending || wait
	}
	return sign, pending
}

// unfold opens or closes the question with the cursor. A finding below its question
// closes it, and the cursor goes there.
func (s *listScreen) unfold(d *model, open bool) bool {
	r := s.current()
	switch {
	case r == nil:
		return false
	case r.places != nil && s.unfolded[r.key] != open:
		s.unfolded[r.key] = open
	case r.under != "" && !open:
		delete(s.unfolded, r.under)
		s.update(d)
		s.list.Select(r.under)
		return true
	default:
		return false
	}
	s.rearrange(d)
	return true
}

// placeLines lists where a question is asked, in at most so many lines.
func placeLines(d *model, places []*row, width, most int) []string {
	t := &d.theme
	room := max(1, width-labelWidth-2)
	var names []string
	for cells := 0; len(names) < len(places) && cells <= most*room; { // more is not seen
		p := places[len(names)]
		name := fmt.Sprintf("%s:%d", text.VisibleLine(p.now.File), p.outcome.Finding.Line)
		if p.object != "" {
			name = p.object + " (" + name + ")"
		}
		names = append(names, name)
		cells += widget.Width(name)
	}
	lines := widget.Wrap(fmt.Sprintf("%d: %s", len(places), strings.Join(names, ", ")), room)
	if len(lines) > most {
		lines = lines[:most]
		more := t.Marks.Ellipsis + " (l in the list shows all)"
		lines[most-1] = widget.Cut(lines[most-1], max(0, room-widget.Width(more)), "") + more
	}
	for i := range lines {
		label := ""
		if i == 0 {
			label = "Places"
		}
		lines[i] = " " + t.Label.Paint(widget.Pad(label, labelWidth)) + lines[i]
	}
	return lines
}

// placeRoom is how many lines the places of a question may take of a height.
func placeRoom(height int) int {
	const tall = 24
	switch {
	case height >= tall:
		return 3
	case height > 10:
		return 1
	}
	return 0
}
