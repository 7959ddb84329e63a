package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/review"
)

// A selection is findings that are accepted in one step.
type selection struct {
	what  string // for people: "compose.yaml", "all safe fixes"
	level fixer.Level
	holds func(*fixer.Finding) bool // runs on any goroutine
}

// safeShown are the safe fixes of what the filter lets through.
func (s *listScreen) safeShown(d *model) selection {
	if s.filter.zero() {
		return allSafe()
	}
	return selection{"shown and safe", fixer.Safe, s.filter.shows(d.wording.titles)}
}

// allSafe are all safe fixes there are.
func allSafe() selection {
	return selection{"safe", fixer.Safe, func(*fixer.Finding) bool { return true }}
}

// allShown are the fixes of what the filter lets through.
func (s *listScreen) allShown(d *model) selection {
	return selection{"shown", fixer.Review, s.filter.shows(d.wording.titles)}
}

// ruleShown are the fixes of a rule, as far as the filter lets them through.
func (s *listScreen) ruleShown(d *model, rule string) selection {
	shows := s.filter.shows(d.wording.titles)
	return selection{ruleWord(rule), fixer.Review, func(f *fixer.Finding) bool { return f.Rule == rule && shows(f) }}
}

// groupShown are the fixes of a group, as far as the filter lets them through.
func (s *listScreen) groupShown(d *model, group string) selection {
	shows, by, services := s.filter.shows(d.wording.titles), s.groupBy, d.current.plan.Before.Services()
	return selection{text.VisibleLine(group), fixer.Review, func(f *fixer.Finding) bool {
		service := ""
		if v := services.Of(f.Key()); v != nil {
			service = v.Name
		}
		return by.nameOf(f, service) == group && shows(f)
	}}
}

// acceptShown accepts the open findings of a selection, and those that come up once
// their fixes are made, as one step. It says what became of them.
func (d *model) acceptShown(sel selection) tea.Cmd {
	return d.acceptThen(sel, func(*model) tea.Cmd { return nil })
}

// acceptThen is acceptShown with something to do when anything was accepted.
func (d *model) acceptThen(sel selection, then func(*model) tea.Cmd) tea.Cmd {
	before, guesses := review.TallyOf(d.current.plan), guessedFixes(d.current.plan)
	return d.lend("accepting "+sel.what, func(s *engine.Session) func(*model) tea.Cmd {
		n, err := s.AcceptWhere("accept "+sel.what, sel.level, func(f *fixer.Finding) (fixer.Params, bool) { return nil, sel.holds(f) })
		return func(d *model) tea.Cmd {
			switch {
			case err != nil:
				return d.warn("%v", err)
			case n == 0:
				return d.say("%s", d.nothingToAccept(sel))
			}
			said := accepted(sel.what, before, review.TallyOf(d.current.plan))
			if n := guessedFixes(d.current.plan) - guesses; n > 0 {
				said += fmt.Sprintf("; %d with a guessed value", n)
			}
			return tea.Batch(then(d), d.recorded(nil, said))
		}
	})
}

// guessedFixes counts the fixes of a plan whose values rest on nothing that is known.
func guessedFixes(plan *engine.Plan) int {
	n := 0
	for i := range plan.Outcomes {
		if len(plan.Outcomes[i].Guesses) > 0 {
			n++
		}
	}
	return n
}

// accepted says what one step has come to.
func accepted(what string, before, after review.Tally) string {
	out := fmt.Sprintf("Accepted %s (%s)", fixes(after.Accepted-before.Accepted), what)
	more := func(n int, format string) {
		if n > 0 {
			out += fmt.Sprintf(", "+format, n)
		}
	}
	more(after.Closed-before.Closed, "%d closed with them")
	more(after.CameUp-before.CameUp, "%d appeared")
	more(after.Blocked-before.Blocked, "%d cannot be made")
	return out + fmt.Sprintf("; %d left", after.Left)
}

