package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// scanScreen shows how far reading is, and what went wrong with it.
type scanScreen struct {
	found, read int
	err         error
}

func newScanScreen() *scanScreen { return &scanScreen{} }

func (s *scanScreen) place() place { return onScan }

func (s *scanScreen) press(d *model, a action) tea.Cmd { return nil }

func (s *scanScreen) draw(d *model, l layout) page {
	t := &d.theme
	p := page{title: "oakum " + t.Marks.Dot + " " + d.title(), rule: "reading"}
	if s.err != nil {
		p.rule = "this cannot be read"
		for _, line := range widget.Wrap(text.VisibleLine(s.err.Error()), max(1, l.width-2)) {
			p.body = append(p.body, " "+t.Error.Paint(line))
		}
		return p
	}
	say := "looking for Dockerfiles, Compose files and manifests"
	switch {
	case s.found > 0 && s.read < s.found:
		say = fmt.Sprintf("reading %d of %s", s.read, count(s.found, "file"))
	case s.found > 0:
		say = "checking " + count(s.found, "file")
	}
	p.body = []string{"", " " + say + t.Marks.Ellipsis, "", " " + widget.Bar(t, s.read, s.found, min(40, l.width-2))}
	return p
}
