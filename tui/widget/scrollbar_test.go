package widget

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestScrollBar(t *testing.T) {
	for _, c := range []struct {
		w    Window
		want string
	}{
		{Window{0, 5, 5}, "....."},
		{Window{0, 5, 50}, "#||||"},
		{Window{1, 5, 50}, "|#|||"}, // not at the top any more
		{Window{44, 5, 50}, "|||#|"},
		{Window{45, 5, 50}, "||||#"},
		{Window{0, 6, 12}, "###|||"},
		{Window{6, 6, 12}, "|||###"},
		{Window{0, 1, 12}, "."},
		{Window{0, 0, 12}, ""},
		{Window{9998, 2, 10000}, "|#"},
	} {
		th := plainTheme(true)
		if got := ansi.Strip(strings.Join(ScrollBar(&th, c.w, "."), "")); got != c.want {
			t.Errorf("%+v: %q, want %q", c.w, got, c.want)
		}
	}
}