// nothingToAccept says why there is nothing.
func (d *model) nothingToAccept(sel selection) string {
	var t review.Tally
	look := 0
	for _, r := range d.current.rows {
		if r.outcome == nil || !sel.holds(r.now) {
			continue
		}
		t.Add(r.outcome)
		if r.waits() && r.now.Level() == fixer.Review && sel.level < fixer.Review {
			look++
		}
	}
	var why []string
	more := func(n int, format string) {
		if n > 0 {
			why = append(why, fmt.Sprintf(format, n))
		}
	}
	more(look, "%d for review")
	why = append(why, t.ByHandWords()...)
	more(t.Accepted, "%d accepted already")
	more(t.Closed, "%d closed")
	more(t.Skipped+t.Suppressed, "%d skipped or suppressed")
	out := fmt.Sprintf("Nothing to accept (%s)", sel.what)
	if len(why) > 0 {
		out += ": " + strings.Join(why, ", ")
	}
	return out
}

// answer accepts the fix that a question is about for all its findings that wait, or
// takes the decisions back where none does.
func (d *model) answer(r *row) tea.Cmd {
	accept, back := engine.Decisions{}, engine.Decisions{}
	for _, p := range r.places {
		k := p.outcome.Finding.Key()
		if _, decided := d.decision(k); decided {
			back[k] = engine.Decision{}
		} else if review.Waits(p.outcome, decided) {
			accept[k] = engine.Decision{Verdict: engine.Accept}
		}
	}
	name := ruleWord(r.now.Rule)
	switch {
	case len(accept) > 0:
		return d.decide("accept "+r.now.Rule, accept, fmt.Sprintf("Accepted %s in %d of %d places", name, len(accept), len(r.places)))
	case len(back) > 0:
		return d.decide("take back "+r.now.Rule, back, fmt.Sprintf("Took back %s in %d of %d places", name, len(back), len(r.places)))
	}
	return d.say("Nothing left to do: closed by other fixes")
}

// together returns a decision about a finding for all findings of the question that the
// list shows in their place, and for those of the same object in other manifests, as far
// as they wait and the same fix is offered.
func (d *model) together(k fixer.Key, v engine.Decision) engine.Decisions {
	all := engine.Decisions{k: v}
	for _, p := range d.places(k) {
		key := p.outcome.Finding.Key()
		if _, decided := d.decision(key); decided || !review.Waits(p.outcome, decided) {
			continue
		}
		if v.Verdict == engine.Accept {
			offered := d.current.offered(p.outcome)
			fix := offered.Fix(v.Fix)
			if v.Fix == "" && len(offered.Fixes) > 0 {
				fix = &offered.Fixes[0]
			}
			if fix == nil {
				continue
			}
			if _, err := fix.Resolve(v.Params); err != nil {
				continue
			}
		}
		all[key] = v
	}
	return all
}

// places are the findings that are answered together with one that the list shows
// folded; only itself where there is no such question.
func (s *listScreen) places(k fixer.Key) []*row {
	if r := s.question(k); r != nil {
		return r.places
	}
	return nil
}

// places are the findings that are answered together with one: those of a folded question,
// else those that the list shows of the same object in other manifests. There are none
// where it is answered alone.
func (d *model) places(k fixer.Key) []*row {
	if folded := d.list.places(k); folded != nil {
		return folded
	}
	o := d.current.outcome(k)
	if o == nil {
		return nil
	}
	var out []*row
	for _, c := range append([]*engine.Outcome{o}, review.Copies(d.current.plan, o)...) {
		if r := d.row(c.Finding.Key()); r != nil && d.list.spot(c.Finding.Key()) > 0 {
			out = append(out, r)
		}
	}
	if len(out) < leastPlaces {
		return nil
	}
	return out
}

// row is the row of a finding.
func (d *model) row(k fixer.Key) *row {
	i, ok := d.current.index[k]
	if !ok {
		return nil
	}
	for _, r := range d.current.rows {
		if r.outcome != nil && r.number == i {
			return r
		}
	}
	return nil
}
