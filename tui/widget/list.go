package widget

import "github.com/oakum-sec/oakum/tui/theme"

// Rows are what a [List] shows. Key and Group are called once for each row by
// [List.SetRows]; the others for visible rows only, by [List.View].
type Rows struct {
	Count int

	// Key names row i. The cursor stays on a key when rows change, so it must
	// be unique.
	Key func(i int) string

	// Group names the group of row i; rows of a group follow each other. Nil
	// or "" means that the row is in none.
	Group func(i int) string

	// Draw returns row i in at most width cells. The list does the rest: it
	// cuts, pads, and lays the cursor over it.
	Draw func(i, width int, cursor bool) string

	// Header returns the line above the rows first to first+count-1 of a
	// group. Needed only with groups.
	Header func(group string, first, count int, open bool, width int, cursor bool) string
}

// A List shows rows, in groups that open and close, with a cursor. The zero
// List is empty and ready for use.
type List struct {
	// Empty is what is shown when there are no rows.
	Empty string

	rows   Rows
	theme  theme.Theme
	keys   []string
	where  map[string]int // key → row
	groups []group
	closed map[string]bool
	lines  int // rows and headers that can be scrolled to

	line   int // of the cursor
	top    int // the first line on the screen
	height int // of the last view
}

// SetTheme sets the looks.
func (l *List) SetTheme(t theme.Theme) { l.theme = t }

// SetRows replaces the rows. The cursor stays on the key it is on, and on the
// same line of the screen; when the key is gone it goes to the next row that
// is still there, else to the one before. Groups that were closed stay closed.
func (l *List) SetRows(rows Rows) {
	row, name, _ := l.Cursor()
	was, offset := l.keys, l.line-l.top

	l.rows, l.keys, l.where = rows, make([]string, rows.Count), make(map[string]int, rows.Count)
	for i := range rows.Count {
		l.keys[i] = rows.Key(i)
		l.where[l.keys[i]] = i
	}
	l.regroup()

	switch g := l.groupNamed(name); {
	case row < 0 && g != nil:
		l.line = g.line
	case row >= 0:
		if i, ok := l.survivor(was, row); ok {
			l.line = l.lineOf(i)
		}
	}
	l.top = l.line - offset
	l.clamp()
}

// survivor returns the row, among the new ones, nearest to row of the old ones.
func (l *List) survivor(was []string, row int) (int, bool) {
	for i := row; i < len(was); i++ {
		if at, ok := l.where[was[i]]; ok {
			return at, true
		}
	}
	for i := row - 1; i >= 0; i-- {
		if at, ok := l.where[was[i]]; ok {
			return at, true
		}
	}
	return 0, false
}

// Cursor returns the row the cursor is on and the name of its group. On a
// header row is -1; ok is false when the list is empty.
func (l *List) Cursor() (row int, group string, ok bool) {
	if l.lines == 0 {
		return -1, "", false
	}
	row, g := l.at(l.line)
	return row, g.name, true
}

// Key returns the key of the row the cursor is on, "" on a header.
func (l *List) Key() string {
	if row, _, ok := l.Cursor(); ok && row >= 0 {
		return l.keys[row]
	}
	return ""
}

// Select puts the cursor onto the row with a key, and opens its group if
// needed. It reports whether there is such a row.
func (l *List) Select(key string) bool {
	i, ok := l.where[key]
	if !ok {
		return false
	}
	for g := range l.groups {
		if g := &l.groups[g]; g.first <= i && i < g.first+g.count && !g.open {
			l.setOpen(g.name, true)
		}
	}
	l.MoveTo(l.lineOf(i))
	return true
}

// MoveTo puts the cursor onto a line, rows and headers counted alike from 0.
func (l *List) MoveTo(line int) {
	l.line = line
	l.clamp()
}

// Up, Down and the others move the cursor as far as there are lines.

func (l *List) Up()       { l.MoveTo(l.line - 1) }
func (l *List) Down()     { l.MoveTo(l.line + 1) }
func (l *List) Top()      { l.MoveTo(0) }
func (l *List) Bottom()   { l.MoveTo(l.lines - 1) }
func (l *List) PageUp()   { l.page(-max(1, l.height-1)) }
func (l *List) PageDown() { l.page(max(1, l.height-1)) }
func (l *List) HalfUp()   { l.page(-max(1, l.height/2)) }
func (l *List) HalfDown() { l.page(max(1, l.height/2)) }

