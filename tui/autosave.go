package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer/engine"
)

// A keeper saves the decisions so that they survive a crash. One save runs at
// a time, so that an older one never ends up on top of a newer.
type keeper struct {
	busy, again bool
	failed      bool           // reported once
	kept        bool           // there is something on disk
	atEnd       func() tea.Cmd // leaves the program when the save is through; nil to stay
}

// keptMsg says that a save is through.
type keptMsg struct{ err error }

// save keeps the present decisions; while the session is lent those of before
// are on disk already.
func (k *keeper) save(d *model) tea.Cmd {
	if k.busy || d.busyWith != "" {
		k.again = true
		return nil
	}
	k.again = false
	decisions := d.foldJob().decisions
	if len(decisions) == 0 && !k.kept {
		return nil
	}
	k.busy, k.kept = true, len(decisions) > 0
	return d.saveCmd(decisions)
}

func (d *model) saveCmd(decisions engine.Decisions) tea.Cmd {
	b := d.opts.Backend
	return func() tea.Msg { return keptMsg{b.SaveDecisions(decisions)} }
}

func (msg keptMsg) apply(d *model) tea.Cmd {
	k := &d.autosave
	k.busy = false
	if end := k.atEnd; end != nil {
		k.atEnd = nil // the answer to what is saved last comes here as well
		return end()
	}
	var cmd tea.Cmd
	if msg.err != nil && !k.failed {
		k.failed = true
		cmd = d.warn("verdicts are not kept for the case of a crash: %v", msg.err)
	}
	if k.again {
		return tea.Batch(cmd, k.save(d))
	}
	return cmd
}

// keepAndQuit leaves the program when the present decisions are saved.
func (d *model) keepAndQuit() tea.Cmd {
	return d.leaveAfterSave(func() tea.Cmd {
		if !d.autosave.again || d.busyWith != "" {
			return d.quit()
		}
		return tea.Sequence(d.saveCmd(d.foldJob().decisions), tea.Quit)
	})
}

// discard drops the decisions and leaves the program.
func (d *model) discard() tea.Cmd { return d.leaveAfterSave(d.forget) }

// leaveAfterSave leaves the program by end, once a save that is under way is
// through.
func (d *model) leaveAfterSave(end func() tea.Cmd) tea.Cmd {
	d.leave = true
	if d.autosave.busy {
		d.autosave.atEnd = end
		return nil
	}
	return end()
}

func (d *model) forget() tea.Cmd { return tea.Sequence(d.saveCmd(nil), tea.Quit) }
