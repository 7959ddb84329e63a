package tui

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/tui/widget"
)

// A drive plays the terminal program: it sends messages and runs commands,
// at once or, with slow set, when told to.
type drive struct {
	t       testing.TB
	app     *App
	backend *fakeBackend

	slow   bool
	queue  []tea.Cmd
	timers []tea.Msg // of toasts and graces; none runs by itself
	quit   bool
	got    []tea.Msg // messages meant for the terminal
}

func open(t testing.TB, b *fakeBackend, change ...func(*Options)) *drive {
	t.Helper()
	opts := Options{Title: "shop/", Rules: fakeRules(), Backend: b, Theme: "none", NoColor: true}
	if b.rules != nil {
		opts.Rules = b.rules
	}
	for _, c := range change {
		c(&opts)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	d := &drive{t: t, app: New(ctx, opts), backend: b}
	d.app.d.after = func(_ time.Duration, msg tea.Msg) tea.Cmd {
		d.timers = append(d.timers, msg)
		return nil
	}
	return d
}

// start opens the interface at a size and waits for the list.
func start(t testing.TB, b *fakeBackend, width, height int, change ...func(*Options)) *drive {
	t.Helper()
	d := open(t, b, change...)
	d.send(tea.WindowSizeMsg{Width: width, Height: height})
	d.run(d.app.d.load())
	d.pastOverview()
	return d
}

// pastOverview goes on from the first page to the list.
func (d *drive) pastOverview() {
	if m := d.app.d; m.screen() == screen(m.front) {
		m.screens = append(m.screens, m.list)
		d.run(m.refresh())
	}
}

func (d *drive) model() *model { return d.app.d }

func (d *drive) send(msg tea.Msg) {
	_, cmd := d.app.Update(msg)
	d.app.View() // as the program does after every message
	d.run(cmd)
}

// run runs a command and what comes of it. With slow it only queues it.
func (d *drive) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	if d.slow {
		d.queue = append(d.queue, cmd)
		return
	}
	d.deliver(cmd())
}

func (d *drive) deliver(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			d.run(c)
		}
	case tea.QuitMsg:
		d.quit = true
	case result:
		d.send(msg)
	default:
		if v := reflect.ValueOf(msg); v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
			for i := range v.Len() { // a sequence
				d.run(v.Index(i).Interface().(tea.Cmd))
			}
			return
		}
		d.got = append(d.got, msg)
	}
}

// drain runs what slow has queued, the oldest first.
func (d *drive) drain() {
	for n := 0; len(d.queue) > 0; n++ {
		if n > 10000 {
			d.t.Fatal("commands never end")
		}
		d.next()
	}
}

// next runs the oldest command that slow has queued.
func (d *drive) next() {
	cmd := d.queue[0]
	d.queue = d.queue[1:]
	d.deliver(cmd())
}

// elapse lets every timer run out.
func (d *drive) elapse() {
	timers := d.timers
	d.timers = nil
	for _, msg := range timers {
		d.send(msg)
	}
}

// press presses keys, as Bubble Tea spells them.
func (d *drive) press(keys ...string) {
	d.t.Helper()
	for _, k := range keys {
		d.send(keyPress(k))
	}
}

// typeText types letters.
func (d *drive) typeText(s string) {
	for _, r := range s {
		d.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

var namedKeys = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "space": tea.KeySpace, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
}

func keyPress(s string) tea.KeyPressMsg {
	var k tea.KeyPressMsg
	for {
		switch {
		case strings.HasPrefix(s, "ctrl+"):
			k.Mod |= tea.ModCtrl
			s = s[len("ctrl+"):]
			continue
		case strings.HasPrefix(s, "shift+"):
			k.Mod |= tea.ModShift
			s = s[len("shift+"):]
			continue
		case strings.HasPrefix(s, "alt+"):
			k.Mod |= tea.ModAlt
			s = s[len("alt+"):]
			continue
		}
		break
	}
	if code, ok := namedKeys[s]; ok {
		k.Code = code
		if s == "space" {
			k.Text = " "
		}
		return k
	}
	k.Code = []rune(s)[0]
	if k.Mod == 0 {
		k.Text = s
	}
	return k
}

// screen returns the frame without styles, lines trimmed at their ends.
func (d *drive) screen() string {
	lines := d.app.d.frameLines()
	for i := range lines {
		lines[i] = strings.TrimRight(plain(lines[i]), " ")
	}
	return strings.Join(lines, "\n")
}

// plain takes the styles out of a line.
func plain(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "\x1b[")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		end := strings.IndexByte(s[i:], 'm')
		if end < 0 {
			return b.String() + s[i:]
		}
		s = s[i+end+1:]
	}
}

// wants fails unless the screen shows all the words.
func (d *drive) wants(words ...string) {
	d.t.Helper()
	s := d.screen()
	for _, w := range words {
		if !strings.Contains(s, w) {
			d.t.Fatalf("no %q on the screen:\n%s", w, s)
		}
	}
}

// at fails unless a place has the keys.
func (d *drive) at(want place) {
	d.t.Helper()
	if got := d.model().top().place(); got != want {
		d.t.Fatalf("on %s, want %s:\n%s", got, want, d.screen())
	}
}

// sound fails unless the frame has the size of the terminal.
func (d *drive) sound() {
	d.t.Helper()
	if first, _ := utf8.DecodeRuneInString(d.model().toast.text); unicode.IsLower(first) {
		d.t.Errorf("a toast begins with a small letter: %q", d.model().toast.text)
	}
	lines := d.app.d.frameLines()
	if len(lines) != d.model().height {
		d.t.Fatalf("%d lines in a terminal of %dx%d:\n%s", len(lines), d.model().width, d.model().height, d.screen())
	}
	for i, s := range lines {
		if w := widget.Width(s); w > d.model().width {
			d.t.Fatalf("line %d is %d wide in a terminal of %dx%d: %q", i, w, d.model().width, d.model().height, plain(s))
		}
		for _, r := range plain(s) {
			if r < 0x20 || r >= 0x7f && r <= 0x9f || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f {
				d.t.Fatalf("line %d has the control character %U: %q", i, r, s)
			}
		}
	}
}
