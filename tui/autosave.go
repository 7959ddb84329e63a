package tui

import (
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer/engine"
)

// A keeper saves the decisions so that they survive a crash. One save runs at
// a time, so that an older one never ends up on top of a newer.
type keeper struct {
	busy, again bool
	failed      bool           // reported once
	why         error          // it failed
	kept        bool           // there is something on disk
	atEnd       func() tea.Cmd // leaves the program when the save is through; nil to stay
	book        saveBook
}

// A saveBook notes what is saved at the moment it is, so that leaving at once can
// say what is kept.
type saveBook struct {
	running sync.WaitGroup
	mu      sync.Mutex
	saved   int // decisions on disk
}

// kept waits for a save that is under way and returns how many decisions are on disk.
func (b *saveBook) kept() int {
	b.running.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.saved
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
	save := d.saveFunc(decisions)
	return func() tea.Msg { return keptMsg{save()} }
}

func (d *model) saveFunc(decisions engine.Decisions) func() error {
	b, book := d.opts.Backend, &d.autosave.book
	book.running.Add(1)
	return func() error {
		defer book.running.Done()
		err := b.SaveDecisions(decisions)
		if err == nil {
			book.mu.Lock()
			book.saved = len(decisions)
			book.mu.Unlock()
		}
		return err
	}
}

// parting says what is kept of the decisions when the program was left at once.
func (d *model) parting() string {
	if d.autosave.again && d.session != nil && d.busyWith == "" {
		_ = d.saveFunc(d.session.Decisions())() // what is on disk is older
	}
	switch n := d.autosave.book.kept(); {
	case n > 0:
		return "Interrupted. " + keptWords(n)
	case d.decided() > 0:
		return "Interrupted. The decisions could not be saved and are lost.\n"
	}
	return ""
}

// keptWords says in the scrollback that decisions are kept.
func keptWords(n int) string {
	return count(n, "decision") + " kept: run oakum here again to resume.\n"
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
		k.failed, k.why = true, msg.err
		cmd = d.warn("Decisions cannot be saved and will be lost in a crash. Set XDG_STATE_HOME (%v)", msg.err)
	}
	if k.again {
		return tea.Batch(cmd, k.save(d))
	}
	return cmd
}

// keepAndQuit leaves the program when the present decisions are saved.
func (d *model) keepAndQuit() tea.Cmd {
	if n := d.decided(); n > 0 && !d.autosave.failed {
		d.summary += keptWords(n)
		if out := d.leftOutWords(); out != "" && d.current != nil {
			d.summary += strings.TrimPrefix(out, " ") + " The plan of the next session has them again.\n"
		}
	}
	return d.leaveAfterSave(func() tea.Cmd {
		if !d.autosave.again || d.busyWith != "" {
			return d.quit()
		}
		return tea.Sequence(d.saveCmd(d.foldJob().decisions), tea.Quit)
	})
}

// discard drops the decisions and leaves the program.
func (d *model) discard() tea.Cmd {
	if n := d.decided(); n > 0 {
		d.summary += count(n, "decision") + " discarded.\n"
	}
	return d.leaveAfterSave(d.forget)
}

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
