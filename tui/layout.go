package tui

// The smallest terminal the screens are made for, in cells. Below it a
// message names the size needed and the line mode.
const (
	minWidth  = 60
	minHeight = 14
)

// Widths from which a screen shows more side by side, in cells.
const (
	stackedWidth = 80  // the list above what it points at
	wideWidth    = 120 // the list beside it
	splitWidth   = 81  // the least a diff in two columns needs
)

// Limits and steps of the list's size, in cells and lines.
const (
	leastList   = 44 // of the list beside something, unless a person makes it smaller
	leastBeside = 30 // of either of two panes beside each other
	leastAbove  = 4  // lines of either of two panes above each other
	widthStep   = 4  // what one + or - changes
	heightStep  = 2
)

// panes are what a layout depends on besides the size of the terminal.
type panes struct {
	detailFocused bool
	natural       int // the width at which nearly all rows of the list are seen whole
	nudge         int // by how many steps a person made the list larger
}

// A layout says where the parts of a screen are. All figures are cells; the
// body starts below the title and its rule.
//
//	title
//	── rule ───────
//	body: panes
//	── rule ───────
//	keys
//	status
type layout struct {
	width, height int
	fits          bool // the terminal is large enough to show anything

	keys  int  // lines of the footer
	brief bool // footer labels are the short ones
	body  int  // lines of the body

	// The list, the line between and the detail. A part of no size is not
	// shown. Beside each other they share the lines of the body, above each
	// other its width.
	listWidth, listHeight     int
	detailWidth, detailHeight int
	beside                    bool

	why int // lines the explanation may take
}

// arrange computes the layout of a screen. It is a pure function of the size,
// the screen, and its panes.
func arrange(width, height int, at place, with panes) layout {
	l := layout{width: width, height: height, fits: width >= minWidth && height >= minHeight}
	if !l.fits {
		return l
	}
	switch {
	case height < 24:
		l.keys, l.why = 1, 2
	case height < 30:
		l.keys, l.why = 2, 3
	case width < wideWidth:
		l.keys, l.why = 3, 10
	default:
		l.keys, l.why = 2, 12
	}
	if height < 16 {
		l.why = 1
	}
	l.brief = width < stackedWidth
	l.body = height - 4 - l.keys // title, two rules, status

	l.listWidth, l.detailWidth = width, width
	switch {
	case at != onList && at != onReview && at != onMap && at != onChecklist && at != onNew && at != onNewFiles:
		l.listWidth, l.listHeight = 0, 0
		l.detailHeight = l.body
	case width >= wideWidth:
		l.beside = true
		l.listWidth = besideWidth(width, with)
		l.detailWidth = width - l.listWidth - 1
		l.listHeight, l.detailHeight = l.body, l.body
	case at == onReview:
		l.listWidth, l.detailHeight = 0, l.body
	case width >= stackedWidth && !(with.detailFocused && at != onList):
		l.listHeight = l.body * 6 / 10
		if with.nudge != 0 {
			l.listHeight = max(leastAbove, min(l.listHeight+with.nudge*heightStep, l.body-1-leastAbove))
		}
		l.detailHeight = l.body - l.listHeight - 1 // a rule between
		l.why = min(l.why, 3)
	case with.detailFocused:
		l.listWidth, l.detailHeight = 0, l.body
	default:
		l.detailWidth, l.listHeight = 0, l.body
	}
	return l
}

// besideWidth is the width of the list beside something: what its rows need, but not
// more than half, and what a person adds to that.
func besideWidth(width int, with panes) int {
	list := max(leastList, min(with.natural, width/2))
	return max(leastBeside, min(list+with.nudge*widthStep, width-1-leastBeside))
}
