package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// foldedMsg brings the plan of the decisions at gen.
type foldedMsg struct{ index *planIndex }

// backMsg brings the session back. then is what is left to do with it on the
// Update goroutine.
type backMsg struct {
	index *planIndex
	then  func(*model) tea.Cmd
}

// changed is called after decisions changed: everything shown is refolded,
// and the decisions are kept for the case of a crash.
func (d *model) changed() tea.Cmd {
	d.generation++
	return tea.Batch(d.refold(), d.autosave.save(d), d.refresh())
}

// refold folds the present decisions in a command. While one fold runs no
// other is started: what it brings is dropped when decisions have changed
// since, and the newest ones are folded then. So holding a key down costs two
// folds and not one for each repeat.
func (d *model) refold() tea.Cmd {
	if d.folding || d.busyWith != "" || d.session == nil {
		return nil
	}
	d.folding = true
	job := d.foldJob()
	return func() tea.Msg { return foldedMsg{job.index()} }
}

func (msg foldedMsg) apply(d *model) tea.Cmd {
	d.folding = false
	if msg.index.gen != d.generation {
		return d.refold()
	}
	if d.busyWith == "" {
		d.session.AdoptPlan(msg.index.plan)
	}
	return d.settle(msg.index)
}

// settle takes a new plan over: rows change in place, and whoever is on
// top asks for what it needs now.
func (d *model) settle(s *planIndex) tea.Cmd {
	d.current = s
	d.list.update(d)
	return d.refresh()
}

// lend gives the session to a command that needs it for longer than a key may
// take: work runs there, and what it returns runs back in Update. A second
// loan waits for the first.
func (d *model) lend(what string, work func(*engine.Session) func(*model) tea.Cmd) tea.Cmd {
	if d.busyWith != "" {
		d.waiting = append(d.waiting, func() tea.Cmd { return d.lend(what, work) })
		return nil
	}
	s, gen := d.lendOut(what)
	words := d.wording
	return func() tea.Msg {
		then := work(s)
		return backMsg{newPlanIndex(gen, s.Plan(), s.Decisions(), words), then}
	}
}

func (msg backMsg) apply(d *model) tea.Cmd {
	d.takeBack()
	cmds := []tea.Cmd{d.settle(msg.index), d.autosave.save(d)}
	if msg.then != nil {
		cmds = append(cmds, msg.then(d))
	}
	for next := d.next(); next != nil; next = d.next() {
		cmds = append(cmds, next())
	}
	return tea.Batch(append(cmds, d.replay())...)
}

// factsMsg brings news about facts that arrive late; more is the channel to wait on.
type factsMsg struct {
	fixer.News
	more <-chan fixer.News
}

// awaitFacts waits for the next answer, or for the end of the program.
func (d *model) awaitFacts(ch <-chan fixer.News) tea.Cmd {
	if ch == nil {
		return nil
	}
	ctx := d.ctx
	return func() tea.Msg {
		select {
		case news, ok := <-ch:
			if !ok {
				return nil
			}
			return factsMsg{news, ch}
		case <-ctx.Done():
			return nil
		}
	}
}

// apply checks again with new facts. Rows change in place; the cursor stays
// on its finding.
func (msg factsMsg) apply(d *model) tea.Cmd {
	if msg.Facts == nil {
		return tea.Batch(d.awaitFacts(msg.more), d.say("%s", msg.Text))
	}
	before := d.current
	return tea.Batch(d.awaitFacts(msg.more), d.lend("checking again with what registries say", func(s *engine.Session) func(*model) tea.Cmd {
		s.SetFacts(msg.Facts)
		return func(d *model) tea.Cmd {
			if n := differences(before, d.current); n > 0 {
				return d.say("%s changed by what a registry says", count(n, "finding"))
			}
			return nil
		}
	}))
}

// differences counts the findings that stand otherwise than before.
func differences(before, after *planIndex) int {
	if before == nil {
		return 0
	}
	n := 0
	for i := range after.plan.Outcomes {
		is := &after.plan.Outcomes[i]
		was := before.outcome(is.Finding.Key())
		if was == nil || was.Result != is.Result || was.Finding.Level() != is.Finding.Level() || was.Finding.Severity != is.Finding.Severity {
			n++
		}
	}
	for i := range before.plan.Outcomes {
		if after.outcome(before.plan.Outcomes[i].Finding.Key()) == nil {
			n++
		}
	}
	return n
}
