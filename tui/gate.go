package tui

import (
	tea "charm.land/bubbletea/v2"

	"oakum/fixer"
	"oakum/fixer/engine"
)

// A sessionGate keeps the session, which belongs to one goroutine at a time: that
// of Update, or the command it is lent to. What wants it meanwhile waits here.
type sessionGate struct {
	session *engine.Session   // nil until the first load is through
	lent    string            // what the session is lent out for, "" while it is here
	held    []tea.KeyPressMsg // keys that wait for it
	waiting []func() tea.Cmd  // what wants the session when it is back
	frozen  engine.Decisions  // the decisions while the session is lent
	gen     int               // counts changes of decisions, facts and files
}

// lendOut marks the session as lent and returns it with the generation that the
// work on it begins.
func (g *sessionGate) lendOut(what string) (*engine.Session, int) {
	g.lent, g.frozen = what, g.session.Decisions()
	g.gen++
	return g.session, g.gen
}

// takeBack marks the session as here.
func (g *sessionGate) takeBack() { g.lent, g.frozen = "", nil }

// next returns what waits the longest for the session, nil while it is lent or
// when nothing waits.
func (g *sessionGate) next() func() tea.Cmd {
	if len(g.waiting) == 0 || g.lent != "" {
		return nil
	}
	first := g.waiting[0]
	g.waiting = g.waiting[1:]
	return first
}

// decision returns the verdict on a finding. While the session is lent it is
// the one from before.
func (g *sessionGate) decision(k fixer.Key) (engine.Decision, bool) {
	if g.lent != "" {
		v, ok := g.frozen[k]
		return v, ok
	}
	return g.session.Decision(k)
}

// holdLimit bounds the keys that wait for the session.
const holdLimit = 256

// hold keeps a key until the session is back.
func (g *sessionGate) hold(msg tea.KeyPressMsg) tea.Cmd {
	if len(g.held) < holdLimit {
		g.held = append(g.held, msg)
	}
	return nil
}

// takeKeys returns the keys that wait, and forgets them.
func (g *sessionGate) takeKeys() []tea.KeyPressMsg {
	keys := g.held
	g.held = nil
	return keys
}
