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
	onHome:    func(t *testing.T, b *fakeBackend) *drive { return led(t, b, "esc") },
	onList:    func(t *testing.T, b *fakeBackend) *drive { return start(t, b, 80, 24) },
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

// A keyCase is what one key does at one place. pre are keys pressed before,
// to bring about something that the key can change.
type keyCase struct {
	at    place
	act   action
	pre   []string
	check func(t *testing.T, d *drive, before string)
}

func goes(to place) func(*testing.T, *drive, string) {
	return func(t *testing.T, d *drive, _ string) { t.Helper(); d.at(to) }
}

func quits(t *testing.T, d *drive, _ string) {
	t.Helper()
	if !d.quit {
		t.Error("the program goes on")
	}
}

// redraws holds when the frame is another one, the status line apart.
func redraws(t *testing.T, d *drive, before string) {
	t.Helper()
	cut := func(s string) string { return s[:strings.LastIndexByte(s, '\n')] }
	if cut(d.screen()) == cut(before) {
		t.Errorf("nothing changes on the screen:\n%s", before)
	}
}

// shows holds when so many lines around changes are wanted.
func shows(context int) func(*testing.T, *drive, string) {
	return func(t *testing.T, d *drive, _ string) {
		t.Helper()
		if got := looksOf(d).context; got != context {
			t.Errorf("%d lines around changes, want %d", got, context)
		}
	}
}

func says(words string) func(*testing.T, *drive, string) {
	return func(t *testing.T, d *drive, _ string) { t.Helper(); d.wants(words) }
}

func decides(n int) func(*testing.T, *drive, string) {
	return func(t *testing.T, d *drive, _ string) {
		t.Helper()
		if got := len(d.model().session.Decisions()); got != n {
			t.Errorf("%d verdicts, want %d:\n%s", got, n, d.screen())
		}
	}
}

func setsClipboard(t *testing.T, d *drive, _ string) {
	t.Helper()
	if !slices.ContainsFunc(d.got, func(m tea.Msg) bool { return fmt.Sprintf("%T", m) == "tea.setClipboardMsg" }) {
		t.Errorf("nothing was copied: %T", d.got)
	}
}

func told(name string) func(*testing.T, *drive, string) {
	return func(t *testing.T, d *drive, _ string) {
		t.Helper()
		if !slices.ContainsFunc(d.got, func(m tea.Msg) bool { return strings.HasSuffix(fmt.Sprintf("%T", m), name) }) {
			t.Errorf("the terminal was not told %s: %T", name, d.got)
		}
	}
}

var longDiff = []string{"}", "}", "}", "}", "}", "}", "}", "}", "}", "}", "}"}

