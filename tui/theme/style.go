package theme

import "strings"

// A Style is how a piece of text looks, as the parameters of one SGR sequence:
// "1;38;2;255;176;0". The zero Style changes nothing. Colours are written in
// 24 bits; the terminal program lowers them to what the terminal can show.
type Style struct {
	params string
}

const reset = "\x1b[m"

// Paint returns s in the style. Text inside that has styles of its own keeps
// them, and returns to this style where they end.
func (s Style) Paint(text string) string {
	if s.params == "" || text == "" {
		return text
	}
	on := s.On()
	if strings.Contains(text, reset) {
		text = strings.TrimSuffix(strings.ReplaceAll(text, reset, reset+on), on)
		if strings.HasSuffix(text, reset) {
			return on + text
		}
	}
	return on + text + reset
}

// With returns the style overridden by another: what both set, the other
// decides.
func (s Style) With(over Style) Style {
	switch {
	case s.params == "":
		return over
	case over.params == "":
		return s
	}
	return Style{s.params + ";" + over.params}
}

// On returns the sequence that starts the style, "" for the zero Style. Text
// after it ends with [Off].
func (s Style) On() string {
	if s.params == "" {
		return ""
	}
	return "\x1b[" + s.params + "m"
}

// Off ends the style: the sequence that ends every style, or "" where there is
// nothing to end.
func (s Style) Off() string {
	if s.params == "" {
		return ""
	}
	return reset
}
