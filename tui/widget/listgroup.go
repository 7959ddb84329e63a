package widget

import "sort"

// A group is a run of rows under one header, or of rows in no group, which
// have none and are always open.
type group struct {
	name         string
	first, count int // rows
	open         bool
	line         int // its first line in the list
}

func (g *group) header() int {
	if g.name == "" {
		return 0
	}
	return 1
}

func (g *group) lines() int {
	if !g.open {
		return g.header()
	}
	return g.header() + g.count
}

// regroup finds the runs of rows. A name that comes up again after other
// groups is a group of its own; opening and closing is by name.
func (l *List) regroup() {
	l.groups = l.groups[:0]
	for i := range l.rows.Count {
		name := ""
		if l.rows.Group != nil {
			name = l.rows.Group(i)
		}
		if n := len(l.groups); n == 0 || l.groups[n-1].name != name {
			l.groups = append(l.groups, group{name: name, first: i})
		}
		l.groups[len(l.groups)-1].count++
	}
	l.measure()
}

// measure computes which line each group starts at.
func (l *List) measure() {
	l.lines = 0
	for i := range l.groups {
		g := &l.groups[i]
		g.open = g.name == "" || !l.closed[g.name]
		g.line = l.lines
		l.lines += g.lines()
	}
}

// at returns what a line shows: a row, or -1 for the header of its group.
func (l *List) at(line int) (row int, g *group) {
	i := sort.Search(len(l.groups), func(i int) bool { return l.groups[i].line > line }) - 1
	g = &l.groups[i]
	if line -= g.line + g.header(); line < 0 {
		return -1, g
	}
	return g.first + line, g
}

// lineOf returns the line of a row, or of its group's header when it is closed.
func (l *List) lineOf(row int) int {
	i := sort.Search(len(l.groups), func(i int) bool { return l.groups[i].first > row }) - 1
	g := &l.groups[i]
	if !g.open {
		return g.line
	}
	return g.line + g.header() + row - g.first
}

func (l *List) groupNamed(name string) *group {
	for i := range l.groups {
		if g := &l.groups[i]; g.name == name && name != "" {
			return g
		}
	}
	return nil
}

// Open reports whether the group with the cursor is open.
func (l *List) Open() bool {
	if l.lines == 0 {
		return false
	}
	_, g := l.at(l.line)
	return g.open
}

// Toggle opens or closes the group with the cursor. When it closes, the cursor
// goes to its header.
func (l *List) Toggle() { l.SetOpen(!l.Open()) }

// SetOpen opens or closes the group with the cursor. Rows in no group stay.
func (l *List) SetOpen(open bool) {
	if _, name, ok := l.Cursor(); ok && name != "" {
		l.setOpen(name, open)
	}
}

// SetAllOpen opens or closes every group.
func (l *List) SetAllOpen(open bool) {
	row, name, ok := l.Cursor()
	l.closed = map[string]bool{}
	for i := range l.groups {
		l.closed[l.groups[i].name] = !open
	}
	l.measure()
	if ok {
		l.restore(row, name)
	}
}

func (l *List) setOpen(name string, open bool) {
	row, at, _ := l.Cursor()
	if l.closed == nil {
		l.closed = map[string]bool{}
	}
	l.closed[name] = !open
	l.measure()
	l.restore(row, at)
}

// restore puts the cursor back after lines came or went above it.
func (l *List) restore(row int, name string) {
	offset := l.line - l.top
	if row >= 0 {
		l.line = l.lineOf(row)
	} else if g := l.groupNamed(name); g != nil {
		l.line = g.line
	}
	l.top = l.line - offset
	l.clamp()
}

// NextGroup puts the cursor onto the next group's first line.
func (l *List) NextGroup() {
	for i := range l.groups {
		if l.groups[i].line > l.line {
			l.MoveTo(l.groups[i].line)
			return
		}
	}
}

// PrevGroup puts the cursor onto the first line of its group, or of the one
// before when it is there already.
func (l *List) PrevGroup() {
	for i := len(l.groups) - 1; i >= 0; i-- {
		if l.groups[i].line < l.line {
			l.MoveTo(l.groups[i].line)
			return
		}
	}
}
