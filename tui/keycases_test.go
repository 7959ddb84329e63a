package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

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
		{onHome, actMap, nil, goes(onMap)},
		{onHome, actChecklist, nil, goes(onChecklist)},
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
		{onList, actMap, nil, goes(onMap)},
		{onList, actChecklist, nil, goes(onChecklist)},
		{onList, actPlan, nil, goes(onPlan)},
		{onList, actFilter, nil, goes(onFilter)},
		{onList, actGroup, nil, says("by severity · all")},
		{onList, actLevel, nil, says("Showing safe")},
		{onList, actAcceptRule, []string{"j", "j", "j", "j"}, decides(2)},
		{onList, actIgnore, nil, goes(onIgnore)},
		{onList, actOptions, nil, goes(onOptions)},
		{onList, actExplain, nil, goes(onExplain)},
		{onList, actZoom, nil, goes(onDiff)},
		{onList, actEditor, nil, says("EDITOR is not set")},
		{onList, actReference, nil, says("Opened https://example.org/DL3002")},
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
		{onReview, actReference, nil, says("Opened https://example.org/DL3002")},
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
		{onExplain, actReference, nil, says("Opened https://example.org/DL3002")},
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
		{onHome, actOutlook, nil, says("The score with all fixes is worked out already")},
		{onPlan, actWrite, nil, goes(onDone)},
		{onPlan, actPatch, nil, says("Saved the plan as oakum.patch")},
		{onPlan, actCopy, nil, setsClipboard},
		{onPlan, actToggle, nil, says("left out")},
		{onPlan, actProve, nil, goes(onProve)},
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
		{onDone, actShowAll, nil, says("All is shown already")},
		{onDone, actHowToUndo, nil, says("then oakum undo restores them")},
		{onDone, actCopyCommit, nil, setsClipboard},
		{onDone, actCopyPull, nil, setsClipboard},
		{onDone, actBack, nil, goes(onList)},
		{onDone, actQuit, nil, quits},
	}...)

	add(down(onMap)...)
	add([]keyCase{
		{onMap, actOpen, nil, func(t *testing.T, d *drive, _ string) {
			if !d.model().screen().(*mapScreen).focus {
				t.Error("the steps have not the keys")
			}
		}},
		{onMap, actNextPart, nil, func(t *testing.T, d *drive, _ string) {
			if !d.model().screen().(*mapScreen).focus {
				t.Error("the steps have not the keys")
			}
		}},
		{onMap, actLevel, nil, says("Compared with all safe fixes")},
		{onMap, actCopy, nil, setsClipboard},
		{onMap, actFold, nil, redraws},
		{onMap, actUnfold, []string{"h"}, redraws},
		{onMap, actUndo, nil, says("Nothing to undo")},
		{onMap, actRedo, nil, says("Nothing to redo")},
		{onMap, actPlan, nil, goes(onPlan)},
		{onMap, actBack, nil, goes(onList)},
		{onMap, actQuit, nil, quits},
	}...)

	add(down(onChecklist)...)
	focused := func(t *testing.T, d *drive, _ string) {
		if !d.model().screen().(*checklistScreen).focus {
			t.Error("the findings have not the keys")
		}
	}
	add([]keyCase{
		{onChecklist, actOpen, nil, focused},
		{onChecklist, actNextPart, nil, focused},
		{onChecklist, actLevel, nil, says("Showing what does not hold")},
		{onChecklist, actCopy, nil, setsClipboard},
		{onChecklist, actFold, nil, redraws},
		{onChecklist, actUnfold, []string{"h"}, redraws},
		{onChecklist, actUndo, nil, says("Nothing to undo")},
		{onChecklist, actRedo, nil, says("Nothing to redo")},
		{onChecklist, actPlan, nil, goes(onPlan)},
		{onChecklist, actBack, nil, goes(onList)},
		{onChecklist, actQuit, nil, quits},
	}...)

	add(down(onNewFiles)...)
	add([]keyCase{
		{onNewFiles, actMoreContext, nil, shows(defaultLooks.context + contextStep)},
		{onNewFiles, actLessContext, nil, shows(defaultLooks.context - contextStep)},
		{onNewFiles, actWrap, nil, func(t *testing.T, d *drive, _ string) {
			if looksOf(d).wrap == defaultLooks.wrap {
				t.Error("wrapping did not change")
			}
		}},
		{onNewFiles, actSplit, nil, func(t *testing.T, d *drive, _ string) {
			if !looksOf(d).split {
				t.Error("not split")
			}
		}},
	}...)
	add([]keyCase{
		{onNew, actOpen, nil, goes(onNewFiles)},
		{onNew, actDown, nil, redraws},
		{onNew, actUp, []string{"down", "down", "down"}, redraws}, // from a choice, where letters are no text
		{onNew, actRight, nil, says("‹ node ›")},
		{onNew, actLeft, []string{"right"}, says("‹ go ›")},
		{onNew, actToggle, nil, says("‹ node ›")},
		{onNew, actPageDown, nil, redraws},
		{onNew, actPageUp, []string{"pgdown"}, redraws},
		{onNew, actBack, nil, quits},
		{onNewFiles, actWrite, nil, quits},
		{onNewFiles, actNext, nil, redraws},
		{onNewFiles, actPrev, []string{"]"}, redraws},
		{onNewFiles, actLeft, nil, nil},
		{onNewFiles, actRight, nil, nil},
		{onNewFiles, actBack, nil, goes(onNew)},
	}...)

	add(down(onHelp)...)
	add(down(onNotice)...)
	add(down(onCopy)...)
	add(down(onChanged)...)
	add(down(onProve)...)
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
		{onProve, actOpen, nil, nil}, // what they do is in flow_prove_test.go
		{onProve, actStop, nil, nil},
		{onProve, actRescan, nil, says("build and start these images")},
		{onProve, actBack, nil, goes(onPlan)},
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
