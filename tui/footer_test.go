package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// moments lead to states in which some keys have nothing to do.
var moments = map[string]func(t *testing.T, d *drive){
	"nothing decided": func(t *testing.T, d *drive) {},
	"one undone":      func(t *testing.T, d *drive) { openReview(t, d, "compose/privileged"); d.press("y", "u") },
	"one fix":         func(t *testing.T, d *drive) { openReview(t, d, "compose/privileged") },
	"two fixes":       func(t *testing.T, d *drive) { openReview(t, d, "dockerfile/runs-as-root") },
	"no fix":          func(t *testing.T, d *drive) { openReview(t, d, "dockerfile/secret-in-arg") },
	"whole file":      func(t *testing.T, d *drive) { openReview(t, d, "compose/privileged"); d.press("z") },
	"options":         func(t *testing.T, d *drive) { openReview(t, d, "dockerfile/runs-as-root"); d.press("p") },
	"a value": func(t *testing.T, d *drive) {
		openReview(t, d, "dockerfile/runs-as-root")
		d.press("p", "down", "down", "down")
	},
	"explain":           func(t *testing.T, d *drive) { openReview(t, d, "dockerfile/runs-as-root"); d.press("x") },
	"empty plan":        func(t *testing.T, d *drive) { d.run(d.model().push(newPlan())) },
	"plan":              func(t *testing.T, d *drive) { d.press("space", "A"); d.press("w") },
	"plan of one file":  func(t *testing.T, d *drive) { openReview(t, d, "compose/privileged"); d.press("y", "w") },
	"file left out":     func(t *testing.T, d *drive) { openReview(t, d, "compose/privileged"); d.press("y", "w", "space") },
	"diff of the plan":  func(t *testing.T, d *drive) { d.press("space", "A"); d.press("w", "z") },
	"done":              func(t *testing.T, d *drive) { d.press("space", "A"); d.press("w", "enter") },
	"leaving":           func(t *testing.T, d *drive) { d.press("space", "A"); d.press("q") },
	"no reason yet":     func(t *testing.T, d *drive) { openReview(t, d, "dockerfile/runs-as-root"); d.press("i") },
	"nothing to search": func(t *testing.T, d *drive) { openReview(t, d, "dockerfile/runs-as-root"); d.press("z", "/") },
}

// TestTheKeyBarShowsOnlyKeysThatDoSomething presses every key that the footer
// names, in states in which some have nothing to do.
func TestTheKeyBarShowsOnlyKeysThatDoSomething(t *testing.T) {
	t.Parallel()
	for name, lead := range moments {
		for _, size := range [][2]int{{80, 24}, {120, 40}} {
			lead := func() *drive {
				d := start(t, newFake(shop()), size[0], size[1])
				lead(t, d)
				d.elapse()
				d.got = nil
				return d
			}
			d := lead()
			keys := d.model().footerKeys(d.model().screen().draw(d.model(), d.model().layout()).idle)
			if len(keys) == 0 {
				t.Errorf("%s: no key", name)
			}
			for i, b := range keys {
				if i > 0 {
					d = lead()
				}
				before, decisions := d.screen(), fmt.Sprint(d.model().session.Decisions())
				d.press(b.keys[0])
				if said := d.model().toast; said.text != "" {
					for _, words := range []string{"Nothing", "nothing", "no other", "only finding", "There is no", "No ", "cells:"} {
						if strings.HasPrefix(said.text, words) || strings.Contains(said.text, " "+words) {
							t.Errorf("%s %v: %s is in the footer and says %q", name, size, b.keys[0], said.text)
						}
					}
				}
				same := d.screen() == before && fmt.Sprint(d.model().session.Decisions()) == decisions
				if told := slices.ContainsFunc(d.got, func(tea.Msg) bool { return true }); same && !told && !d.quit {
					t.Errorf("%s %v: %s (%s) is in the footer and does nothing:\n%s", name, size, b.keys[0], b.label, before)
				}
			}
		}
	}
}

// TestNoKeyActsUnderAnOverlay: what lies under an overlay hears no key, whatever it
// would mean there.
func TestNoKeyActsUnderAnOverlay(t *testing.T) {
	t.Parallel()
	for _, at := range []place{onQuit, onChanged, onResume, onNotice, onHelp} {
		d := start(t, newReal(t), 80, 24)
		realWays[at](t, d)
		d.at(at)
		before, decisions := d.screen(), fmt.Sprint(d.model().session.Decisions())
		for _, row := range keymap {
			for _, b := range row {
				for _, key := range b.keys {
					if _, own := lookup(keymap[at], key); own {
						continue
					}
					d.press(key)
					if d.screen() != before || fmt.Sprint(d.model().session.Decisions()) != decisions || len(d.backend.commits) > 0 {
						t.Fatalf("%s acts under %s:\n%s", key, at, d.screen())
					}
				}
			}
		}
	}
}
