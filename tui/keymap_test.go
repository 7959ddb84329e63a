package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

func TestKeymapIsSound(t *testing.T) {
	if len(places) != len(keymap) {
		t.Errorf("%d places are listed, %d have keys", len(places), len(keymap))
	}
	table := KeyTable()
	for _, p := range places {
		seen := map[string]bool{}
		out := false
		for _, b := range keymap[p] {
			if b.help == "" || b.act == actNone || len(b.keys) == 0 {
				t.Errorf("%s: binding %v is not complete", p, b.keys)
			}
			for _, k := range b.keys {
				if seen[k] {
					t.Errorf("%s: %s is bound twice", p, k)
				}
				seen[k] = true
				if !strings.Contains(table, "`"+k+"`") {
					t.Errorf("%s: %s is not in the table of docs/keys.md", p, k)
				}
			}
			out = out || b.act == actBack || b.act == actQuit
		}
		if !out {
			t.Errorf("%s has no way out", p)
		}
	}
	for _, b := range typing {
		for _, k := range b.keys {
			if len(k) == 1 {
				t.Errorf("typing binds the letter %s", k)
			}
		}
	}
}

// ways lead to each place on a terminal of 80x24.
var ways = map[place]func(*testing.T, *fakeBackend) *drive{
	onScan: func(t *testing.T, b *fakeBackend) *drive {
		d := open(t, b)
		d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
		return d
	},
	onHome: func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "esc") },
	onList: func(t *testing.T, b *fakeBackend) *drive { return start(t, b, 80, 24) },
	onMap: func(t *testing.T, b *fakeBackend) *drive {
		b.sources = manyServices(40)
		return led(t, b, "M")
	},
	onNew: func(t *testing.T, b *fakeBackend) *drive { d := led(t, b); toForm(d, false); return d },
	onNewFiles: func(t *testing.T, b *fakeBackend) *drive {
		d := led(t, b)
		toForm(d, false)
		d.press("enter")
		return d
	},
	onChecklist: func(t *testing.T, b *fakeBackend) *drive {
		b.sources = manyServices(40)
		return led(t, b, "C")
	},
	onReview:  func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "enter") },
	onOptions: func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "p") },
	onExplain: func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "x") },
	onDiff:    func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "a", "A", "enter", "z") },
	onPlan:    func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "space", "A", "w") },
	onDone: func(t *testing.T, b *fakeBackend) *drive {
		d := led(t, b, "space", "A", "w", "enter")
		d.send(tea.WindowSizeMsg{Width: 80, Height: minHeight})
		return d
	},
	onHelp:   func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "?") },
	onFilter: func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "/") },
	onSearch: func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "enter", "z", "/") },
	onIgnore: func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "i") },
	onQuit:   func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "A", "q") },
	onChanged: func(t *testing.T, b *fakeBackend) *drive {
		d := led(t, b, "A", "w")
		many := &fixer.RefusedError{}
		for i := range 40 {
			many.Refusals = append(many.Refusals, fixer.FileRefusal{Path: fmt.Sprintf("file%d", i), Reason: "it has changed", Code: fixer.RefusedChanged})
		}
		b.commitErr = many
		d.press("enter")
		d.elapse()
		return d
	},
	onResume: func(t *testing.T, b *fakeBackend) *drive {
		b.kept = engine.Decisions{{Rule: "dockerfile/secret-in-arg", File: "Dockerfile", Path: "ARG NPM_TOKEN"}: {Verdict: engine.Skip}}
		d := start(t, b, 80, 24)
		d.elapse()
		return d
	},
	onProve: func(t *testing.T, b *fakeBackend) *drive {
		b.prove = longProof
		d := toProve(t, b)
		d.press("enter")
		return d
	},
	onCopy:    func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "enter", "c") },
	onPalette: func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "enter", ":") },
	onNotice: func(t *testing.T, b *fakeBackend) *drive {
		d := start(t, b, 80, 24)
		lines := make([]string, 60)
		for i := range lines {
			lines[i] = fmt.Sprint("line ", i)
		}
		d.run(d.model().openOverlay(newNotice("notice", lines)))
		d.app.View()
		return d
	},
}

func led(t *testing.T, b *fakeBackend, keys ...string) *drive {
	d := start(t, b, 80, 24)
	d.press(keys...)
	return d
}

