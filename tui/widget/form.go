package widget

import (
	"errors"
	"fmt"
	"strconv"
)

// FieldKind says how a field is answered.
type FieldKind int

// The kinds: one line of text; one of several options, each on a line of its
// own; one of several options on one line; yes or no.
const (
	TextField FieldKind = iota
	RadioField
	ChoiceField
	ToggleField
)

// A Field is one question of a form.
type Field struct {
	Name  string // what [Form.Value] calls it
	Label string
	Help  string // what a good answer is
	Kind  FieldKind

	Input    Input                // of a TextField
	Validate func(v string) error // of a TextField; nil takes everything
	Options  []Option             // of a RadioField or a ChoiceField
	Chosen   int                  // index of its option
	On       bool                 // of a ToggleField
}

// An Option is one answer of a radio or choice field.
type Option struct {
	Label string
	Note  string // at its right: "review", "needs a shell"
}

// A Form is a list of fields, one of which has the focus. The zero Form is
// empty and ready for use; fields may be appended and changed at any time.
type Form struct {
	Fields []Field

	focus  int
	option int // the option of the focused radio field the cursor is on
	top    int // the first line that is seen
}

// NewText returns a text field that holds value.
func NewText(name, label, value, help string, validate func(string) error) Field {
	f := Field{Name: name, Label: label, Help: help, Kind: TextField, Validate: validate}
	f.Input.Set(value)
	return f
}

// Focus returns the index of the field with the focus, -1 without fields.
func (f *Form) Focus() int {
	if len(f.Fields) == 0 {
		return -1
	}
	f.focus = min(max(f.focus, 0), len(f.Fields)-1)
	return f.focus
}

// FocusOn gives a field the focus.
func (f *Form) FocusOn(i int) {
	f.focus = i
	if i := f.Focus(); i >= 0 {
		f.option = f.Fields[i].Chosen
	}
}

func (f *Form) current() *Field {
	if i := f.Focus(); i >= 0 {
		return &f.Fields[i]
	}
	return nil
}

// Next gives the focus to the following field, after the last one to the
// first. Prev goes the other way.
func (f *Form) Next() { f.step(1) }

// Prev gives the focus to the field before, before the first one to the last.
func (f *Form) Prev() { f.step(-1) }

func (f *Form) step(by int) {
	if n := len(f.Fields); n > 0 {
		f.FocusOn((f.Focus() + by + n) % n)
	}
}

// Down goes to the next option of a radio field, which does not choose it, and
// at its end to the next field. It stops at the last field.
func (f *Form) Down() {
	switch c := f.current(); {
	case c == nil:
	case c.Kind == RadioField && f.option+1 < len(c.Options):
		f.option++
	case f.focus+1 < len(f.Fields):
		f.FocusOn(f.focus + 1)
		f.option = 0
	}
}

// Up is [Form.Down] the other way.
func (f *Form) Up() {
	switch c := f.current(); {
	case c == nil:
	case c.Kind == RadioField && f.option > 0:
		f.option--
	case f.focus > 0:
		f.FocusOn(f.focus - 1)
		f.option = max(0, len(f.Fields[f.focus].Options)-1)
	}
}

// Left moves the caret of a text field, and goes to the option before of a
// choice field.
func (f *Form) Left() {
	if c := f.current(); c != nil {
		switch c.Kind {
		case TextField:
			c.Input.Left()
		case ChoiceField:
			c.Chosen = max(0, c.Chosen-1)
		}
	}
}

// Right is [Form.Left] the other way.
func (f *Form) Right() {
	if c := f.current(); c != nil {
		switch c.Kind {
		case TextField:
			c.Input.Right()
		case ChoiceField:
			c.Chosen = max(0, min(len(c.Options)-1, c.Chosen+1))
		}
	}
}

// AtEnd reports whether [Form.Down] would do nothing.
func (f *Form) AtEnd() bool {
	c := f.current()
	return c == nil || f.focus+1 == len(f.Fields) && (c.Kind != RadioField || f.option+1 >= len(c.Options))
}

// Chooses reports whether [Form.Choose] would change an answer.
func (f *Form) Chooses() bool {
	c := f.current()
	switch {
	case c == nil || c.Kind == TextField:
		return false
	case c.Kind == RadioField:
		return c.Chosen != f.option
	case c.Kind == ChoiceField:
		return len(c.Options) > 1
	}
	return true
}

// Choose takes the option under the cursor of a radio field, the next option
// of a choice field, and turns a toggle over. It reports whether the field is
// one of these: a space typed into a text field is a letter.
func (f *Form) Choose() bool {
	c := f.current()
	switch {
	case c == nil || c.Kind == TextField:
		return false
	case c.Kind == ToggleField:
		c.On = !c.On
	case c.Kind == RadioField:
		c.Chosen = f.option
	case len(c.Options) > 0:
		c.Chosen = (c.Chosen + 1) % len(c.Options)
	}
	return true
}

// Input returns the input of the field with the focus, nil when it is no text
// field.
func (f *Form) Input() *Input {
	if c := f.current(); c != nil && c.Kind == TextField {
		return &c.Input
	}
	return nil
}

// Field returns the field with a name, or nil.
func (f *Form) Field(name string) *Field {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			return &f.Fields[i]
		}
	}
	return nil
}

// Value returns the answer of a field: its text, the index of the chosen
// option, "true" or "false".
func (f *Form) Value(name string) string {
	c := f.Field(name)
	switch {
	case c == nil:
		return ""
	case c.Kind == TextField:
		return c.Input.Value()
	case c.Kind == ToggleField:
		return strconv.FormatBool(c.On)
	}
	return strconv.Itoa(c.Chosen)
}

// Err returns what is wrong with a field, nil when nothing is.
func (c *Field) Err() error {
	if c.Kind != TextField || c.Validate == nil {
		return nil
	}
	return c.Validate(c.Input.Value())
}

// Err returns what is wrong with the fields, nil when all are answered well.
func (f *Form) Err() error {
	var all []error
	for i := range f.Fields {
		if err := f.Fields[i].Err(); err != nil {
			all = append(all, fmt.Errorf("%s: %w", f.Fields[i].Label, err))
		}
	}
	return errors.Join(all...)
}
