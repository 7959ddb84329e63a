package tui

import (
	tea "charm.land/bubbletea/v2"

	"oakum/fixer/engine"
)

// A keeper saves the decisions so that they survive a crash. One save runs at
// a time, so that an older one never ends up on top of a newer.
type keeper struct {
	busy, again bool
	failed      bool // reported once
	kept        bool // there is something on disk
	leaving     bool // forget everything and leave when the save is through
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
	if k.leaving {
		k.leaving = false // the answer to the forgetting comes here as well
		return d.forget()
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

// discard drops the decisions and leaves the program.
func (d *model) discard() tea.Cmd {
	d.leave = true
	if d.autosave.busy {
		d.autosave.leaving = true
		return nil
	}
	return d.forget()
}

func (d *model) forget() tea.Cmd { return tea.Sequence(d.saveCmd(nil), tea.Quit) }
