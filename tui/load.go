package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/review"
)

// load reads the repository and checks it, in a command. Progress is fed to
// the scan screen through a channel, because Update alone may change it.
func (d *model) load() tea.Cmd {
	b, ctx, rules, gen := d.opts.Backend, d.ctx, d.opts.Rules, d.generation
	progress := make(chan fixer.Progress, 1)
	read := func() tea.Msg {
		defer close(progress)
		loaded, err := b.Load(ctx, func(p fixer.Progress) { offer(progress, p) })
		if err != nil {
			return loadedMsg{err: err}
		}
		snap := fixer.NewSnapshot(loaded.Sources, loaded.Names...)
		offer(progress, fixer.Progress{Found: snap.Len(), Read: snap.Len()})
		s := engine.NewSession(snap, loaded.Facts, rules)
		words := newWording(rules, loaded.Notes)
		// What cannot be recalled must not keep anyone from working.
		kept, keptErr := b.LoadDecisions()
		return loadedMsg{
			session: s, index: newPlanIndex(gen, s.Plan(), nil, words), wording: words,
			kept: kept, keptErr: keptErr, facts: b.Facts(ctx, snap, s.Facts()),
		}
	}
	return tea.Batch(read, awaitProgress(progress))
}

func newWording(rules []*fixer.Rule, notes []fixer.Note) wording {
	w := wording{titles: make(map[string]string, len(rules))}
	for _, n := range notes {
		w.notes = append(w.notes, n.String())
	}
	for _, r := range rules {
		w.titles[r.Name] = r.Title
	}
	return w
}

// offer leaves the newest progress in the channel without ever waiting.
func offer(ch chan fixer.Progress, p fixer.Progress) {
	for {
		select {
		case ch <- p:
			return
		default:
		}
		select {
		case <-ch:
		default:
		}
	}
}

// progressMsg brings how far reading is.
type progressMsg struct {
	progress fixer.Progress
	more     <-chan fixer.Progress
}

func awaitProgress(ch <-chan fixer.Progress) tea.Cmd {
	return func() tea.Msg {
		p, ok := <-ch
		if !ok {
			return nil
		}
		return progressMsg{p, ch}
	}
}

func (msg progressMsg) apply(d *model) tea.Cmd {
	if s, ok := d.screen().(*scanScreen); ok {
		s.found, s.read = msg.progress.Found, msg.progress.Read
	}
	return awaitProgress(msg.more)
}

// loadedMsg brings a checked repository, or why there is none.
type loadedMsg struct {
	session *engine.Session
	index   *planIndex
	wording wording
	kept    engine.Decisions
	keptErr error
	facts   <-chan fixer.News
	err     error
}

func (msg loadedMsg) apply(d *model) tea.Cmd {
	scan, ok := d.screen().(*scanScreen)
	if !ok || d.session != nil {
		return nil // superseded
	}
	if msg.err != nil {
		scan.err = msg.err
		return nil
	}
	d.session, d.wording = msg.session, msg.wording
	d.screens = []screen{d.front}
	cmds := []tea.Cmd{d.settle(msg.index), d.awaitFacts(msg.facts)}
	switch {
	case msg.keptErr != nil:
		cmds = append(cmds, d.warn("The decisions of your last session cannot be read: %v", msg.keptErr))
	case len(msg.kept) > 0:
		d.autosave.kept = true
		cmds = append(cmds, d.interrupt(newResume(msg.kept)))
	}
	return tea.Batch(cmds...)
}

// rescan reads the files again, keeps the decisions whose finding still exists,
// and lists the others. Its message starts with why.
func (d *model) rescan(why string) tea.Cmd {
	b, ctx, rules := d.opts.Backend, d.ctx, d.opts.Rules
	return d.lend("reading the files again", func(s *engine.Session) func(*model) tea.Cmd {
		loaded, err := b.Load(ctx, func(fixer.Progress) {})
		if err != nil {
			return func(d *model) tea.Cmd { return d.warn("%scannot read the files again: %v", why, err) }
		}
		was := s.Decisions()
		lost := s.SetSnapshot(fixer.NewSnapshot(loaded.Sources, loaded.Names...))
		words := newWording(rules, loaded.Notes)
		facts := b.Facts(ctx, s.Snapshot(), s.Facts()) // the files may name other images now
		return func(d *model) tea.Cmd {
			d.wording = words
			more := d.awaitFacts(facts)
			switch {
			case len(lost) > 0:
				return tea.Batch(more, d.listLost(was, lost))
			case why != "":
				return tea.Batch(more, d.warn("%sread again, %s kept", why, count(len(was), "decision")))
			}
			return tea.Batch(more, d.say("Read again, %s kept", count(len(was), "decision")))
		}
	})
}

// listLost names the decisions whose finding is gone.
func (d *model) listLost(was engine.Decisions, lost []fixer.Key) tea.Cmd {
	lines := make([]string, 0, len(lost)+2)
	lines = append(lines, "The findings of these decisions are gone:", "")
	for _, k := range lost {
		lines = append(lines, "  "+string(was[k].Verdict)+"  "+ruleWord(k.Rule)+"  "+k.File+"  "+k.Path)
	}
	return d.interrupt(newNotice(count(len(lost), "decision")+" dropped", lines))
}

// resume restores the decisions of an earlier session. Those whose
// finding or fix is gone are listed.
func (d *model) resume(kept engine.Decisions) tea.Cmd {
	return d.lend("resuming the last session", func(s *engine.Session) func(*model) tea.Cmd {
		lost, err := review.Resume(s, kept)
		return func(d *model) tea.Cmd {
			switch {
			case err != nil:
				return d.warn("%v", err)
			case len(lost) > 0:
				return d.listLost(kept, lost)
			}
			return d.say("Resumed %s of your last session", count(len(kept), "decision"))
		}
	})
}
