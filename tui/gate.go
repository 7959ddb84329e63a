package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// A sessionGate keeps the session, which belongs to one goroutine at a time: that
// of Update, or the command it is lent to. What wants it meanwhile waits here.
type sessionGate struct {
	session            *engine.Session   // nil until the first load is through
	busyWith           string            // what the session is lent out for, "" while it is here
	queuedKeys         []tea.KeyPressMsg // keys that wait for it
	waiting            []func() tea.Cmd  // what wants the session when it is back
	decisionsWhileBusy engine.Decisions  // the decisions while the session is lent
	generation         int               // counts changes of decisions, facts and files
}

// lendOut marks the session as lent and returns it with the generation that the
// work on it begins.
func (g *sessionGate) lendOut(what string) (*engine.Session, int) {
	g.busyWith, g.decisionsWhileBusy = what, g.session.Decisions()
	g.generation++
	return g.session, g.generation
}

// takeBack marks the session as here.
func (g *sessionGate) takeBack() { g.busyWith, g.decisionsWhileBusy = "", nil }

// next returns what waits the longest for the session, nil while it is lent or
// when nothing waits.
func (g *sessionGate) next() func() tea.Cmd {
	if len(g.waiting) == 0 || g.busyWith != "" {
		return nil
	}
	first := g.waiting[0]
	g.waiting = g.waiting[1:]
	return first
}

// decision returns the decision about a finding. While the session is lent it is
// the one from before.
func (g *sessionGate) decision(k fixer.Key) (engine.Decision, bool) {
	if g.busyWith != "" {
		v, ok := g.decisionsWhileBusy[k]
		return v, ok
	}
	return g.session.Decision(k)
}

// decided counts the decisions; while the session is lent those from before.
func (g *sessionGate) decided() int {
	switch {
	case g.busyWith != "":
		return len(g.decisionsWhileBusy)
	case g.session == nil:
		return 0
	}
	return g.session.Decided()
}

// notHistory are those of undo and redo that would do nothing.
func (g *sessionGate) notHistory() []action {
	var out []action
	past, future := g.steps()
	if past == 0 {
		out = append(out, actUndo)
	}
	if future == 0 {
		out = append(out, actRedo)
	}
	return out
}

// holdLimit bounds the keys that wait for the session.
const holdLimit = 256

// hold keeps a key until the session is back.
func (g *sessionGate) hold(msg tea.KeyPressMsg) tea.Cmd {
	if len(g.queuedKeys) < holdLimit {
		g.queuedKeys = append(g.queuedKeys, msg)
	}
	return nil
}

// takeKeys returns the keys that wait, and forgets them.
func (g *sessionGate) takeKeys() []tea.KeyPressMsg {
	keys := g.queuedKeys
	g.queuedKeys = nil
	return keys
}

// steps returns how many steps can be undone and how many can be made again. While the
// session is lent nobody knows: one of each, so that nothing is called impossible.
func (g *sessionGate) steps() (past, future int) {
	if g.busyWith != "" || g.session == nil {
		return 1, 1
	}
	return g.session.Steps()
}
