package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// toastTime is how long a toast stays when no key is pressed.
const toastTime = 5 * time.Second

// A toast is one line that says what just happened. It takes no keys, and
// goes with the next one.
type toast struct {
	text string
	bad  bool
	id   int // so that an old timer does not clear a newer toast
}

// toastOverMsg ends the toast with the id.
type toastOverMsg struct{ id int }

func (msg toastOverMsg) apply(d *model) tea.Cmd {
	if msg.id == d.toast.id {
		d.clearToast()
	}
	return nil
}

// say shows a toast.
func (d *model) say(format string, args ...any) tea.Cmd { return d.show(false, format, args...) }

// warn shows a toast about something that did not work.
func (d *model) warn(format string, args ...any) tea.Cmd { return d.show(true, format, args...) }

func (d *model) show(bad bool, format string, args ...any) tea.Cmd {
	d.toast = toast{text: text.VisibleLine(fmt.Sprintf(format, args...)), bad: bad, id: d.toast.id + 1}
	id := d.toast.id
	return d.after(toastTime, toastOverMsg{id})
}

func (d *model) clearToast() { d.toast.text = "" }

// cutWords cuts a sentence behind a word, where it is too long.
func cutWords(s string, width int, mark string) string {
	if widget.Width(s) <= width {
		return s
	}
	for end := len(s); ; {
		i := strings.LastIndexByte(s[:end], ' ')
		if i <= 0 {
			return widget.Cut(s, width, mark)
		}
		if end = i; widget.Width(s[:end])+widget.Width(" "+mark) <= width {
			return widget.Cut(s, widget.Width(s[:end])+widget.Width(" "+mark), " "+mark)
		}
	}
}

// count writes a number with its noun: "1 file", "3 files".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
