package widget

import (
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/theme"
)

// View returns height lines of width cells, those around the focus when not
// all fit. Help is at the right of an answer, or below where it is narrow;
// what is wrong with an answer replaces its help.
func (f *Form) View(t *theme.Theme, width, height int) []string {
	width, height = max(0, width), max(0, height)
	v := f.lay(t, width)
	f.top = min(f.top, v.from)
	f.top = max(f.top, v.to-height, 0)
	f.top = max(0, min(f.top, v.from, max(v.to-height, len(v.lines)-height)))

	out := make([]string, height)
	for y := range out {
		if i := f.top + y; i < len(v.lines) {
			out[y] = Fit(v.lines[i], width, t.Marks.Ellipsis)
		} else {
			out[y] = spaces(width)
		}
	}
	return out
}

// Height returns how many lines all fields take in a width.
func (f *Form) Height(t *theme.Theme, width int) int { return len(f.lay(t, max(0, width)).lines) }

func (f *Form) lay(t *theme.Theme, width int) *formView {
	v := &formView{form: f, theme: t, width: width, focus: f.Focus()}
	for i := range f.Fields {
		if k := f.Fields[i].Kind; k == TextField || k == ChoiceField { // the others have theirs elsewhere
			v.label = max(v.label, Width(f.Fields[i].Label))
		}
	}
	v.label = min(v.label, width/3)
	for i := range f.Fields {
		v.field(i)
	}
	return v
}

// A formView collects the lines of all fields; those from from to to belong to
// where the focus is.
type formView struct {
	form  *Form
	theme *theme.Theme
	width int
	label int // cells of the longest label in front of an answer
	focus int

	lines    []string
	from, to int
}

// inputWidth is what a text field takes, in cells, where there is room; a
// longer text takes more.
const inputWidth = 24

func (v *formView) field(i int) {
	f, m := &v.form.Fields[i], &v.theme.Marks
	focus := i == v.focus
	start := len(v.lines)
	lead := " "
	if focus {
		lead = m.Cursor
	}
	label := v.theme.Label.Paint(Fit(f.Label, v.label, m.Ellipsis))
	room := v.width - v.label - 4 // lead, space, label, two spaces

	switch f.Kind {
	case RadioField:
		if f.Label != "" {
			v.lines = append(v.lines, "  "+v.theme.Label.Paint(f.Label))
		}
		v.radio(f, focus)
		return
	case ToggleField:
		box := m.Open
		if f.On {
			box = m.Accepted
		}
		v.lines = append(v.lines, lead+" "+box+" "+f.Label)
		v.help(f, 6)
	case ChoiceField:
		v.lines = append(v.lines, lead+" "+label+"  "+v.choice(f, focus))
		v.help(f, v.label+4)
	default:
		w := max(1, min(max(inputWidth, f.Input.Width()), room))
		line := lead + " " + label + "  " + f.Input.View(v.theme, w, focus)
		note, style := v.note(f)
		if rest := room - w - 2; note != "" && Width(note) <= rest {
			v.lines = append(v.lines, line+"  "+style.Paint(note))
		} else {
			v.lines = append(v.lines, line)
			v.help(f, v.label+4)
		}
	}
	if focus {
		v.from, v.to = start, len(v.lines)
	}
}

func (v *formView) radio(f *Field, focus bool) {
	m := &v.theme.Marks
	widest := 0
	for _, o := range f.Options {
		widest = max(widest, Width(o.Label))
	}
	for k, o := range f.Options {
		start := len(v.lines)
		lead, box := " ", m.RadioOff
		if k == f.Chosen {
			box = m.RadioOn
		}
		here := focus && k == v.form.option
		if here {
			lead = m.Cursor
		}
		line := lead + " " + box + " " + o.Label
		const least = 20 // cells of a line below which the note is left out
		if o.Note != "" && v.width-Width(o.Note) >= least {
			line = Spread(line+spaces(widest-Width(o.Label)), v.theme.Dim.Paint(o.Note), min(v.width, widest+8+Width(o.Note)), m.Ellipsis)
		}
		v.lines = append(v.lines, line)
		if here {
			v.from, v.to = start, len(v.lines)
		}
	}
	v.help(f, 2)
}

// choice shows all options on one line where they fit, else the chosen one.
func (v *formView) choice(f *Field, focus bool) string {
	m := &v.theme.Marks
	all, one := "", ""
	for k, o := range f.Options {
		s := "  " + o.Label + "  "
		if k == f.Chosen {
			s = m.Left + " " + o.Label + " " + m.Right
			if focus {
				s = v.theme.Field.Paint(s)
			}
			one = s
		}
		all += s
	}
	if Width(all) <= v.width-v.label-4 {
		return all
	}
	return one
}

// note returns the text beside the answer: what is wrong, else its help.
func (v *formView) note(f *Field) (string, theme.Style) {
	if err := f.Err(); err != nil {
		return text.VisibleLine(err.Error()), v.theme.Error
	}
	return f.Help, v.theme.Dim
}

// help adds the note below the field, wrapped.
func (v *formView) help(f *Field, indent int) {
	note, style := v.note(f)
	if note == "" {
		return
	}
	if indent > v.width/2 {
		indent = 2
	}
	for _, s := range Wrap(note, v.width-indent) {
		v.lines = append(v.lines, spaces(indent)+style.Paint(s))
	}
}
