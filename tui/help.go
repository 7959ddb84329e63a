package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/tui/widget"
)

// helpOverlay lists the keys of the screen below it, from the very table that
// gives them their meaning.
type helpOverlay struct {
	of place
	scroller
}

func newHelp(of place) *helpOverlay { return &helpOverlay{of: of} }

func (o *helpOverlay) place() place { return onHelp }

func (o *helpOverlay) press(d *model, a action) tea.Cmd {
	if a == actBack {
		return d.closeOverlay()
	}
	o.move(a)
	return nil
}

func (o *helpOverlay) panel(d *model, width, height int) (string, []string) {
	t := &d.theme
	var lines []string
	what := "keys: "
	if o.of == onList || o.of == onReview {
		lines, what = d.legend(width), "marks and keys: "
	}
	for _, b := range keymap[o.of] {
		keys := t.Key.Paint(strings.Join(b.keys, " "))
		column := max(18, widget.Width(keys)+1) // a row of many keys moves its words
		for i, s := range widget.Wrap(b.help, max(1, width-column-2)) {
			if i > 0 {
				keys = ""
			}
			lines = append(lines, " "+widget.Pad(keys, column)+s)
		}
	}
	if d.opts.Version != "" {
		lines = append(lines, "", " "+t.Dim.Paint("oakum "+d.opts.Version))
	}
	title := what + string(o.of) + ", closed by esc"
	if len(lines) <= height || height < 2 {
		return title, o.window(lines, height)
	}
	seen := slices.Clone(o.window(lines, height-1)) // its last line says that there is more
	more := ""
	if n := o.below(); n > 0 {
		more = " " + t.Dim.Paint(fmt.Sprintf("and %s below: j goes there", count(n, "more line")))
	}
	return title, append(seen, more)
}
