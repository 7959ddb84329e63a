package widget

import (
	"math/rand"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/tui/theme"
)

func TestInput(t *testing.T) {
	var in Input
	for _, c := range []struct {
		name string
		do   func()
		want string // with | for the caret
	}{
		{"empty", func() {}, "|"},
		{"nothing to remove", func() { in.Backspace(); in.Delete(); in.DeleteWord() }, "|"},
		{"type", func() { in.Insert("u"); in.Insert("id") }, "uid|"},
		{"left", in.Left, "ui|d"},
		{"in the middle", func() { in.Insert("語") }, "ui語|d"},
		{"back", in.Backspace, "ui|d"},
		{"delete", in.Delete, "ui|"},
		{"home", in.Home, "|ui"},
		{"left at the start", in.Left, "|ui"},
		{"end", in.End, "ui|"},
		{"right at the end", in.Right, "ui|"},
		{"an accent joins its letter", func() { in.Insert("e"); in.Insert("\u0301") }, "uie\u0301|"},
		{"and goes with it", in.Backspace, "ui|"},
		{"a flag is one letter", func() { in.Insert("🇩🇪👍🏽"); in.Left(); in.Left() }, "ui|🇩🇪👍🏽"},
		{"delete it", in.Delete, "ui|👍🏽"},
		{"set", func() { in.Set("one two, three") }, "one two, three|"},
		{"a word back", in.WordLeft, "one two, |three"},
		{"another", in.WordLeft, "one |two, three"},
		{"a word on", in.WordRight, "one two|, three"},
		{"delete a word", in.DeleteWord, "one |, three"},
		{"to the end", in.DeleteToEnd, "one |"},
		{"to the start", func() { in.Left(); in.DeleteToStart() }, "| "},
		{"paste lines", func() { in.Set(""); in.Insert("\r\na\r\nb\tc\n") }, "a b c|"},
		{"paste what is no text", func() { in.Set("x"); in.Insert("a\x00b\x1b[31mc\xffd\x7f\u0085") }, "xab[31mcd|"},
		{"limit", func() { in = Input{Limit: 5}; in.Insert("語語語") }, "語|"},
		{"limit again", func() { in.Insert("abcdef") }, "語ab|"},
	} {
		c.do()
		if got := strings.Join(in.letters[:in.caret], "") + "|" + strings.Join(in.letters[in.caret:], ""); got != c.want {
			t.Fatalf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestInputView(t *testing.T) {
	th := plainTheme(false)
	for _, c := range []struct {
		value string
		home  bool
		width int
		want  string // with [] around the caret's cell
		caret int
	}{
		{"", false, 4, "[ ]   ", 0},
		{"ab", false, 5, "ab[ ]  ", 2},
		{"ab", true, 5, "[a]b   ", 0},
		{"abcdef", false, 4, "def[ ]", 3},
		{"abcdef", true, 4, "[a]bcd", 0},
		{"日本語", false, 4, "語[ ] ", 2},
		{"日本語", true, 3, "[日] ", 0},
		{"a\u202eb", false, 12, "aU+202Eb[ ]   ", 8},
		{"ab", false, 0, "", 0},
		{"日", true, 1, " ", 0},
	} {
		var in Input
		in.Set(c.value)
		if c.home {
			in.Home()
		}
		got := in.View(&theme.Theme{Caret: th.Caret}, c.width, true)
		if Width(got) != c.width {
			t.Errorf("%q in %d cells takes %d", c.value, c.width, Width(got))
		}
		got = strings.NewReplacer("\x1b[7m", "[", "\x1b[m", "]").Replace(got)
		if got != c.want || in.Caret() != c.caret {
			t.Errorf("%q in %d cells is %q with the caret at %d, want %q and %d", c.value, c.width, got, in.Caret(), c.want, c.caret)
		}
	}
}

// TestInputSaysWhereItIsCut: a part of a path is not taken for the whole.
func TestInputSaysWhereItIsCut(t *testing.T) {
	th := plainTheme(false)
	var in Input
	in.Set("/var/lib/postgresql/data")
	for _, c := range []struct {
		width, left int // letters the caret goes left
		want        string
	}{
		{25, 0, "/var/lib/postgresql/data "},
		{24, 0, "‹ar/lib/postgresql/data "},
		{12, 0, "‹resql/data "},
		{12, 5, "‹resql/data "},
		{12, 14, "‹ostgresql/›"},
		{12, 24, "/var/lib/po›"},
		{9, 0, "sql/data "},
		{40, 0, "/var/lib/postgresql/data                "},
	} {
		in.End()
		for range c.left {
			in.Left()
		}
		if got := in.View(&theme.Theme{Marks: th.Marks}, c.width, true); got != c.want {
			t.Errorf("%d cells, caret %d to the left: %q, want %q", c.width, c.left, got, c.want)
		}
	}
}

func FuzzInput(f *testing.F) {
	for i, s := range awkward {
		f.Add(s, int64(i), 9)
	}
	th := plainTheme(false)
	f.Fuzz(func(t *testing.T, s string, seed int64, width int) {
		rnd := rand.New(rand.NewSource(seed))
		width = (width%60 + 60) % 60
		in := Input{Limit: 200}
		for range 30 {
			switch rnd.Intn(12) {
			case 0, 1, 2:
				from := rnd.Intn(len(s) + 1)
				in.Insert(s[from : from+rnd.Intn(len(s)-from+1)])
			case 3:
				in.Backspace()
			case 4:
				in.Delete()
			case 5:
				in.Left()
			case 6:
				in.Right()
			case 7:
				in.WordLeft()
			case 8:
				in.WordRight()
			case 9:
				in.DeleteWord()
			case 10:
				in.Home()
			case 11:
				in.End()
			}
			v := in.Value()
			if len(v) > 200 || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
				t.Fatalf("the value is %q", v)
			}
			if in.caret < 0 || in.caret > len(in.letters) {
				t.Fatalf("the caret is at %d of %d", in.caret, len(in.letters))
			}
			frame(t, "input", []string{in.View(&th, width, true)}, width, 1)
			if x := in.Caret(); x > max(0, width-1) {
				t.Fatalf("the caret is at cell %d of %d", x, width)
			}
		}
	})
}

// TestWhyInputIsHere shows what keeps Input from being a bubbles/textinput. What no
// longer differs can be replaced.
func TestWhyInputIsHere(t *testing.T) {
	theirs := textinput.New()
	theirs.Prompt = ""
	theirs.Focus()
	theirs.SetWidth(20)
	press := func(value string, keys ...tea.KeyPressMsg) string {
		theirs.SetValue(value)
		theirs.CursorEnd()
		for _, k := range keys {
			theirs, _ = theirs.Update(k)
		}
		return theirs.Value()
	}
	var ours Input
	for _, c := range []struct {
		what, value string
		key         tea.KeyPressMsg
		edit        func()
	}{
		{"a letter is deleted whole", "a\U0001f468\u200d\U0001f469\u200d\U0001f467", tea.KeyPressMsg{Code: tea.KeyBackspace}, ours.Backspace},
		{"a path has words", "k8s/api-deployment.yaml", tea.KeyPressMsg{Code: 'w', Mod: tea.ModCtrl}, ours.DeleteWord},
	} {
		ours.Set(c.value)
		c.edit()
		if got := press(c.value, c.key); got == ours.Value() {
			t.Errorf("%s: bubbles/textinput does the same: %q", c.what, got)
		}
	}
	press(strings.Repeat("\U0001f468\u200d\U0001f469\u200d\U0001f467", 12))
	theirs.SetCursor(7)
	if w := Width(theirs.View()); w <= 21 { // with the cell of its cursor
		t.Errorf("bubbles/textinput keeps its width: %d", w)
	}
	press("a\u202eb")
	if !strings.Contains(theirs.View(), "\u202e") {
		t.Error("bubbles/textinput shows what reorders text by its number")
	}
}
