package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// bodyTop is the line of the frame at which the body starts.
const bodyTop = 2

// zones are the parts of the frame that take a click, as layers to test a hit
// with: the body, and each key that the footer names, by its name.
func (d *model) zones(l layout) *lipgloss.Compositor {
	zones := lipgloss.NewCompositor()
	if len(d.overlays) == 0 { // else the body lies under something
		body := strings.TrimSuffix(strings.Repeat(strings.Repeat(" ", l.width)+"\n", l.body), "\n")
		zones.AddLayers(lipgloss.NewLayer(body).Y(bodyTop).ID(bodyZone))
	}
	for _, item := range d.footerItems(d.screen().draw(d, l), l) {
		zones.AddLayers(lipgloss.NewLayer(item.text).X(item.x).Y(bodyTop + l.body + 1 + item.y).Z(1).ID(item.key.keys[0]))
	}
	return zones
}

// bodyZone is the name of the body; no key has it.
const bodyZone = "the body"

// click gives a click to the screen, in cells of its body, or presses the key of
// the footer that is under it. Files are written by the keyboard only.
func (d *model) click(m tea.Mouse) tea.Cmd {
	l := d.layout()
	if !d.mouse || m.Button != tea.MouseLeft || !l.fits {
		return nil
	}
	switch hit := d.zones(l).Hit(m.X, m.Y); hit.ID() {
	case "":
		return nil
	case bodyZone:
		if c, ok := d.screen().(clicker); ok {
			d.clearToast()
			return c.click(d, l, m.X, m.Y-bodyTop)
		}
		return nil
	default:
		return d.clickKey(hit.ID())
	}
}

// clickKey does what a key of the footer means.
func (d *model) clickKey(key string) tea.Cmd {
	b, ok := lookup(keymap[d.top().place()], key)
	switch {
	case !ok:
		return nil
	case d.ignoreKeysID > 0:
		return d.grace()
	case b.act == actWrite:
		return d.say("Press %s to write the files: a click never does", key)
	case b.session && d.busyWith != "":
		return d.say("Not now: %s", d.busyWith)
	}
	return d.act(b.act)
}

// wheel scrolls what is under the pointer.
func (d *model) wheel(m tea.Mouse) tea.Cmd {
	const notch = 3 // lines a turn of the wheel moves
	l := d.layout()
	c, ok := d.screen().(clicker)
	if !ok || !d.mouse || len(d.overlays) > 0 || !l.fits {
		return nil
	}
	switch m.Button {
	case tea.MouseWheelUp:
		return c.wheel(d, l, m.X, m.Y-bodyTop, -notch)
	case tea.MouseWheelDown:
		return c.wheel(d, l, m.X, m.Y-bodyTop, notch)
	}
	return nil
}
