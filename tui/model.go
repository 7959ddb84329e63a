package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/tui/theme"
)

// A layer is what can have the keys: a screen or an overlay.
type layer interface {
	// place names the row of the keymap that is in force.
	place() place

	// press does what a key of that row means.
	press(d *model, a action) tea.Cmd
}

// A screen fills the terminal.
type screen interface {
	layer

	// draw returns what the screen shows in the layout for its place. Lines
	// that are missing are blank, those too long are cut.
	draw(d *model, l layout) page
}

// An overlay lies over the body of a screen until it is answered.
type overlay interface {
	layer

	// panel returns the overlay's title and lines for a width, and how many
	// lines of at most height it wants. The lines may be more: those from
	// the overlay's own offset are its business.
	panel(d *model, width, height int) (title string, lines []string)
}

// A page is what a screen shows: the body's lines and the words around them.
type page struct {
	title, right string // first line
	rule, note   string // in the rule below it
	body         []string
	foot         string            // in the rule above the keys
	labels       map[action]string // for footer labels that say more than the keymap's
	idle         []action          // that would do nothing here: not in the footer
	heavy        bool              // the part below the rule has the keys, of several parts
}

// Some layers want more than keys.
type (
	// A focuser shows different panes to the layout.
	focuser interface{ detailFocused() bool }

	// A lister has a list of its own, which is seen whole at a width.
	lister interface{ listWidth() int }

	// A typist has a line that is being typed into. typing returns nil while
	// none is; typed is called after the line changed.
	typist interface {
		typing() line
		typed(d *model) tea.Cmd
	}

	// An idler is an overlay with keys that do nothing at times.
	idler interface{ idle(d *model) []action }

	// An opener asks for work when it comes to the top, and again when the
	// plan under it changed.
	opener interface{ refresh(d *model) tea.Cmd }

	// A clicker takes the mouse: a click or a turn of the wheel, in cells of
	// the body.
	clicker interface {
		click(d *model, l layout, x, y int) tea.Cmd
		wheel(d *model, l layout, x, y, by int) tea.Cmd
	}
)

// line is what the interface asks of an input.
type line interface {
	Insert(string)
	Left()
	Right()
	Home()
	End()
	Backspace()
	Delete()
	DeleteWord()
	DeleteToStart()
	DeleteToEnd()
	WordLeft()
	WordRight()
}

// The model is what every screen works on. It belongs to the Update goroutine;
// commands get copies of what they need.
type model struct {
	ctx   context.Context
	opts  Options
	after func(time.Duration, tea.Msg) tea.Cmd // the only clock there is

	theme                         theme.Theme
	dark                          bool
	width, height                 int
	mouse                         bool
	ignoreKeysID, ignoreKeysCount int // the grace that runs, 0 for none; how many there were

	layers
	toast toast

	sessionGate
	current *planIndex // the newest plan; its gen may be older
	folding bool
	job     foldJob // of gen, once one was needed

	excluded map[string]bool // paths the plan leaves out

	preview     previews
	autosave    keeper
	wording     wording
	front       *homeScreen
	list        *listScreen
	diffOptions looks

	proving proving
	ledger  ledger
	summary string
	leave   bool // the program is leaving
	killed  bool // by ctrl+c
}

func newModel(ctx context.Context, opts Options) *model {
	d := &model{ctx: ctx, opts: opts, dark: true, mouse: true, width: 80, height: 24}
	d.after = func(t time.Duration, msg tea.Msg) tea.Cmd {
		return tea.Tick(t, func(time.Time) tea.Msg { return msg })
	}
	d.pickTheme()
	d.front, d.list, d.diffOptions, d.excluded = newHomeScreen(), newListScreen(), defaultLooks, map[string]bool{}
	return d
}

func (d *model) pickTheme() {
	d.theme = theme.Pick(d.opts.Theme, d.dark, d.opts.NoColor, d.opts.ASCII)
}

// push shows a screen over the present one.
func (d *model) push(s screen) tea.Cmd {
	d.screens = append(d.screens, s)
	return d.refresh()
}

// pop goes back to the screen below. The last one stays.
func (d *model) pop() tea.Cmd {
	if len(d.screens) > 1 {
		d.screens = d.screens[:len(d.screens)-1]
	}
	return d.refresh()
}

// home goes back to the list.
func (d *model) home() tea.Cmd {
	d.screens, d.overlays = []screen{d.front, d.list}, nil
	return d.refresh()
}

// replace shows a screen instead of the present one.
func (d *model) replace(s screen) tea.Cmd {
	d.screens[len(d.screens)-1] = s
	return d.refresh()
}

func (d *model) openOverlay(o overlay) tea.Cmd {
	d.overlays = append(d.overlays, o)
	if op, ok := o.(opener); ok {
		return op.refresh(d)
	}
	return nil
}

func (d *model) closeOverlay() tea.Cmd {
	if n := len(d.overlays); n > 0 {
		d.overlays = d.overlays[:n-1]
	}
	return d.refresh()
}

// refresh lets what is on top ask for the work it needs. Only one of overlay
// and screen asks: there is one preview, and two who want different ones would
// take turns for ever.
func (d *model) refresh() tea.Cmd {
	if n := len(d.overlays); n > 0 {
		if op, ok := d.overlays[n-1].(opener); ok {
			return op.refresh(d)
		}
	}
	if op, ok := d.screen().(opener); ok {
		return op.refresh(d)
	}
	return nil
}

// layout arranges the screen on top.
func (d *model) layout() layout {
	s := d.screen()
	f, ok := s.(focuser)
	with := panes{ok && f.detailFocused(), d.list.natural, d.list.nudge}
	if own, ok := s.(lister); ok {
		with.natural, with.nudge = own.listWidth(), 0
	}
	return arrange(d.width, d.height, s.place(), with)
}

// fresh reports whether the newest plan is that of the present decisions.
func (d *model) fresh() bool {
	return d.current != nil && d.current.gen == d.generation && d.busyWith == ""
}

// quit leaves the program.
func (d *model) quit() tea.Cmd {
	d.leave = true
	return tea.Quit
}
