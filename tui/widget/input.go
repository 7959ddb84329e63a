package widget

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/theme"
)

// An Input is one line of text that can be edited, letter by letter as a
// person sees letters: an accent goes with the letter it is on. The zero Input
// is empty and ready for use.
type Input struct {
	// Limit is the largest size in bytes; 0 means 4096. What does not fit is
	// not taken.
	Limit int

	letters []string // grapheme clusters
	caret   int      // letters before it
	left    int      // the first letter that is seen
	lead    int      // cells before it in the last view
}

const inputLimit = 4096

// Value returns the text.
func (in *Input) Value() string { return strings.Join(in.letters, "") }

// Set replaces the text and puts the caret at its end.
func (in *Input) Set(s string) {
	*in = Input{Limit: in.Limit}
	in.Insert(s)
}

// Insert puts s in at the caret: a letter that was typed or text that was
// pasted. It stays one line, so line ends and tabs become spaces, those at the
// ends of s are dropped; other control characters and bytes that are no text
// are left out.
func (in *Input) Insert(s string) {
	s = oneLine(s)
	limit := in.Limit
	if limit <= 0 {
		limit = inputLimit
	}
	before, after := strings.Join(in.letters[:in.caret], ""), strings.Join(in.letters[in.caret:], "")
	if room := limit - len(before) - len(after); len(s) > room {
		for room = max(0, room); room > 0 && !utf8.RuneStart(s[room]); room-- {
		}
		s = s[:room]
	}
	// A mark that combines joins the letter before it, so letters are counted
	// anew.
	in.letters = letters(before + s + after)
	in.caret = 0
	for n := 0; in.caret < len(in.letters) && n < len(before)+len(s); in.caret++ {
		n += len(in.letters[in.caret])
	}
}

func oneLine(s string) string {
	s = strings.Trim(s, "\r\n\t")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r == utf8.RuneError || unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
}

func letters(s string) []string {
	var out []string
	for p := (pieces{rest: s}); p.next(); {
		out = append(out, p.text)
	}
	return out
}

// Backspace removes the letter before the caret, Delete the one after it.
func (in *Input) Backspace() { in.remove(in.caret-1, in.caret) }

// Delete removes the letter after the caret.
func (in *Input) Delete() { in.remove(in.caret, in.caret+1) }

// DeleteWord removes back to the start of the word before the caret.
func (in *Input) DeleteWord() { in.remove(in.wordLeft(), in.caret) }

// DeleteToStart removes everything before the caret.
func (in *Input) DeleteToStart() { in.remove(0, in.caret) }

// DeleteToEnd removes everything after the caret.
func (in *Input) DeleteToEnd() { in.remove(in.caret, len(in.letters)) }

func (in *Input) remove(from, to int) {
	from, to = max(0, from), min(to, len(in.letters))
	if from >= to {
		return
	}
	before, after := strings.Join(in.letters[:from], ""), strings.Join(in.letters[to:], "")
	in.letters = letters(before + after)
	in.caret = min(from, len(in.letters))
}

// Left, Right and the others move the caret.

func (in *Input) Left()      { in.caret = max(0, in.caret-1) }
func (in *Input) Right()     { in.caret = min(len(in.letters), in.caret+1) }
func (in *Input) Home()      { in.caret = 0 }
func (in *Input) End()       { in.caret = len(in.letters) }
func (in *Input) WordLeft()  { in.caret = in.wordLeft() }
func (in *Input) WordRight() { in.caret = in.wordRight() }

func (in *Input) wordLeft() int {
	i := in.caret
	for ; i > 0 && !isWord(in.letters[i-1]); i-- {
	}
	for ; i > 0 && isWord(in.letters[i-1]); i-- {
	}
	return i
}

func (in *Input) wordRight() int {
	i := in.caret
	for ; i < len(in.letters) && !isWord(in.letters[i]); i++ {
	}
	for ; i < len(in.letters) && isWord(in.letters[i]); i++ {
	}
	return i
}

func isWord(letter string) bool {
	r, _ := utf8.DecodeRuneInString(letter)
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_'
}

// View returns the text in exactly width cells, the part around the caret when
// it is longer, with marks where it goes on, in the style of a field; with
// focus the caret is shown. Characters that would hide or reorder text are
// shown by their number.
func (in *Input) View(t *theme.Theme, width int, focus bool) string {
	if width <= 0 {
		in.left, in.lead = in.caret, 0
		return ""
	}
	marks := in.show(width)
	var b strings.Builder
	in.lead = 0
	if marks && in.left > 0 {
		b.WriteString(t.Dim.Paint(t.Marks.CutLeft))
		in.lead = Width(t.Marks.CutLeft)
	}
	used, room := in.lead, width
	if marks && in.lead+in.cells(in.left) > width {
		room -= Width(t.Marks.CutRight)
	}
	for i := in.left; i <= len(in.letters); i++ {
		s := in.letter(i)
		w := Width(s)
		if used+w > room {
			break
		}
		if i == in.caret && focus {
			s = t.Caret.Paint(s)
		}
		b.WriteString(s)
		used += w
	}
	b.WriteString(spaces(room - used))
	if room < width {
		b.WriteString(t.Dim.Paint(t.Marks.CutRight))
	}
	return t.Field.Paint(b.String())
}

// leastMarked is the width, in cells, below which marks could leave no room
// between them for a character that is shown by its number.
const leastMarked = 10

// show moves the visible part so that the caret is in it, and reports whether
// marks are to say what is not.
func (in *Input) show(width int) (marks bool) {
	if in.cells(0) <= width {
		in.left = 0
		return false
	}
	if marks = width >= leastMarked; marks {
		width-- // on the left
		if in.caret < len(in.letters) {
			width-- // on the right
		}
	}
	in.left = max(0, min(in.left, in.caret))
	need := Width(in.letter(in.caret))
	from := in.caret
	for ; from > in.left; from-- {
		w := Width(in.letter(from - 1))
		if need+w > width {
			break
		}
		need += w
	}
	in.left = from
	return marks
}

// letter is how a letter is shown; after the last one is the caret's cell.
func (in *Input) letter(i int) string {
	if i < len(in.letters) {
		return text.VisibleLine(in.letters[i])
	}
	return " "
}

// cells is what the letters from one on take, with the caret after them.
func (in *Input) cells(from int) int {
	n := 1
	for i := from; i < len(in.letters); i++ {
		n += Width(in.letter(i))
	}
	return n
}

// Width returns the cells in which all of the text can be seen.
func (in *Input) Width() int { return in.cells(0) }

// Caret returns the cell of the caret within the last view.
func (in *Input) Caret() int {
	x := in.lead
	for i := in.left; i < in.caret; i++ {
		x += Width(in.letter(i))
	}
	return x
}
