package tui

import (
	"errors"
	"maps"
	"slices"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// A ledger notes what was written at the moment it was, so that leaving in
// the middle of a write neither cuts it off nor forgets it.
type ledger struct {
	running sync.WaitGroup
	mu      sync.Mutex
	written []string
}

func (l *ledger) add(paths []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.written = append(l.written, paths...)
	slices.Sort(l.written)
	l.written = slices.Compact(l.written)
}

// paths waits for a write that is under way and returns all that was written.
func (l *ledger) paths() []string {
	l.running.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.written)
}

// write hands the plan to the backend. Nothing else in the interface does.
func (s *planScreen) write(d *model) tea.Cmd {
	switch {
	case s.writing:
		return nil
	case !s.ready(d):
		return d.say("The plan is still being worked out; nothing was written")
	case len(s.view.index.plan.Changes) == 0:
		return d.say("Nothing to write")
	}
	s.writing = true
	view, st, out := s.view, s.view.index, s.view.pathsOut(d.excluded)
	b, ctx, book := d.opts.Backend, d.ctx, &d.ledger
	book.running.Add(1)
	return d.lend("writing "+count(len(st.plan.Changes), "file"), func(session *engine.Session) func(*model) tea.Cmd {
		defer book.running.Done()
		receipt, err := b.Commit(ctx, st.plan.Changes)
		if err != nil {
			return func(d *model) tea.Cmd { return s.refused(d, err) }
		}
		book.add(receipt.Written)
		session.SetSnapshot(st.plan.After)
		return func(d *model) tea.Cmd {
			s.writing = false
			done := newDone(d, view, out, receipt)
			d.summary = done.plain()
			d.screens, d.overlays = []screen{d.list, done}, nil
			return d.refresh()
		}
	})
}

// refused shows what kept the plan from being written.
func (s *planScreen) refused(d *model, err error) tea.Cmd {
	s.writing = false
	cmd := s.refresh(d)
	var refused *fixer.RefusedError
	switch {
	case errors.As(err, &refused) && refused.Interrupted:
		return tea.Batch(cmd, d.interrupt(newNotice("Writing was interrupted", []string{err.Error()})))
	case refused != nil:
		return tea.Batch(cmd, d.interrupt(&changedOverlay{err: refused}))
	}
	return tea.Batch(cmd, d.interrupt(newNotice("Nothing was written", []string{err.Error()})))
}

// savePatch saves changes as a patch file.
func (d *model) savePatch(changes []engine.Change) tea.Cmd {
	if len(changes) == 0 {
		return d.say("Nothing to save")
	}
	b := d.opts.Backend
	return func() tea.Msg {
		name, err := b.SavePatch(changes)
		return patchMsg{name, err, false}
	}
}

// savePatchAndLeave saves what the plan would write, and leaves the program
// when that is through.
func (d *model) savePatchAndLeave() tea.Cmd {
	job, now, b, out := d.foldJob(), d.current, d.opts.Backend, maps.Clone(d.excluded)
	return func() tea.Msg {
		changes := job.leaving(now, out).plan.Changes
		if len(changes) == 0 {
			return patchMsg{err: errors.New("all files are left out of the plan")}
		}
		name, err := b.SavePatch(changes)
		return patchMsg{name, err, true}
	}
}

// patchMsg says where a patch was saved.
type patchMsg struct {
	name  string
	err   error
	leave bool
}

func (msg patchMsg) apply(d *model) tea.Cmd {
	switch {
	case msg.err != nil:
		return d.warn("The patch cannot be saved: %v", msg.err)
	case msg.leave:
		d.summary += "Saved the plan as a patch: " + visible(msg.name) + "\n"
		return d.discard()
	}
	return d.say("Saved the plan as %s: git apply takes it", msg.name)
}
