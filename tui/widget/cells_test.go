package widget

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/oakum-sec/oakum/fixer/text"
)

const (
	red   = "\x1b[31m"
	reset = "\x1b[m"
)

func TestWidth(t *testing.T) {
	for _, c := range []struct {
		s    string
		want int
	}{
		{"", 0}, {"abc", 3}, {"日本", 4}, {"é", 1}, {"e\u0301", 1}, {"a\u0301b", 2},
		{"👍", 2}, {"👍🏽", 2}, {"🇩🇪", 2}, {"⚠", 1}, {"⚠\ufe0f", 2}, {"✓…›▾│", 5},
		{red + "abc" + reset, 3}, {red + "日" + reset + "x", 3},
		{"\x1b[38;2;1;2;3mx\x1b[0m", 1},
		{"\x1b[2Jx", 4}, // no style: the parts that are letters count
		{"\x1b[", 1}, {"\x1b", 0},
		{"a" + strings.Repeat("\u0301", 1000), 1},
		{"\xff\xfe", 2},
	} {
		if got := Width(c.s); got != c.want {
			t.Errorf("Width(%q) = %d, want %d", c.s, got, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		s     string
		width int
		mark  string
		want  string
	}{
		{"hello", 5, "…", "hello"},
		{"hello", 4, "…", "hel…"},
		{"hello", 1, "…", "…"},
		{"hello", 0, "…", ""},
		{"hello", -1, "…", ""},
		{"hello", 2, "", "he"},
		{"hello", 2, "...", ".."},
		{"日本語", 5, "…", "日本…"},
		{"日本語", 4, "…", "日…"}, // a wide letter is never halved
		{"日本語", 1, "", ""},
		{"e\u0301e\u0301e\u0301", 2, "", "e\u0301e\u0301"},
		{red + "hello" + reset, 3, "…", red + "he…" + reset},
		{red + "he" + reset + "llo", 4, "…", red + "he" + reset + "l…"},
		{red + "hello" + reset, 5, "…", red + "hello" + reset},
	} {
		if got := Cut(c.s, c.width, c.mark); got != c.want {
			t.Errorf("Cut(%q, %d, %q) = %q, want %q", c.s, c.width, c.mark, got, c.want)
		}
	}
}

func TestCutLeft(t *testing.T) {
	for _, c := range []struct {
		s     string
		width int
		want  string
	}{
		{"k8s/chart/web.yaml", 18, "k8s/chart/web.yaml"},
		{"k8s/chart/web.yaml", 9, "…web.yaml"},
		{"k8s/chart/web.yaml", 1, "…"},
		{"k8s/chart/web.yaml", 0, ""},
		{"日本語", 5, "…本語"},
		{"日本語", 4, "…語"},
		{red + "hello" + reset, 3, red + "…lo" + reset},
		{red + "he" + reset + "llo", 3, "…lo"},
	} {
		if got := CutLeft(c.s, c.width, "…"); got != c.want {
			t.Errorf("CutLeft(%q, %d) = %q, want %q", c.s, c.width, got, c.want)
		}
	}
}

func TestPadAndSpread(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Pad("ab", 4), "ab  "}, {Pad("abcde", 4), "abcde"}, {Pad("日", 3), "日 "}, {Pad("", -1), ""},
		{PadLeft("7", 3), "  7"}, {Fit("abcdef", 4, "…"), "abc…"}, {Fit("ab", 4, "…"), "ab  "}, {Fit("日本", 3, ""), "日 "},
		{Spread("left", "right", 12, "…"), "left   right"},
		{Spread("left", "right", 10, "…"), "left right"},
		{Spread("left", "right", 8, "…"), "l… right"},
		{Spread("left", "right", 5, "…"), "right"},
		{Spread("left", "right", 3, "…"), "ri…"},
		{Spread("left", "", 3, "…"), "le…"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		s     string
		width int
		want  string // lines joined by |
	}{
		{"", 10, ""},
		{"one two three", 20, "one two three"},
		{"one two three", 8, "one two|three"},
		{"one two three", 7, "one two|three"},
		{"one two three", 6, "one|two|three"},
		{"one   two", 5, "one|two"},
		{"abcdefgh", 3, "abc|def|gh"},
		{"a abcdefgh", 3, "a|abc|def|gh"},
		{"one\ntwo\n\nthree", 10, "one|two||three"},
		{"  - item that is long", 12, "  - item|  that is|  long"},
		{"日本語 日本", 5, "日本|語|日本"},
		{"日", 1, "?"},
		{"abc", 0, "a|b|c"},
		{"one two   ", 3, "one|two"},
		{"   ", 2, "  "},
		{red + "one two" + reset + " x", 4, red + "one" + reset + "|" + red + "two" + reset + "|x"},
		{red + "one" + reset + " two", 4, red + "one" + reset + "|two"},
		{"one " + red + "two" + reset, 3, "one|" + red + "two" + reset},
		{"one  " + red, 3, "one"},
	} {
		if got := strings.Join(Wrap(c.s, c.width), "|"); got != c.want {
			t.Errorf("Wrap(%q, %d) =\n%q, want\n%q", c.s, c.width, got, c.want)
		}
	}
}

func TestRuleAndBar(t *testing.T) {
	th := plainTheme(false)
	for _, c := range []struct{ got, want string }{
		{Rule(&th, "findings", "group: file", 40, false), "── findings ───────────── group: file ──"},
		{Rule(&th, "findings", "group: file", 40, true), "━━ findings ━━━━━━━━━━━━━ group: file ━━"},
		{Rule(&th, "", "right", 20, false), "─────────── right ──"},
		{Rule(&th, "left", "", 12, false), "── left ────"},
		{Rule(&th, "left", "right", 14, false), "── left ──────"},
		{Rule(&th, "a long title", "right", 12, false), "── a lon… ──"},
		{Rule(&th, "title", "", 6, false), "──────"},
		{Rule(&th, "", "", 0, false), ""},
		{Bar(&th, 0, 10, 5), "□□□□□"}, {Bar(&th, 1, 1000, 5), "■□□□□"}, {Bar(&th, 999, 1000, 5), "■■■■□"},
		{Bar(&th, 10, 10, 5), "■■■■■"}, {Bar(&th, 20, 10, 5), "■■■■■"}, {Bar(&th, 1, 0, 3), "□□□"}, {Bar(&th, 1, 2, -1), ""},
	} {
		if got := strings.NewReplacer("\x1b[1m", "", "\x1b[m", "").Replace(c.got); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
	for w := range 60 {
		for _, s := range []string{"", "x", "日本語日本語日本語", "a title of some words"} {
			for _, r := range []string{"", "y", "1 of 3", "語語語語語語"} {
				if got := Width(Rule(&th, s, r, w, false)); got != w {
					t.Errorf("Rule(%q, %q, %d) is %d wide", s, r, w, got)
				}
			}
		}
	}
}

var awkward = []string{
	"", "plain words that wrap", "日本語テキスト", "e\u0301\u0302 zalgo" + strings.Repeat("\u0316", 40), "👍🏽🇩🇪🇩🇪🇩 flags",
	"\xff\xfe broken", "a\x00b\x1b[31mc\x1b]0;title\x07", "\u202eevil\u200b", red + "styled 日本" + reset + " tail", "\x1b[1;31", "⚠\ufe0f⚠",
	strings.Repeat(" ", 100), "กำ ำ", "\u0601 x", "\u0601", "ᄀᄀᄀ각ᆨᆨ",
}

// prepends reports whether a sign takes the next character along.
func prepends(r rune) bool {
	return len(letters(string(r)+"日")) == 1 && r != '日'
}

func FuzzCells(f *testing.F) {
	for _, s := range awkward {
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = ((width % 200) + 200) % 200
		s = text.Visible(s)
		if !strings.Contains(s, "\n") && !strings.Contains(s, "\t") {
			sum := 0
			for p := (pieces{rest: s}); p.next(); {
				sum += Width(p.text)
			}
			if got := Width(s); got != sum {
				t.Errorf("Width(%q) = %d, its parts are %d wide", s, got, sum)
			}
			if got, want := Width(s), ansi.StringWidth(s); got > want && !strings.ContainsFunc(s, prepends) {
				t.Errorf("Width(%q) = %d, more than %d", s, got, want)
			}
		}
		for _, mark := range []string{"", "…", "日"} {
			for what, got := range map[string]string{"Cut": Cut(s, width, mark), "CutLeft": CutLeft(s, width, mark)} {
				if Width(got) > width {
					t.Errorf("%s(%q, %d, %q) = %q is %d wide", what, s, width, mark, got, Width(got))
				}
				if utf8.ValidString(s) && !utf8.ValidString(got) {
					t.Errorf("%s(%q, %d) = %q splits a character", what, s, width, got)
				}
			}
			if got := Fit(s, width, mark); Width(got) != width {
				t.Errorf("Fit(%q, %d, %q) = %q is %d wide", s, width, mark, got, Width(got))
			}
		}
		lines := Wrap(s, width)
		for _, l := range lines {
			if Width(l) > max(1, width) {
				t.Errorf("Wrap(%q, %d) has the line %q of %d cells", s, width, l, Width(l))
			}
		}
		if width > 1 {
			bare := strings.NewReplacer(" ", "", "\n", "").Replace
			if got, want := bare(strings.Join(lines, "")), bare(s); got != want {
				t.Errorf("Wrap(%q, %d) loses text: %q", s, width, got)
			}
		}
	})
}

// TestWhyCellsAreCutHere shows what keeps Cut, CutLeft and Wrap from being calls
// of x/ansi. What no longer differs can be replaced.
func TestWhyCellsAreCutHere(t *testing.T) {
	for _, c := range []struct{ what, ours, theirs string }{
		{"a wide letter is halved by the cut", CutLeft("日本語", 4, "…"), ansi.TruncateLeft("日本語", 3, "…")},
		{"a mark that does not fit", CutLeft("web.yaml", 1, "…"), ansi.TruncateLeft("web.yaml", 8, "…")},
		{"names are broken at hyphens", strings.Join(Wrap("use run-as-non-root here", 12), "\n"), ansi.Wrap("use run-as-non-root here", 12, "")},
		{"a wrapped line goes on at its indentation", strings.Join(Wrap("  - one two", 8), "\n"), ansi.Wrap("  - one two", 8, "")},
		{"each line can be drawn alone", strings.Join(Wrap(red+"one two"+reset, 4), "\n"), ansi.Wrap(red+"one two"+reset, 4, "")},
	} {
		if c.ours == c.theirs {
			t.Errorf("%s: x/ansi returns the same: %q", c.what, c.ours)
		}
	}
	// A sign that takes the next character along: what is padded must be as
	// wide as its parts.
	if got := ansi.StringWidth("\u0601") + ansi.StringWidth(" x"); got == ansi.StringWidth("\u0601 x") {
		t.Errorf("x/ansi measures a whole and its parts alike: %d", got)
	}
}

func TestHostileTextIsQuick(t *testing.T) {
	// One megabyte of marks on one letter, and of unfinished sequences: the
	// time must grow with the length only, or this test never ends.
	for _, s := range []string{"a" + strings.Repeat("\u0301", 1<<19), strings.Repeat("\x1b[1;", 1<<18), strings.Repeat("🇩", 1<<18)} {
		if Width(s) < 1 {
			t.Errorf("no width")
		}
		Wrap(s, 80)
		Cut(s, 80, "…")
	}
}
