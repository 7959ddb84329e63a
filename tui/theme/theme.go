package theme

import (
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A Theme gives every role its style and every sign its form.
type Theme struct {
	Name  string // which one it is: "dark", "light", …; never "auto"
	ASCII bool   // whether Marks are ASCII
	Marks Marks

	Text  Style // ordinary words; the terminal's own colour
	Title Style // the name of a screen or a section
	Label Style // what a value is: Why, Breaks, Verify
	Dim   Style // what is read second: places, counts, line numbers
	Emph  Style // a word that matters in its sentence
	Rule  Style // lines between parts
	Focus Style // the line above the pane that has the keys
	Key   Style // a key in the footer
	Link  Style // something that can be opened
	Error Style // what went wrong
	Warn  Style // what needs a look before going on
	Good  Style // what went well
	Toast Style // the line that says what just happened

	Cursor Style // the whole row with the cursor
	Match  Style // what a search found
	Field  Style // a value that can be edited
	Caret  Style // the cell the next letter goes to

	SeverityLow, SeverityMedium, SeverityHigh, SeverityCritical Style
	LevelSafe, LevelReview, LevelManual                         Style

	// Diff: the mark of a line, the ground of the line, and of the words in it
	// that differ.
	Add, Del, Change   Style
	AddLine, DelLine   Style
	AddWord, DelWord   Style
	Hunk, LineNo, Gone Style

	// Syntax.
	Keyword, Property, String, Number, Comment, Variable, Punct Style
}

// Names are the names [Pick] knows, in the order they are offered.
func Names() []string {
	return []string{"auto", "dark", "light", "high-contrast", "colorblind", "none"}
}

// Check returns an error that lists the names when name is not one of them.
func Check(name string) error {
	if slices.Contains(Names(), name) {
		return nil
	}
	return fmt.Errorf("unknown theme %q: use %s", name, text.OneOf(Names()))
}

// Pick returns the theme of that name. dark says that the terminal's
// background is dark: it decides "auto", and which variant of "high-contrast"
// and "colorblind" is meant. With noColor every name gives "none". With ascii
// all marks are ASCII. An unknown or empty name is "auto".
func Pick(name string, dark, noColor, ascii bool) Theme {
	t := Theme{Marks: unicodeMarks, ASCII: ascii}
	if ascii {
		t.Marks = asciiMarks
	}
	if noColor {
		name = "none"
	}
	switch name {
	case "none":
		t.Name = "none"
		plain(&t)
		return t
	case "dark", "light", "high-contrast", "colorblind":
		t.Name = name
	default:
		t.Name = "light"
		if dark {
			t.Name = "dark"
		}
	}
	paletteFor(t.Name, dark).fill(&t)
	return t
}

// Severity returns the style of a severity by its number, 1 for low to 4 for
// critical. Other numbers have the zero style.
func (t *Theme) Severity(n int) Style {
	switch n {
	case 1:
		return t.SeverityLow
	case 2:
		return t.SeverityMedium
	case 3:
		return t.SeverityHigh
	case 4:
		return t.SeverityCritical
	}
	return Style{}
}

// Level returns the style of a fix's level by its number, 1 for safe to 3 for
// manual. Other numbers have the zero style.
func (t *Theme) Level(n int) Style {
	switch n {
	case 1:
		return t.LevelSafe
	case 2:
		return t.LevelReview
	case 3:
		return t.LevelManual
	}
	return Style{}
}
