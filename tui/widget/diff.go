package widget

import (
	"github.com/oakum-sec/oakum/tui/theme"
)

// A DiffFile is one file of a [Diff].
type DiffFile struct {
	Path   string
	Kind   string // as the engine names kinds; decides how words are coloured
	Before []byte // nil when the file is new
	After  []byte // nil when the file goes away

	// Line returns a line of either version, counted from 1, as it is shown; nil shows
	// it as it is. What differs is decided by the bytes.
	Line func(after bool, n int) string
}

// Place names where a line of a file belongs, for the head of a hunk: `stage
// "run"`, "services.api". The line counts from 1 in the file's new bytes. ""
// means that there is nothing to say.
type Place func(path string, line int) string

// A Diff shows what changes in files: one below the other or side by side, the
// changed lines with their surroundings or whole files. It shows the bytes as
// they are: tabs where indentation changes, carriage returns where line
// endings change, a missing newline at the end, and control characters always.
//
// Lines on the screen are drawn when they are first seen and kept until the
// content or the way of showing it changes.
type Diff struct {
	files []*diffFile
	place Place
	theme theme.Theme

	split   bool
	wrap    bool
	context int // lines around a change; negative for whole files
	indent  int // cells that lines are shifted to the left, beyond what shows their changed part

	rows    []row
	changes []int // rows at which changes start

	top    int // the first row on the screen
	sub    int // lines of that row that are above the screen
	at     int // the change that was jumped to, from 1; 0 after other moves
	width  int
	height int

	query string
	cut   bool                // something on the screen goes on to the right
	left  bool                // something on the screen starts to the left of it
	drawn map[int][]drawnLine // by row
}

// A drawnLine is one line of the screen.
type drawnLine struct {
	text string
	cut  bool // it goes on to the right
	left bool // it starts to the left of the screen
}

// NewDiff compares the files. It looks at all of their bytes, so for large
// files it belongs into a command. place may be nil.
func NewDiff(files []DiffFile, place Place) *Diff {
	d := &Diff{place: place, context: 3, width: 80, height: 24}
	for _, f := range files {
		d.files = append(d.files, compare(f))
	}
	d.arrange()
	return d
}

// Replace shows other files, the place on the screen kept where the file at
// the top is still there. It takes over what next was made with, which must
// not be used any more: next comes from [NewDiff], perhaps in a command.
func (d *Diff) Replace(next *Diff) {
	d.keepPlace(func() { d.files, d.place = next.files, next.place })
}

// SetTheme sets the looks.
func (d *Diff) SetTheme(t theme.Theme) {
	if d.theme != t {
		d.theme, d.drawn = t, nil
	}
}

// Split reports whether the sides are beside each other.
func (d *Diff) Split() bool { return d.split }

// SetSplit puts the sides beside each other, or below.
func (d *Diff) SetSplit(on bool) {
	if d.split != on {
		d.keepPlace(func() { d.split = on })
	}
}

// Context returns the number of lines around changes, negative for whole files.
func (d *Diff) Context() int { return d.context }

// SetContext shows n lines around changes, whole files when n is negative.
func (d *Diff) SetContext(n int) {
	if n < 0 {
		n = -1
	}
	if d.context != n {
		d.keepPlace(func() { d.context = n })
	}
}

// Wrapped reports whether long lines go on below instead of beyond the edge.
func (d *Diff) Wrapped() bool { return d.wrap }

// SetWrap lets long lines go on below, or be cut.
func (d *Diff) SetWrap(on bool) {
	if d.wrap != on {
		d.wrap, d.drawn, d.sub, d.indent = on, nil, 0, 0
	}
}

// Sideways shifts the lines by n cells: to the left, so that more of their
// ends is seen, when n is positive; to the right when it is negative. It does
// nothing where nothing on the screen was cut on that side.
func (d *Diff) Sideways(n int) {
	if d.wrap || n > 0 && !d.cut || n < 0 && !d.left {
		return
	}
	d.indent, d.drawn = d.indent+n, nil
}

// Lines returns how many lines are removed and added in all files.
func (d *Diff) Lines() (added, removed int) {
	for _, f := range d.files {
		added, removed = added+f.added, removed+f.removed
	}
	return added, removed
}

// Files returns the paths, in the order they are shown.
func (d *Diff) Files() []string {
	out := make([]string, len(d.files))
	for i, f := range d.files {
		out[i] = f.Path
	}
	return out
}

// View returns height lines of width cells. It is the one method that learns
// the size of the screen: paging and jumps use that of the last view.
func (d *Diff) View(width, height int) []string {
	width, height = max(0, width), max(0, height)
	if width != d.width {
		d.drawn, d.sub = nil, 0
	}
	d.width, d.height = width, height
	d.clamp()

	out := make([]string, 0, height)
	d.cut, d.left = false, false
	for r, skip := d.top, d.sub; r < len(d.rows) && len(out) < height; r++ {
		for _, l := range d.linesOf(r)[skip:] {
			if len(out) < height {
				out = append(out, l.text)
				d.cut, d.left = d.cut || l.cut, d.left || l.left
			}
		}
		skip = 0
	}
	if len(d.rows) == 0 && height > 0 {
		out = append(out, Fit(d.theme.Dim.Paint("no changes"), width, ""))
	}
	for len(out) < height {
		out = append(out, spaces(width))
	}
	return out
}
