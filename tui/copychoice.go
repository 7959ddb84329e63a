package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A copyItem is something that can be copied; what names it in a sentence.
type copyItem struct{ what, text string }

// copyOverlay asks what to copy.
type copyOverlay struct {
	items []copyItem
	picker
}

// copies are what a review has to copy: the change, the commands that verify it, the
// place, and the command that explains the rule.
func (v *detail) copies(d *model, o *engine.Outcome) []copyItem {
	var out []copyItem
	if p, exact := d.previewOf(o.Finding.Key()); p != nil && exact {
		if patch := patchOf(between(p.without, p.with)); patch != "" {
			out = append(out, copyItem{"change as a patch", patch})
		}
	}
	f := d.offer(o)
	verify := d.rule(f.Rule).Page().Verify
	if fix := v.alternative(f); fix != nil && fix.Verify != "" {
		verify = fix.Verify
	}
	for _, c := range fixer.ParseVerify(verify) {
		if c.Command != "" {
			out = append(out, copyItem{"command to verify the fix", c.Command})
		}
	}
	return append(out,
		copyItem{"place", fmt.Sprintf("%s:%d", f.File, o.Finding.Line)},
		copyItem{"command that explains the rule", "oakum explain " + f.Rule})
}

func (o *copyOverlay) place() place { return onCopy }

func (o *copyOverlay) press(d *model, a action) tea.Cmd {
	switch a {
	case actBack:
		return d.closeOverlay()
	case actOpen:
		it := o.items[max(0, min(o.cursor, len(o.items)-1))]
		return tea.Batch(d.closeOverlay(), d.copy(it.text, it.what))
	}
	o.move(a, len(o.items))
	return nil
}

func (o *copyOverlay) panel(d *model, width, height int) (string, []string) {
	t := &d.theme
	lines := make([]string, len(o.items))
	for i, it := range o.items {
		lines[i] = it.what
		if i > 0 || it.what == "place" {
			lines[i] = widget.Pad(it.what, 32) + t.Dim.Paint(visible(it.text))
		}
	}
	return "copy what?", o.view(t, lines, width, min(height, len(lines)))
}