func keyCases() []keyCase {
	down := func(at place, pre ...string) []keyCase {
		var out []keyCase
		for _, a := range []action{actDown, actHalfDown, actPageDown, actBottom} {
			out = append(out, keyCase{at, a, pre, redraws})
		}
		for _, a := range []action{actUp, actHalfUp, actPageUp, actTop} {
			out = append(out, keyCase{at, a, append(slices.Clone(pre), "G"), redraws})
		}
		return out
	}
	looks := func(at place, pre ...string) []keyCase {
		long := append(slices.Clone(pre), longDiff...)
		return []keyCase{
			{at, actMoreContext, pre, shows(defaultLooks.context + contextStep)},
			{at, actLessContext, pre, shows(defaultLooks.context - contextStep)},
			{at, actCopy, pre, setsClipboard},
			{at, actWrap, long, func(t *testing.T, d *drive, _ string) {
				if looksOf(d).wrap == defaultLooks.wrap {
					t.Error("wrapping did not change")
				}
			}},
			{at, actSplit, pre, func(t *testing.T, d *drive, _ string) {
				if !looksOf(d).split {
					t.Error("not split")
				}
			}},
		}
	}
	var out []keyCase
	add := func(c ...keyCase) { out = append(out, c...) }

	add(keyCase{onScan, actQuit, nil, quits})

	add(down(onHome)...)
	add([]keyCase{
		{onHome, actOpen, nil, goes(onPlan)},
		{onHome, actDoorSafe, nil, goes(onPlan)},
		{onHome, actDoorReview, nil, goes(onReview)},
		{onHome, actDoorManual, nil, says("by file · manual")},
		{onHome, actList, nil, goes(onList)},
		{onHome, actPlan, nil, goes(onPlan)},
		{onHome, actAcceptSafe, nil, decides(2)},
		{onHome, actRescan, nil, says("Read again")},
		{onHome, actUndo, []string{"A"}, decides(0)},
		{onHome, actRedo, []string{"A", "u"}, decides(2)},
		{onHome, actQuit, nil, quits},
	}...)
	add(down(onList)...)
	add(looks(onList)...)
	add([]keyCase{
		{onList, actToggle, nil, decides(1)},
		{onList, actOpen, nil, goes(onReview)},
		{onList, actAcceptSafe, nil, decides(2)},
		{onList, actPlan, nil, goes(onPlan)},
		{onList, actFilter, nil, goes(onFilter)},
		{onList, actGroup, nil, says("by severity · all")},
		{onList, actLevel, nil, says("showing safe")},
		{onList, actAcceptRule, []string{"j", "j", "j", "j"}, decides(2)},
		{onList, actIgnore, nil, goes(onIgnore)},
		{onList, actOptions, nil, goes(onOptions)},
		{onList, actExplain, nil, goes(onExplain)},
		{onList, actZoom, nil, goes(onDiff)},
		{onList, actEditor, nil, says("EDITOR is not set")},
		{onList, actReference, nil, says("opened https://example.org/DL3002")},
		{onList, actNextPart, nil, redraws},
		{onList, actNext, nil, redraws},
		{onList, actPrev, nil, redraws},
		{onList, actFold, nil, redraws},
		{onList, actUnfold, []string{"h"}, redraws},
		{onList, actAcceptShown, nil, decides(12)},
		{onList, actWider, nil, redraws},
		{onList, actNarrower, nil, redraws},
		{onList, actLeft, []string{"L"}, nil},
		{onList, actRight, nil, nil},
		{onList, actUndo, []string{"space"}, decides(0)},
		{onList, actRedo, []string{"space", "u"}, decides(1)},
		{onList, actBack, []string{"f"}, says("by file · all")},
		{onList, actQuit, nil, quits},
	}...)

	add(down(onReview, longDiff...)...)
	add(looks(onReview)[:2]...)
	add(looks(onReview)[3:]...)
	add(keyCase{onReview, actCopyWhat, nil, goes(onCopy)})
	add([]keyCase{
		{onReview, actAccept, nil, decides(1)},
		{onReview, actSkip, nil, decides(1)},
		{onReview, actAcceptRule, []string{"]", "]", "]"}, decides(2)},
		{onReview, actAcceptSafe, nil, decides(2)},
		{onReview, actSkipFile, nil, decides(2)},
		{onReview, actNextPart, nil, says("fix 2 of 2")},
		{onReview, actPrevPart, nil, says("fix 2 of 2")},
		{onReview, actOptions, nil, goes(onOptions)},
		{onReview, actZoom, nil, goes(onDiff)},
		{onReview, actExplain, nil, goes(onExplain)},
		{onReview, actIgnore, nil, goes(onIgnore)},
		{onReview, actNext, nil, says("review 2 of 12")},
		{onReview, actPrev, nil, says("review 12 of 12")},
		{onReview, actEditor, nil, says("EDITOR is not set")},
		{onReview, actPlan, nil, goes(onPlan)},
		{onReview, actReference, nil, says("opened https://example.org/DL3002")},
		{onReview, actUndo, []string{"y"}, decides(0)},
		{onReview, actRedo, []string{"y", "u"}, decides(1)},
		{onReview, actLeft, nil, nil},
		{onReview, actRight, nil, nil},
		{onReview, actBack, nil, goes(onList)},
		{onReview, actQuit, nil, quits},
	}...)

	add([]keyCase{
		{onOptions, actOpen, nil, decides(1)},
		{onOptions, actToggle, []string{"down"}, says("USER node")},
		{onOptions, actDown, nil, redraws},
		{onOptions, actUp, []string{"down"}, redraws},
		{onOptions, actPageDown, append([]string{"esc", "enter"}, append(slices.Clone(longDiff), "p")...), redraws},
		{onOptions, actPageUp, append([]string{"esc", "enter"}, append(slices.Clone(longDiff), "p", "pgdown")...), redraws},
		{onOptions, actBack, nil, goes(onList)},
	}...)

	add(down(onExplain)...)
	add([]keyCase{
		{onExplain, actReference, nil, says("opened https://example.org/DL3002")},
		{onExplain, actCopy, nil, setsClipboard},
		{onExplain, actBack, nil, goes(onList)},
	}...)

	add(down(onDiff, longDiff...)...)
	add(looks(onDiff)[2:]...)
	add(keyCase{onDiff, actMoreContext, []string{"{"}, shows(wholeFile)}, keyCase{onDiff, actLessContext, nil, shows(mostContext)})
	add([]keyCase{
		{onDiff, actAccept, nil, func(t *testing.T, d *drive, _ string) { d.at(onDiff); decides(3)(t, d, "") }},
		{onDiff, actSkip, nil, func(t *testing.T, d *drive, _ string) { d.at(onDiff) }},
		{onDiff, actNext, longDiff, redraws},
		{onDiff, actPrev, append(slices.Clone(longDiff), "G"), redraws},
		{onDiff, actNextPart, longDiff, redraws},
		{onDiff, actPrevPart, append(slices.Clone(longDiff), "G"), redraws},
		{onDiff, actFilter, nil, goes(onSearch)},
		{onDiff, actOpen, append(slices.Clone(longDiff), "g", "/", "r", "enter"), redraws},
		{onDiff, actFold, append(slices.Clone(longDiff), "g", "/", "r", "enter", "enter"), redraws},
		{onDiff, actZoom, nil, goes(onReview)},
		{onDiff, actLeft, nil, nil},
		{onDiff, actRight, nil, nil},
		{onDiff, actBack, nil, goes(onReview)},
	}...)

	add(looks(onPlan)[:2]...)
	add(looks(onPlan)[3:]...)
	add([]keyCase{
		{onPlan, actWrite, nil, goes(onDone)},
		{onPlan, actPatch, nil, says("Saved as oakum.patch")},
		{onPlan, actCopy, nil, setsClipboard},
		{onPlan, actToggle, nil, says("left out")},
		{onPlan, actDown, nil, says("2 of 2")},
		{onPlan, actUp, []string{"G"}, says("1 of 2")},
		{onPlan, actTop, []string{"G"}, says("1 of 2")},
		{onPlan, actBottom, nil, says("2 of 2")},
		{onPlan, actZoom, nil, goes(onDiff)},
		{onPlan, actNext, append([]string{"j"}, longDiff...), redraws},
		{onPlan, actPrev, append([]string{"j"}, append(slices.Clone(longDiff), "]", "]")...), func(t *testing.T, d *drive, _ string) {
			if n, of := d.model().screen().(*planScreen).file().pane.diff.Change(); n != 1 {
				t.Errorf("at change %d of %d, want the first", n, of)
			}
		}},
		{onPlan, actHalfDown, longDiff, redraws},
		{onPlan, actHalfUp, append(slices.Clone(longDiff), "pgdown"), redraws},
		{onPlan, actPageDown, longDiff, redraws},
		{onPlan, actPageUp, append(slices.Clone(longDiff), "pgdown"), redraws},
		{onPlan, actLeft, nil, nil},
		{onPlan, actRight, nil, nil},
		{onPlan, actUndo, nil, decides(1)},
		{onPlan, actRedo, []string{"u"}, decides(3)},
		{onPlan, actBack, nil, goes(onList)},
		{onPlan, actQuit, nil, goes(onQuit)},
	}...)

	add(down(onDone)...)
	add([]keyCase{
		{onDone, actRescan, nil, func(t *testing.T, d *drive, _ string) { d.at(onList); d.wants("Read again") }},
		{onDone, actCopy, nil, setsClipboard},
		{onDone, actCopyCommit, nil, setsClipboard},
		{onDone, actCopyPull, nil, setsClipboard},
		{onDone, actBack, nil, goes(onList)},
		{onDone, actQuit, nil, quits},
	}...)

	add(down(onHelp)...)
	add(down(onNotice)...)
	add(down(onCopy)...)
	add(down(onChanged)...)
	add([]keyCase{
		{onHelp, actBack, nil, goes(onList)},
		{onCopy, actOpen, nil, setsClipboard},
		{onCopy, actBack, nil, goes(onReview)},
		{onPalette, actOpen, []string{"e", "x", "p", "l"}, goes(onExplain)},
		{onPalette, actDown, nil, redraws},
		{onPalette, actUp, []string{"down"}, redraws},
		{onPalette, actBack, nil, goes(onReview)},
		{onNotice, actBack, nil, goes(onList)},
		{onFilter, actOpen, nil, goes(onList)},
		{onFilter, actBack, nil, goes(onList)},
		{onSearch, actOpen, nil, goes(onDiff)},
		{onSearch, actBack, nil, goes(onDiff)},
		{onIgnore, actOpen, []string{"w", "h", "y"}, decides(1)},
		{onIgnore, actBack, nil, goes(onList)},
		{onIgnore, actPageDown, append(append([]string{"esc"}, longDiff...), "i", "w"), redraws},
		{onIgnore, actPageUp, append(append([]string{"esc"}, longDiff...), "i", "w", "pgdown"), redraws},
		{onQuit, actPlan, nil, goes(onPlan)},
		{onQuit, actPatch, nil, quits},
		{onQuit, actKeep, nil, func(t *testing.T, d *drive, before string) {
			quits(t, d, before)
			if len(d.backend.kept) == 0 {
				t.Error("the verdicts are gone")
			}
		}},
		{onQuit, actDiscard, nil, func(t *testing.T, d *drive, before string) {
			quits(t, d, before)
			if len(d.backend.kept) > 0 {
				t.Error("the verdicts are kept")
			}
		}},
		{onQuit, actBack, nil, goes(onList)},
		{onChanged, actRescan, nil, goes(onPlan)},
		{onChanged, actBack, nil, goes(onPlan)},
		{onResume, actAccept, nil, decides(1)},
		{onResume, actDiscard, nil, func(t *testing.T, d *drive, _ string) { d.at(onList); d.wants("Discarded") }},
		{onResume, actBack, nil, goes(onList)},
	}...)

	for _, p := range places {
		for _, c := range []keyCase{
			{p, actHelp, nil, goes(onHelp)},
			{p, actPalette, nil, goes(onPalette)},
			{p, actMouse, nil, func(t *testing.T, d *drive, _ string) {
				if d.model().mouse || d.app.View().MouseMode != tea.MouseModeNone {
					t.Error("the mouse is still on")
				}
			}},
			{p, actAbort, nil, quits},
			{p, actSuspend, nil, told("SuspendMsg")},
			{p, actRedraw, nil, told("clearScreenMsg")},
		} {
			if bound(p, c.act) {
				add(c)
			}
		}
	}
	return out
}

func bound(p place, a action) bool {
	return slices.ContainsFunc(keymap[p], func(b binding) bool { return b.act == a })
}

func looksOf(d *drive) looks {
	if s, ok := d.model().screen().(*diffScreen); ok {
		return s.looks
	}
	return d.model().diffOptions
}

func TestEveryKey(t *testing.T) {
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
