package widget

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/tui/theme"
)

// rowsOf makes rows from words like "a/1": a group and a key. A word without a
// slash is in no group.
func rowsOf(words ...string) Rows {
	return Rows{
		Count: len(words),
		Key:   func(i int) string { return words[i] },
		Group: func(i int) string {
			g, _, ok := strings.Cut(words[i], "/")
			if !ok {
				return ""
			}
			return g
		},
		Draw: func(i, _ int, cursor bool) string {
			lead := "  "
			if cursor {
				lead = "> "
			}
			return lead + "  " + words[i]
		},
		Header: func(g string, first, count int, open bool, width int, cursor bool) string {
			lead, mark := "  ", "+ "
			if cursor {
				lead = "> "
			}
			if open {
				mark = "v "
			}
			return Spread(lead+mark+g, fmt.Sprintf("%d from %d", count, first), width, "…")
		},
	}
}

func newList(words ...string) *List {
	l := &List{Empty: "nothing was found in this place"}
	l.SetTheme(plainTheme(false))
	l.SetRows(rowsOf(words...))
	return l
}

var files = []string{"Dockerfile/root", "Dockerfile/tag", "Dockerfile/lists", "compose.yaml/api", "compose.yaml/db", "alone", "k8s/web.yaml/日本語の名前"}

func TestListGoldens(t *testing.T) {
	for _, size := range [][2]int{{20, 5}, {40, 12}, {80, 4}} {
		for _, c := range []struct {
			name string
			make func() *List
		}{
			{"start", func() *List { return newList(files...) }},
			{"middle", func() *List {
				l := newList(files...)
				l.View(size[0], size[1])
				for range 6 {
					l.Down()
				}
				return l
			}},
			{"closed", func() *List {
				l := newList(files...)
				l.Down()
				l.Toggle()
				return l
			}},
			{"empty", func() *List { return newList() }},
		} {
			l := c.make()
			lines := l.View(size[0], size[1])
			frame(t, c.name, lines, size[0], size[1])
			golden(t, fmt.Sprintf("list/%s-%dx%d", c.name, size[0], size[1]), lines)
		}
	}
}

func TestListCursorStaysOnItsKey(t *testing.T) {
	for _, c := range []struct {
		name  string
		at    string // where the cursor is: a key, or "g:" and a group
		after []string
		want  string
	}{
		{"rows come before", "b/2", []string{"a/0", "a/1", "b/1", "b/2", "c/3"}, "b/2"},
		{"rows are sorted anew", "b/2", []string{"c/3", "b/2", "a/1", "b/1"}, "b/2"},
		{"its row goes: the next one", "b/1", []string{"a/1", "b/2", "c/3"}, "b/2"},
		{"its row and those behind go: the one before", "c/3", []string{"a/1", "b/1"}, "b/1"},
		{"all rows go", "b/1", nil, ""},
		{"header stays", "g:b", []string{"a/0", "a/1", "b/2"}, "g:b"},
		{"header goes: the same line", "g:b", []string{"a/1", "c/3"}, "g:c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newList("a/1", "b/1", "b/2", "c/3")
			if g, ok := strings.CutPrefix(c.at, "g:"); ok {
				l.MoveTo(l.groupNamed(g).line)
			} else if !l.Select(c.at) {
				t.Fatalf("no row %s", c.at)
			}
			l.View(20, 3)
			on := l.line - l.top
			l.SetRows(rowsOf(c.after...))
			if got := where(l); got != c.want {
				t.Errorf("the cursor is on %q, want %q", got, c.want)
			}
			if l.lines > 6 && l.line-l.top != on {
				t.Errorf("the cursor is on line %d of the screen, was on %d", l.line-l.top, on)
			}
		})
	}
}

func where(l *List) string {
	row, g, ok := l.Cursor()
	switch {
	case !ok:
		return ""
	case row < 0:
		return "g:" + g
	}
	return l.Key()
}

