package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/tui/theme"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A picker is a cursor in lines of which not all may be seen.
type picker struct{ cursor, top int }

// pickerPage is how far a page goes.
const pickerPage = 5

func (p *picker) move(a action, count int) {
	switch a {
	case actDown:
		p.cursor++
	case actUp:
		p.cursor--
	case actHalfDown, actPageDown:
		p.cursor += pickerPage
	case actHalfUp, actPageUp:
		p.cursor -= pickerPage
	case actTop:
		p.cursor = 0
	case actBottom:
		p.cursor = count - 1
	}
	p.cursor = max(0, min(p.cursor, count-1))
}

// view draws the lines around the cursor.
func (p *picker) view(t *theme.Theme, lines []string, width, height int) []string {
	p.cursor = max(0, min(p.cursor, len(lines)-1))
	p.top = max(min(p.top, p.cursor), p.cursor-height+1, 0)
	out := make([]string, 0, height)
	for i := p.top; i < len(lines) && len(out) < height; i++ {
		line := "   " + lines[i]
		if i == p.cursor {
			line = t.Cursor.Paint(widget.Fit(" "+t.Marks.Cursor+" "+lines[i], width, t.Marks.Ellipsis))
		}
		out = append(out, line)
	}
	return out
}

// paletteOverlay finds what can be done on the screen below it by its name. Its
// commands are the rows of the keymap, so it knows none of its own.
type paletteOverlay struct {
	all   []binding
	input widget.Input
	picker
}

// paletteLines bounds the commands that are seen at a time.
const paletteLines = 12

// newPalette lists what can be done now. Moving is left out: it has no end that
// could be named. So is writing, which is for the one key that says so.
func newPalette(d *model) *paletteOverlay {
	o := &paletteOverlay{all: slices.Clone(d.usable())}
	o.all = slices.DeleteFunc(o.all, func(b binding) bool {
		_, move := lookup(moving, b.keys[0])
		return move || b.act == actPalette || b.act == actWrite
	})
	o.input.Limit = 60
	return o
}

func (o *paletteOverlay) place() place { return onPalette }
func (o *paletteOverlay) typing() line { return &o.input }

func (o *paletteOverlay) typed(*model) tea.Cmd {
	o.picker = picker{}
	return nil
}

// found are the commands with all the words that were typed.
func (o *paletteOverlay) found() []binding {
	words := strings.Fields(strings.ToLower(o.input.Value()))
	return slices.DeleteFunc(slices.Clone(o.all), func(b binding) bool {
		text := strings.ToLower(b.label + " " + b.help)
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	})
}

func (o *paletteOverlay) idle(*model) []action {
	if len(o.found()) == 0 {
		return []action{actOpen}
	}
	return nil
}

func (o *paletteOverlay) press(d *model, a action) tea.Cmd {
	found := o.found()
	switch a {
	case actBack:
		return d.closeOverlay()
	case actOpen:
		if len(found) == 0 {
			return nil
		}
		b := found[max(0, min(o.cursor, len(found)-1))]
		closed := d.closeOverlay()
		if b.session && d.busyWith != "" {
			return tea.Batch(closed, d.say("Still %s: try again in a moment", d.busyWith))
		}
		return tea.Batch(closed, d.act(b.act))
	}
	o.move(a, len(found))
	return nil
}

func (o *paletteOverlay) panel(d *model, width, height int) (string, []string) {
	t := &d.theme
	found := o.found()
	widest := 0
	for _, b := range o.all {
		widest = max(widest, widget.Width(b.keys[0]))
	}
	lines := make([]string, len(found))
	for i, b := range found {
		lines[i] = t.Key.Paint(widget.Pad(b.keys[0], widest)) + "  " + b.help
	}
	rows := max(1, min(height-1, paletteLines, len(o.all)))
	out := append([]string{" : " + o.input.View(t, max(1, width-5), true)}, o.view(t, lines, width, rows)...)
	if len(found) == 0 {
		out = append(out, " "+t.Dim.Paint("No command has these words."))
	}
	for len(out) < rows+1 {
		out = append(out, "")
	}
	return fmt.Sprintf("commands: %d of %d", len(found), len(o.all)), out
}