func TestEveryKey(t *testing.T) {
	t.Parallel()
	type spot struct {
		at  place
		act action
	}
	tested := map[spot]bool{}
	for _, c := range keyCases() {
		tested[spot{c.at, c.act}] = true
		if c.check == nil {
			continue // scrolling sideways needs a long line: TestSideways
		}
		i := slices.IndexFunc(keymap[c.at], func(b binding) bool { return b.act == c.act })
		if i < 0 {
			t.Errorf("%s has no key for action %d", c.at, c.act)
			continue
		}
		for _, key := range keymap[c.at][i].keys {
			t.Run(string(c.at)+"/"+key, func(t *testing.T) {
				d := ways[c.at](t, newFake(shop()))
				d.at(c.at)
				d.press(c.pre...)
				if len(d.model().overlays) == 0 || c.at != onIgnore {
					d.at(c.at)
				}
				before := d.screen()
				d.press(key)
				c.check(t, d, before)
				d.sound()
			})
		}
	}
	for _, p := range places {
		for _, b := range keymap[p] {
			if !tested[spot{p, b.act}] {
				t.Errorf("%s: %v (%s) is not tested", p, b.keys, b.help)
			}
		}
	}
}

func TestSideways(t *testing.T) {
	sources := shop()
	sources[0].Data = []byte(strings.Replace(shopDockerfile, "EXPOSE 8080\n", "EXPOSE 8080\nRUN echo "+strings.Repeat("abcdefghij", 30)+"\n", 1))
	for _, p := range []place{onList, onReview, onDiff, onPlan} {
		d := ways[p](t, newFake(sources))
		d.at(p)
		if p == onList {
			d.send(tea.WindowSizeMsg{Width: 140, Height: 40})
		}
		before := d.screen()
		if !strings.Contains(before, "abcdefghij") {
			t.Fatalf("%s: the long line is not shown:\n%s", p, before)
		}
		d.press("L")
		redraws(t, d, before)
		d.press("H")
		if d.screen() != before {
			t.Errorf("%s: H does not take L back", p)
		}
		d.press("W")
		redraws(t, d, before)
	}
}

func TestTypingKeys(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"left", "x"}, "ab cxd"}, {[]string{"ctrl+b", "x"}, "ab cxd"},
		{[]string{"home", "x"}, "xab cd"}, {[]string{"ctrl+a", "x"}, "xab cd"},
		{[]string{"home", "right", "x"}, "axb cd"}, {[]string{"home", "ctrl+f", "x"}, "axb cd"},
		{[]string{"home", "end", "x"}, "ab cdx"}, {[]string{"home", "ctrl+e", "x"}, "ab cdx"},
		{[]string{"backspace"}, "ab c"}, {[]string{"ctrl+h"}, "ab c"},
		{[]string{"home", "delete"}, "b cd"},
		{[]string{"ctrl+w"}, "ab "}, {[]string{"alt+backspace"}, "ab "},
		{[]string{"alt+left", "x"}, "ab xcd"}, {[]string{"ctrl+left", "ctrl+left", "x"}, "xab cd"}, {[]string{"alt+b", "ctrl+k"}, "ab "},
		{[]string{"home", "alt+right", "x"}, "abx cd"}, {[]string{"home", "ctrl+right", "alt+f", "x"}, "ab cdx"},
		{[]string{"ctrl+u"}, ""}, {[]string{"left", "ctrl+u"}, "d"},
		{[]string{"q", "?", "m"}, "ab cdq?m"}, // letters, not commands
	} {
		d := led(t, newFake(shop()), "/")
		d.typeText("ab cd")
		d.press(c.keys...)
		if got := d.model().list.filter.words; got != c.want {
			t.Errorf("%v: %q, want %q", c.keys, got, c.want)
		}
	}
	d := led(t, newFake(shop()), "/", "ctrl+z", "ctrl+l")
	told("SuspendMsg")(t, d, "")
	told("clearScreenMsg")(t, d, "")
	d.press("ctrl+c")
	quits(t, d, "")
}

func TestPasteIsNoCommand(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	d.send(tea.PasteMsg{Content: "A\nw\n\r"})
	d.at(onList)
	decides(0)(t, d, "")
	d.press("/")
	d.send(tea.PasteMsg{Content: "db\nb"})
	if got := d.model().list.filter.words; got != "db b" {
		t.Errorf("pasted %q", got)
	}
}
