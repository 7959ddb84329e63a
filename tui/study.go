package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// A study is something that is worked out of the newest plan in a command, one at a
// time: what it brings is shown until there is a newer one, and asked for again where
// decisions have changed meanwhile.
type study[T any] struct {
	have *T    // the newest answer, which may be of earlier decisions
	err  error // why there is none
	of   question
	busy bool
}

// A question names one answer of a study: the decisions, and up to which level fixes are
// taken to be accepted besides; 0 for none.
type question struct {
	gen   int
	level fixer.Level
}

// ask has the answer to a question worked out, unless it is known or on its way.
func (s *study[T]) ask(d *model, level fixer.Level, work func(*engine.Plan, *fixer.Facts) (*T, error)) tea.Cmd {
	q := question{d.generation, level}
	if !d.fresh() || s.busy || s.answers(q) {
		return nil
	}
	s.busy = true
	plan, facts := d.current.plan, d.session.Facts()
	ahead := func(fixer.Level) *engine.Plan { return plan }
	if level != 0 {
		ahead = d.session.OutlookFunc()
	}
	return func() tea.Msg {
		have, err := work(ahead(level), facts)
		return studiedMsg[T]{s, q, have, err}
	}
}

// answers reports whether the newest answer is that to a question.
func (s *study[T]) answers(q question) bool { return (s.have != nil || s.err != nil) && s.of == q }

// working reports whether a newer answer is to come.
func (s *study[T]) working(d *model, level fixer.Level) bool {
	return !s.answers(question{d.generation, level})
}

// studiedMsg brings an answer.
type studiedMsg[T any] struct {
	to   *study[T]
	of   question
	have *T
	err  error
}

func (msg studiedMsg[T]) apply(d *model) tea.Cmd {
	s := msg.to
	s.busy, s.of, s.err = false, msg.of, msg.err
	if msg.err == nil {
		s.have = msg.have
	}
	return d.refresh() // of newer decisions it is asked again
}