// page moves cursor and screen together, so that the cursor keeps its line on
// the screen.
func (l *List) page(n int) {
	l.top += n
	l.MoveTo(l.line + n)
}

// Scroll moves what is seen, and the cursor only as far as it would leave the
// screen: what a wheel does.
func (l *List) Scroll(n int) {
	l.top = min(max(0, l.top+n), max(0, l.lines-l.height))
	first := l.top
	if l.pinned(first) != nil {
		first++
	}
	l.line = min(max(l.line, first), l.top+max(0, l.height-1))
	l.clamp()
}

// Click puts the cursor onto the line at row y of the last view, counted from
// 0. It reports whether there is one.
func (l *List) Click(y int) bool {
	if y < 0 || y >= l.height || l.top+y >= l.lines {
		return false
	}
	line := l.top + y
	if g := l.pinned(line); y == 0 && g != nil {
		line = g.line
	}
	l.MoveTo(line)
	return true
}

// Place returns the line of the cursor and the number of lines, for a caption
// like "12 of 340". The line counts from 1; both are 0 in an empty list.
func (l *List) Place() (line, of int) {
	if l.lines == 0 {
		return 0, 0
	}
	return l.line + 1, l.lines
}

// Window returns which lines are on the screen.
func (l *List) Window() Window { return Window{l.top, l.height, l.lines} }

// Group returns the number of the group with the cursor, from 1, and how many there
// are; both are 0 in an empty list.
func (l *List) Group() (n, of int) {
	if l.lines == 0 {
		return 0, 0
	}
	_, g := l.at(l.line)
	for i := range l.groups {
		if &l.groups[i] == g {
			n = i + 1
		}
	}
	return n, len(l.groups)
}

// OnHeader reports whether the cursor is on the header of a group.
func (l *List) OnHeader() bool {
	row, _, ok := l.Cursor()
	return ok && row < 0
}

// clamp keeps the cursor among the lines and the screen around the cursor.
func (l *List) clamp() {
	l.line = max(0, min(l.line, l.lines-1))
	if l.height <= 0 {
		return
	}
	l.top = min(l.top, l.line)
	l.top = max(l.top, l.line-l.height+1)
	l.top = max(0, min(l.top, l.lines-l.height))
	if l.top == l.line && l.pinned(l.top) != nil {
		l.top-- // a row has its header above it at least
	}
}

// pinned returns the group whose header takes the place of a line at the top
// of the screen, so that the rows below it are never without one; nil where
// the line is a header itself, has none, or there is no room for both.
func (l *List) pinned(top int) *group {
	if l.height < 2 || top < 0 || top >= l.lines {
		return nil
	}
	if row, g := l.at(top); row >= 0 && g.name != "" {
		return g
	}
	return nil
}

// View returns height lines of width cells. Where the screen starts inside a
// group, its header is in the first line.
func (l *List) View(width, height int) []string {
	width, height = max(0, width), max(0, height)
	l.height = height
	l.clamp()
	out := make([]string, height)
	for y := range out {
		out[y] = l.draw(l.top+y, width)
	}
	if g := l.pinned(l.top); g != nil {
		out[0] = l.draw(g.line, width)
	}
	if l.lines == 0 && height > 0 {
		for y, s := range Wrap(l.Empty, max(1, width)) {
			if y < height {
				out[y] = Fit(l.theme.Dim.Paint(s), width, "")
			}
		}
	}
	return out
}

func (l *List) draw(line, width int) string {
	if line < 0 || line >= l.lines {
		return spaces(width)
	}
	var s string
	cursor := line == l.line
	if row, g := l.at(line); row < 0 {
		s = l.rows.Header(g.name, g.first, g.count, g.open, width, cursor)
	} else {
		s = l.rows.Draw(row, width, cursor)
	}
	s = Fit(s, width, l.theme.Marks.Ellipsis)
	if cursor {
		s = l.theme.Cursor.Paint(s)
	}
	return s
}
