package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// A standing is where a repository stands with some fixes: the score, and the
// pods by their level of the Pod Security Standards.
type standing struct {
	score int
	pods  fixer.PodTally
}

func standingOf(snap *fixer.Snapshot, score int) *standing {
	return &standing{score, fixer.TallyLevels(snap.PodLevels())}
}

// An outlook is what the first page compares: the files as they are, as they are
// with the accepted fixes, and what all fixes of a level would add to these. What is
// nil is not worked out yet.
type outlook struct {
	gen                         int // of the decisions it is about
	now, accepted, safe, review *standing
	held                        bool // safe and review take long, and nobody has asked for them
}

// mostOutlook bounds the work that nobody has asked for: findings that wait times the
// bytes of their file, which is what making all their fixes takes. It is one or two seconds.
const mostOutlook = 40_000_000

// outlookWork is how much work the outlook of a plan is, in the unit of mostOutlook.
func outlookWork(plan *engine.Plan) int {
	work := 0
	for i := range plan.Outcomes {
		o := &plan.Outcomes[i]
		if o.Result != engine.Open {
			continue
		}
		if f := plan.After.File(o.Finding.File); f != nil {
			work += len(f.Data)
		}
	}
	return work
}

// outlookMsg brings more of an outlook, and the work that remains.
type outlookMsg struct {
	outlook outlook
	rest    tea.Cmd
}

func (msg outlookMsg) apply(d *model) tea.Cmd {
	if msg.outlook.gen != d.generation {
		d.front.asked = false // decisions changed meanwhile
		return d.refresh()
	}
	d.front.outlook = msg.outlook
	return msg.rest
}

// lookAhead works out the outlook of the present decisions in a command, the cheap
// part first. Of the plans only the figures are kept.
func (d *model) lookAhead() tea.Cmd {
	ahead, plan := d.session.OutlookFunc(), d.current.plan
	o := outlook{gen: d.generation}
	withReview := func() tea.Msg {
		o.review = planned(ahead(fixer.Review))
		return outlookMsg{outlook: o}
	}
	withSafe := func() tea.Msg {
		o.safe = planned(ahead(fixer.Safe))
		return outlookMsg{o, withReview}
	}
	asked := d.front.wanted == d.generation
	return func() tea.Msg {
		o.now, o.accepted = standingOf(plan.Before, plan.ScoreBefore), planned(plan)
		if o.held = !asked && outlookWork(plan) > mostOutlook; o.held {
			return outlookMsg{o, nil}
		}
		return outlookMsg{o, withSafe}
	}
}

func planned(plan *engine.Plan) *standing { return standingOf(plan.After, plan.ScoreAfter) }
