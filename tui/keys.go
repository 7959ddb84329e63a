package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// graceTime is how long what opened by itself ignores keys: they were meant
// for what was there before.
const graceTime = 400 * time.Millisecond

// key routes a key press to what is on top.
func (d *model) key(msg tea.KeyPressMsg) tea.Cmd {
	key, top := msg.String(), d.top()
	if !d.layout().fits {
		return d.unseen(key)
	}
	if len(d.queuedKeys) > 0 && key != "ctrl+c" {
		return d.hold(msg)
	}
	if t, ok := top.(typist); ok && t.typing() != nil && d.ignoreKeysID == 0 {
		if cmd, done := d.typeKey(t, msg); done {
			return cmd
		}
	}
	b, ok := lookup(keymap[top.place()], key)
	if d.ignoreKeysID > 0 && b.act != actAbort {
		return d.grace() // a key that repeats while held down is never meant
	}
	if !ok {
		return nil
	}
	if b.session && d.busyWith != "" {
		return d.hold(msg)
	}
	return d.act(b.act)
}

// act does what a key means to what is on top.
func (d *model) act(a action) tea.Cmd {
	d.clearToast()
	if cmd, done := d.anywhere(a); done {
		return cmd
	}
	return d.top().press(d, a)
}

// unseen is [model.key] while the terminal is too small to show anything: what
// nobody can see nobody decides. Leaving, suspending and drawing anew remain.
func (d *model) unseen(key string) tea.Cmd {
	switch b, _ := lookup(everywhere, key); b.act {
	case actAbort, actSuspend, actRedraw:
		cmd, _ := d.anywhere(b.act)
		return cmd
	}
	return nil
}

// anywhere does what means the same on every screen.
func (d *model) anywhere(a action) (tea.Cmd, bool) {
	switch a {
	case actAbort:
		d.killed = true
		return d.quit(), true
	case actSuspend:
		return tea.Suspend, true
	case actRedraw:
		return tea.ClearScreen, true
	case actPalette:
		return d.openOverlay(newPalette(d)), true
	case actMouse:
		d.mouse = !d.mouse
		if d.mouse {
			return d.say("The mouse is on: click and wheel work, selecting text may need shift; m turns it off"), true
		}
		return d.say("The mouse is off: the terminal selects text"), true
	case actHelp:
		return d.openOverlay(newHelp(d.top().place())), true
	case actUndo:
		return d.undo(), true
	case actRedo:
		return d.redo(), true
	case actQuit:
		return d.askQuit(), true
	}
	return nil, false
}

// typeKey gives a key to the line that is being typed.
func (d *model) typeKey(t typist, msg tea.KeyPressMsg) (tea.Cmd, bool) {
	in := t.typing()
	if msg.Text != "" && msg.Mod&^tea.ModShift == 0 {
		d.clearToast()
		in.Insert(msg.Text)
		return t.typed(d), true
	}
	b, ok := lookup(typing, msg.String())
	if !ok {
		return nil, false
	}
	d.clearToast()
	switch b.act {
	case actLeft:
		in.Left()
	case actRight:
		in.Right()
	case actHome:
		in.Home()
	case actEnd:
		in.End()
	case actRubOut:
		in.Backspace()
	case actDelete:
		in.Delete()
	case actWordBack:
		in.DeleteWord()
	case actClearLine:
		in.DeleteToStart()
	case actClearEnd:
		in.DeleteToEnd()
	case actWordLeft:
		in.WordLeft()
	case actWordRight:
		in.WordRight()
	default:
		return d.anywhere(b.act)
	}
	return t.typed(d), true
}

// paste puts pasted text into the line that is being typed. Elsewhere it is
// dropped: text is no list of commands.
func (d *model) paste(s string) tea.Cmd {
	t, ok := d.top().(typist)
	if !ok || t.typing() == nil || d.ignoreKeysID > 0 || !d.layout().fits {
		return nil
	}
	t.typing().Insert(s)
	return t.typed(d)
}

// replay presses the keys that were held, up to the next that lends the
// session.
func (d *model) replay() tea.Cmd {
	held := d.takeKeys()
	var cmds []tea.Cmd
	for i, k := range held {
		if d.busyWith != "" {
			d.queuedKeys = append(d.queuedKeys, held[i:]...)
			break
		}
		cmds = append(cmds, d.key(k))
	}
	return tea.Batch(cmds...)
}

// graceOverMsg ends the time in which an overlay ignores keys.
type graceOverMsg struct{ id int }

func (msg graceOverMsg) apply(d *model) tea.Cmd {
	if msg.id == d.ignoreKeysID {
		d.ignoreKeysID = 0
	}
	return nil
}

// interrupt opens an overlay that no key has requested.
func (d *model) interrupt(o overlay) tea.Cmd {
	return tea.Batch(d.openOverlay(o), d.grace())
}

// grace starts the time in which keys are ignored, because they were on their
// way to something that is not there any more.
func (d *model) grace() tea.Cmd {
	d.ignoreKeysCount++
	d.ignoreKeysID = d.ignoreKeysCount
	id := d.ignoreKeysID
	return d.after(graceTime, graceOverMsg{id})
}
