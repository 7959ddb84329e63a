package review

import (
	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// An EffectKind says what a decision does to another finding.
type EffectKind int

// The kinds of effects.
const (
	Closes   EffectKind = iota // it is gone with the fix
	Prevents                   // its own fix cannot be made any more
	Opens                      // it comes up
	Frees                      // it was closed or could not be fixed, and is not any more
)

// An Effect is what decisions do to a finding that they are not about.
type Effect struct {
	Kind    EffectKind
	Outcome *engine.Outcome // as it is with them
}

// Effects compares the results before decisions with the queue after them, and
// returns the effects on findings that they are not about, in the queue's order.
func Effects(before map[fixer.Key]engine.Result, after []*engine.Outcome, about func(fixer.Key) bool) []Effect {
	var out []Effect
	for _, o := range after {
		k := o.Finding.Key()
		was, known := before[k]
		if about(k) || known && was == o.Result {
			continue
		}
		switch {
		case o.Result == engine.Closed:
			out = append(out, Effect{Closes, o})
		case o.Result == engine.Blocked || o.Result == engine.Refused:
			out = append(out, Effect{Prevents, o})
		case !known:
			out = append(out, Effect{Opens, o})
		case was == engine.Closed || was == engine.Blocked || was == engine.Refused:
			out = append(out, Effect{Frees, o})
		}
	}
	return out
}