func TestListMoves(t *testing.T) {
	var words []string
	for i := range 100 {
		words = append(words, fmt.Sprintf("g%d/%d", i/10, i))
	}
	l := newList(words...)
	l.View(20, 10)
	for _, c := range []struct {
		name string
		do   func()
		want string
	}{
		{"at the start", func() {}, "g:g0"},
		{"up at the start", l.Up, "g:g0"},
		{"down", l.Down, "g0/0"},
		{"page down", l.PageDown, "g0/9"},
		{"next group", l.NextGroup, "g:g1"},
		{"half a page down", l.HalfDown, "g1/14"},
		{"previous group: the start of this one", l.PrevGroup, "g:g1"},
		{"previous group", l.PrevGroup, "g:g0"},
		{"bottom", l.Bottom, "g9/99"},
		{"next group at the end", l.NextGroup, "g9/99"},
		{"down at the end", l.Down, "g9/99"},
		{"page up", l.PageUp, "g9/90"},
		{"half a page up", l.HalfUp, "g8/86"},
		{"close", l.Toggle, "g:g8"},
		{"up over a closed group", func() { l.Down(); l.Up() }, "g:g8"},
		{"next from a closed group", l.Down, "g:g9"},
		{"select a row in a closed group", func() { l.Select("g8/83") }, "g8/83"},
		{"select what is not there", func() { l.Select("nothing") }, "g8/83"},
		{"close all", func() { l.SetAllOpen(false) }, "g:g8"},
		{"top of the closed ones", l.Top, "g:g0"},
		{"open all", func() { l.SetAllOpen(true) }, "g:g0"},
		{"scroll: the cursor is taken along", func() { l.Scroll(5); l.View(20, 10) }, "g0/5"},
		{"scroll back: it stays", func() { l.Scroll(-3) }, "g0/5"},
		{"click on the header in the first line", func() { l.View(20, 10); l.Click(0) }, "g:g0"},
		{"click", func() { l.View(20, 10); l.Click(2) }, "g0/1"},
		{"click beside", func() { l.Click(10); l.Click(-1) }, "g0/1"},
		{"close, twice", func() { l.SetOpen(false); l.SetOpen(false) }, "g:g0"},
		{"open", func() { l.SetOpen(true) }, "g:g0"},
	} {
		c.do()
		if got := where(l); got != c.want {
			t.Fatalf("%s: the cursor is on %s, want %s", c.name, got, c.want)
		}
	}
	if line, of := l.Place(); line != 1 || of != 110 {
		t.Errorf("line %d of %d", line, of)
	}
}

func TestListRandomWalk(t *testing.T) {
	rnd := rand.New(rand.NewSource(3))
	for range 100 {
		l := newList()
		w, h := 30, 10
		for range 60 {
			switch rnd.Intn(16) {
			case 0:
				var words []string
				for i := range rnd.Intn(40) {
					words = append(words, fmt.Sprintf("%c/%d", 'a'+rune(i/(1+rnd.Intn(4))%5), i*7%41))
				}
				slices.Sort(words)
				l.SetRows(rowsOf(slices.Compact(words)...))
			case 1:
				w, h = rnd.Intn(60), rnd.Intn(30)
			case 2:
				l.Toggle()
			case 3:
				l.SetAllOpen(rnd.Intn(2) == 0)
			case 4:
				l.Scroll(rnd.Intn(20) - 10)
			case 5:
				l.Click(rnd.Intn(20) - 2)
			case 6:
				l.Bottom()
			case 7:
				l.PageUp()
			case 8:
				l.NextGroup()
			case 9:
				l.PrevGroup()
			case 10:
				l.HalfDown()
			case 11:
				l.Select("b/14")
			default:
				l.Down()
			}
			lines := l.View(w, h)
			frame(t, "list", lines, w, h)
			if row, g, ok := l.Cursor(); ok && row >= 0 && g != "" && h > 1 && w > 15 {
				if !slices.ContainsFunc(lines, func(s string) bool { return strings.Contains(s, "v "+g) }) {
					t.Fatalf("the cursor is in %q, whose header is not seen:\n%s", g, strings.Join(lines, "\n"))
				}
			}
			if l.lines > 0 && h > 0 && w > 15 {
				n := 0
				for _, s := range lines {
					if strings.Contains(s, ">") {
						n++
					}
				}
				if n != 1 {
					t.Fatalf("%d cursors on the screen:\n%s", n, strings.Join(lines, "\n"))
				}
			}
		}
	}
}

func BenchmarkList(b *testing.B) {
	words := make([]string, 10_000)
	for i := range words {
		words[i] = fmt.Sprintf("file%d/finding-%d", i/20, i)
	}
	rows := rowsOf(words...)
	l := &List{}
	l.SetTheme(theme.Pick("dark", true, false, false))
	l.SetRows(rows)
	b.Run("frame", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			l.View(80, 40)
			l.Down()
			if i%9000 == 0 {
				l.Top()
			}
		}
	})
	b.Run("rows", func(b *testing.B) {
		for range b.N {
			l.SetRows(rows)
		}
	})
}
