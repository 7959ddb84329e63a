package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// looks are how a person wants diffs shown. They apply to all of them.
type looks struct {
	split, wrap bool
	context     int // lines around a change
}

var defaultLooks = looks{context: 3}

// contextStep is by how many lines { and } change the context.
const contextStep = 3

// After mostContext lines } shows whole files.
const (
	mostContext = 30
	wholeFile   = -1
)

// A diffPane is a diff on a screen.
type diffPane struct {
	diff     *widget.Diff
	scrolled bool // by a person: else it shows its first change
	bar      bool // not all of it is seen, which a scroll bar says
}

// show puts another diff into the pane; keep leaves the place on the screen.
func (p *diffPane) show(next *widget.Diff, keep bool) {
	if keep && p.diff != nil {
		p.diff.Replace(next)
		return
	}
	p.diff, p.scrolled = next, false
}

// dress makes the diff look the way a person wants it.
func (p *diffPane) dress(d *model, with looks, width int) {
	p.diff.SetTheme(d.theme)
	p.diff.SetSplit(with.split && width >= splitWidth)
	p.diff.SetWrap(with.wrap)
	p.diff.SetContext(with.context)
}

// viewMost draws the diff in the lines it needs, at most so many.
func (p *diffPane) viewMost(d *model, with looks, width, most int) []string {
	if p.diff == nil || most <= 0 {
		return nil
	}
	p.dress(d, with, width)
	return p.view(d, with, width, p.diff.Extent(width, most))
}

// view draws the diff. Two columns are drawn only where they fit.
func (p *diffPane) view(d *model, with looks, width, height int) []string {
	if p.diff == nil || height <= 0 {
		return nil
	}
	lines := p.lines(d, with, width-boolInt(p.bar), height)
	above, below := p.diff.Hidden()
	if is := above+below > 0; is != p.bar {
		p.bar = is
		lines = p.lines(d, with, width-boolInt(p.bar), height)
		above, below = p.diff.Hidden()
	}
	if !p.bar {
		return lines
	}
	return widget.Beside(lines, widget.ScrollBar(&d.theme, widget.Window{Top: above, Height: height, Lines: above + height + below}, " "))
}

func (p *diffPane) lines(d *model, with looks, width, height int) []string {
	p.dress(d, with, width)
	lines := p.diff.View(width, height)
	if !p.scrolled {
		p.diff.Top()
		p.diff.Reveal()
		lines = p.diff.View(width, height)
	}
	return lines
}

func (p *diffPane) move(a action) {
	if p.diff == nil {
		return
	}
	p.scrolled = true
	switch a {
	case actDown:
		p.diff.Scroll(1)
	case actUp:
		p.diff.Scroll(-1)
	case actTop:
		p.diff.Top()
	case actBottom:
		p.diff.Bottom()
	case actHalfDown:
		p.diff.HalfDown()
	case actHalfUp:
		p.diff.HalfUp()
	case actPageDown:
		p.diff.PageDown()
	case actPageUp:
		p.diff.PageUp()
	}
}

func (p *diffPane) scroll(by int) {
	if p.diff != nil {
		p.scrolled = true
		p.diff.Scroll(by)
	}
}

func (p *diffPane) nextChange() {
	if p.diff != nil {
		p.scrolled = true
		p.diff.NextChange()
	}
}

func (p *diffPane) prevChange() {
	if p.diff != nil {
		p.scrolled = true
		p.diff.PrevChange()
	}
}

// sidewaysStep is how far H and L scroll, in cells.
const sidewaysStep = 8

// look changes how diffs are shown.
func (p *diffPane) look(with *looks, a action) {
	switch a {
	case actSplit:
		with.split = !with.split
	case actWrap:
		with.wrap = !with.wrap
	case actMoreContext:
		if with.context == wholeFile || with.context+contextStep > mostContext {
			with.context = wholeFile
		} else {
			with.context += contextStep
		}
	case actLessContext:
		if with.context == wholeFile {
			with.context = mostContext + contextStep
		}
		with.context = max(0, with.context-contextStep)
	case actRight:
		if p.diff != nil {
			p.diff.Sideways(sidewaysStep)
		}
	case actLeft:
		if p.diff != nil {
			p.diff.Sideways(-sidewaysStep)
		}
	}
}

// lookSaid describes what a change of looks did, where it does not show.
func lookSaid(d *model, with looks, a action, width int) tea.Cmd {
	switch {
	case a == actSplit && with.split && width < splitWidth:
		return d.say("Two columns need %d cells: zoom, or widen the terminal", splitWidth)
	case (a == actMoreContext || a == actLessContext) && with.context == wholeFile:
		return d.say("Showing whole files")
	}
	return nil
}

// placesIn names where a line of a file belongs, by the lines above it: the
// stage of a Dockerfile, the keys that a YAML line is under. It reads the
// text only, so a line that merely looks like a key may be taken for one: the
// name is a help for the eye.
func placesIn(files []widget.DiffFile) widget.Place {
	kinds := map[string]string{}
	lines := map[string][]string{}
	for _, f := range files {
		kinds[f.Path] = f.Kind
	}
	return func(path string, line int) string {
		if _, ok := lines[path]; !ok {
			for _, f := range files {
				if f.Path == path {
					data := f.After
					if data == nil {
						data = f.Before
					}
					lines[path] = strings.Split(string(data), "\n")
				}
			}
		}
		above := lines[path][:min(max(0, line), len(lines[path]))]
		if kinds[path] == "dockerfile" {
			return stageOf(above)
		}
		return keysOf(above)
	}
}

// placeReach bounds how far up a name is looked for, in lines.
const placeReach = 2000

func stageOf(above []string) string {
	for i := len(above) - 1; i >= 0 && i > len(above)-placeReach; i-- {
		words := strings.Fields(clip(above[i], 400))
		if len(words) < 2 || !strings.EqualFold(words[0], "FROM") {
			continue
		}
		if n := len(words); n >= 4 && strings.EqualFold(words[n-2], "AS") {
			return text.VisibleLine("stage " + words[n-1])
		}
		return text.VisibleLine("stage from " + words[len(words)-1])
	}
	return ""
}

// keysOf climbs from the last line to lines of less indentation, and joins the
// keys it meets; an item of a list is called by its name, if it begins with it.
func keysOf(above []string) string {
	var keys []string
	depth := -1 // twice the indentation: an item may stand below its key, or further in
	for i := len(above) - 1; i >= 0 && i > len(above)-placeReach && depth != 0; i-- {
		line := clip(above[i], 400)
		trimmed := strings.TrimLeft(line, " ")
		if strings.TrimSpace(trimmed) == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		if strings.HasPrefix(line, "---") {
			break
		}
		indent := 2 * (len(line) - len(trimmed))
		item, isItem := strings.CutPrefix(trimmed, "- ")
		if isItem {
			indent++
		}
		if depth >= 0 && indent >= depth {
			continue
		}
		key, _, ok := strings.Cut(item, ":")
		if isItem {
			_, key, ok = strings.Cut(item, "name:")
			key = strings.Trim(strings.TrimSpace(key), `"'`)
			if end := strings.IndexAny(key, " ,}\"'"); end >= 0 {
				key = key[:end]
			}
		}
		first := depth < 0
		depth = indent
		if first || !ok || key == "" {
			continue // the line itself is shown anyway
		}
		keys = append([]string{key}, keys...)
	}
	if len(keys) > 3 {
		keys = keys[len(keys)-3:]
	}
	return text.VisibleLine(strings.Join(keys, " > "))
}
