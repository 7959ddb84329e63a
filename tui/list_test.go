package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/review"
	"github.com/oakum-sec/oakum/tui/widget"
)

// startReal opens the list of the repository of testdata with the real rules.
func realList(t testing.TB, width, height int) *drive {
	t.Helper()
	return start(t, newReal(t), width, height)
}

// TestGoldensOfTheList compares what the list can look like, made by the real engine:
// grouped, folded, filtered, and with decisions.
func TestGoldensOfTheList(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]string{
		"by-rule":     {"t", "t"},
		"by-service":  {"t", "t", "t", "t"},
		"places-open": {"t", "t", "]", "]", "]", "]", "]", "j", "l"},
		"group":       {"k"},
		"safe":        {"f"},
		"accepted":    {"A", "j", "j", "space"},
	} {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(t *testing.T) {
				d := realList(t, size[0], size[1])
				d.press(keys...)
				d.elapse()
				d.sound()
				compare(t, fmt.Sprintf("list-%s-%dx%d-plain", name, size[0], size[1]), d.model().frame())
			})
		}
	}
	for _, look := range []string{"light", "dark"} {
		for _, size := range sizes[1:] {
			d := start(t, newReal(t), size[0], size[1], func(o *Options) { o.Theme, o.NoColor = look, false })
			compare(t, fmt.Sprintf("list-%dx%d-%s", size[0], size[1], look), d.model().frame())
		}
	}
}

// TestTheWalkHasTheOrderOfTheList goes through the review in every grouping, filtered and
// not, and through the list, and meets the same findings in the same order.
func TestTheWalkHasTheOrderOfTheList(t *testing.T) {
	d := realList(t, 120, 40)
	for by := range groupings {
		for _, level := range []fixer.Level{0, fixer.Review} {
			d.run(d.model().home())
			d.model().list.show(d.model(), filter{level: level}, by)
			var want []fixer.Key
			var at []string // as the list and the review count them
			findings := 0
			for _, r := range d.model().list.rows {
				if r.outcome != nil && r.outcome.Result != engine.AlreadySuppressed {
					want = append(want, r.outcome.Finding.Key())
					from := findings + 1
					if findings += len(r.placesOf()); from == findings {
						at = append(at, fmt.Sprint(from))
					} else {
						at = append(at, fmt.Sprintf("%d–%d", from, findings))
					}
				}
			}
			d.run(d.model().push(newReview(want[0])))
			for i, k := range want {
				s, ok := d.model().screen().(*reviewScreen)
				if !ok || s.key != k {
					t.Fatalf("by %s, level %s: the walk is not at %v, number %d of the list", by, level, k, i+1)
				}
				d.wants(fmt.Sprintf("review %s of %d", at[i], findings))
				d.press("]")
			}
		}
	}
}

// TestPositionIsThatOfTheWalk: the list counts as the review does.
func TestPositionIsThatOfTheWalk(t *testing.T) {
	d := realList(t, 120, 40)
	d.press("j", "j", "j")
	d.wants("findings · 4 of 65")
	d.press("enter")
	d.wants("review 4 of 65")
	d.press("esc", "g")
	d.wants("findings · file 1 of 6")
}

// TestAQuestionIsAskedOnce answers one question in all places, takes that back in one
// step, and again from the review.
func TestAQuestionIsAskedOnce(t *testing.T) {
	d := realList(t, 120, 40)
	list := d.model().list
	list.show(d.model(), filter{}, byRule)
	var q *row
	for _, r := range list.rows {
		if r.places != nil && r.now.Rule == "compose/no-new-privileges" {
			q = r
		}
	}
	if q == nil || len(q.places) != 4 {
		t.Fatalf("no question of 4 places: %+v", q)
	}
	list.list.Select(q.key)
	d.wants("4 places", "accept 4 places")
	d.press("space")
	decides(4)(t, d, "")
	d.wants("Accepted no-new-privileges in 4 of 4 places", "[✓] MED  ▸ 4 places")
	d.press("u")
	decides(0)(t, d, "")
	d.press("enter")
	d.at(onReview)
	d.wants("Places", "accept all places")
	d.press("y")
	decides(4)(t, d, "")
	d.press("u", "esc")
	list.list.Select(q.key)
	d.press("l", "j") // the first of its places
	if r := list.current(); r.under != q.key {
		t.Fatalf("the cursor is on %q", r.key)
	}
	d.press("space")
	decides(1)(t, d, "")
	d.press("h")
	d.wants("[~] MED  ▸ 4 places", "1 accepted", "accept 3 more")
	d.press("space")
	decides(4)(t, d, "")
	d.press("space")
	decides(0)(t, d, "")
	d.wants("Took back no-new-privileges in 4 of 4 places")
}

// TestFindingsThatDifferAreNotOneQuestion: another level, other values or other words
// of a fix are another question.
func TestFindingsThatDifferAreNotOneQuestion(t *testing.T) {
	f := func(change func(*fixer.Finding)) string {
		x := &fixer.Finding{Rule: "compose/x", Severity: fixer.Medium, Fixes: []fixer.Fix{
			{ID: "set", Title: "set it", Level: fixer.Safe, Params: []fixer.Param{{Name: "uid", Default: "1000"}}},
		}}
		change(x)
		return review.Question(&engine.Outcome{Result: engine.Open}, x)
	}
	same := f(func(*fixer.Finding) {})
	if f(func(x *fixer.Finding) { x.File, x.Path, x.Line, x.Message = "other", "services.b", 7, "other" }) != same {
		t.Error("the place makes it another question")
	}
	for name, change := range map[string]func(*fixer.Finding){
		"rule":        func(x *fixer.Finding) { x.Rule = "compose/y" },
		"severity":    func(x *fixer.Finding) { x.Severity = fixer.High },
		"id":          func(x *fixer.Finding) { x.Fixes[0].ID = "other" },
		"title":       func(x *fixer.Finding) { x.Fixes[0].Title = "set it to 2" },
		"level":       func(x *fixer.Finding) { x.Fixes[0].Level = fixer.Review },
		"breaks":      func(x *fixer.Finding) { x.Fixes[0].Breaks = "Applications that write" },
		"value":       func(x *fixer.Finding) { x.Fixes[0].Params[0].Default = "0" },
		"alternative": func(x *fixer.Finding) { x.Fixes = append(x.Fixes, fixer.Fix{ID: "b"}) },
	} {
		if f(change) == same {
			t.Errorf("another %s is the same question", name)
		}
	}
	if f(func(x *fixer.Finding) { x.Fixes = nil }) != "" {
		t.Error("what has no fix asks something")
	}
}

// TestAcceptingHonoursTheFilter accepts only what is shown, says so, and undoes it in one
// step.
func TestAcceptingHonoursTheFilter(t *testing.T) {
	d := realList(t, 200, 60)
	d.wants("A all safe (19)")
	d.press("/")
	d.typeText("k8s/cache.yaml")
	d.press("enter")
	d.wants("A all safe shown (5)")
	d.press("A")
	for k := range d.model().session.Decisions() {
		if k.File != "k8s/cache.yaml" {
			t.Errorf("%v was accepted and is not shown", k)
		}
	}
	if n := len(d.model().session.Decisions()); n < 5 {
		t.Errorf("%d accepted, want 5 at least", n)
	}
	d.wants("(shown and safe)", "u to undo")
	d.press("u")
	decides(0)(t, d, "")
}

// TestAcceptingAGroup accepts on the header of a group in every grouping what is in it, and
// nothing else.
func TestAcceptingAGroup(t *testing.T) {
	d := realList(t, 200, 60)
	for by := range groupings {
		list := d.model().list
		list.show(d.model(), filter{}, by)
		list.list.Top()
		d.press("]") // the second group
		group, ok := list.group()
		if !ok {
			t.Fatalf("by %s: the cursor is on no header", by)
		}
		in := map[fixer.Key]bool{}
		for _, r := range d.model().current.rows {
			if r.outcome != nil && by.name(r) == group {
				in[r.outcome.Finding.Key()] = true
			}
		}
		want := list.groups[group].fixes
		d.wants(fmt.Sprintf("a all of this %s (%d)", by, want))
		d.press("a")
		all := d.model().session.Decisions()
		for k := range all {
			if !in[k] && d.model().current.outcome(k) != nil && !d.model().current.outcome(k).New {
				t.Errorf("by %s: %v was accepted and is not in %s", by, k, group)
			}
		}
		if len(all) < want {
			t.Errorf("by %s: %d were accepted in %s, want %d", by, len(all), group, want)
		}
		d.wants("Accepted", "u to undo")
		d.press("u")
		decides(0)(t, d, "")
		d.sound()
	}
}

// TestCountsAddUp: the groups add up to the whole, the whole to the plan, and every
// count to its parts, whatever was decided.
func TestCountsAddUp(t *testing.T) {
	d := realList(t, 120, 40)
	for i, keys := range [][]string{nil, {"A"}, {"j", "j", "enter", "n", "esc"}, {"t", "t", "ctrl+a"}, {"t"}, {"u"}} {
		d.press(keys...)
		list := d.model().list
		var sum review.Tally
		for _, name := range list.order {
			g := list.groups[name].Tally
			if g.Accepted+g.Closed+g.Skipped+g.Suppressed+g.Left != g.All {
				t.Errorf("step %d: %s does not add up: %+v", i, name, g)
			}
			sum.All += g.All
			sum.Left += g.Left
			sum.Accepted += g.Accepted
		}
		all := d.model().current.sum
		if sum.All != all.All || sum.Left != all.Left || sum.Accepted != all.Accepted || all.All != len(d.model().current.plan.Outcomes) {
			t.Errorf("step %d: the groups come to %+v, the plan to %+v", i, sum, all)
		}
		d.elapse()
		d.wants(all.Words())
	}
}

// TestRowsSayWhatAndOnWhich: at no width is the title or the object of a row gone.
func TestRowsSayWhatAndOnWhich(t *testing.T) {
	d := realList(t, 60, 60)
	for width := 60; width <= 200; width += 7 {
		d.send(tea.WindowSizeMsg{Width: width, Height: 60})
		for by := range groupings {
			d.model().list.show(d.model(), filter{}, by)
			list := d.model().list
			pane := d.model().layout().listWidth
			for _, r := range list.rows {
				if r.outcome == nil || r.places != nil {
					continue
				}
				line := plain(drawRow(d.model(), r, pane-1, false))
				if w := widget.Width(line); w > pane-1 {
					t.Fatalf("%d wide in %d: %q", w, pane-1, line)
				}
				if r.objectIn(by) == "" {
					continue // the header says it, or the file
				}
				end := r.object[max(0, len(r.object)-leastName+1):]
				if !strings.Contains(line, end) && !strings.Contains(line, shortKind(r.object)) && !strings.Contains(line, r.object[:min(len(r.object), leastName-1)]) {
					t.Errorf("width %d by %s: %q says not on which object: %s", width, by, line, r.object)
				}
				if title := r.title[:min(len(r.title), 9)]; by != byRule && !strings.Contains(line, title) {
					t.Errorf("width %d by %s: %q says not what is wrong: %s", width, by, line, r.title)
				}
				for _, full := range []string{r.title, r.object} {
					if by != byRule && !strings.Contains(line, full) && !strings.Contains(line, shortKind(full)) && !strings.Contains(line, "…") {
						t.Errorf("width %d by %s: %q is cut without a sign", width, by, line)
					}
				}
			}
		}
	}
}

// TestResizingTheList keeps what a person chose for the session.
func TestResizingTheList(t *testing.T) {
	d := realList(t, 120, 40)
	was := d.model().layout().listWidth
	d.press("-", "-")
	if is := d.model().layout().listWidth; is != was-2*widthStep {
		t.Errorf("%d wide, want %d", is, was-2*widthStep)
	}
	d.press("enter", "esc")
	if is := d.model().layout().listWidth; is != was-2*widthStep {
		t.Error("the review made the list as wide as before")
	}
	for range 40 {
		d.press("+")
		d.sound()
	}
	d.wants("cannot be resized any further")
	if is := d.model().layout(); is.detailWidth < leastBeside {
		t.Errorf("%d cells are left for the detail", is.detailWidth)
	}
	d.send(tea.WindowSizeMsg{Width: 70, Height: 24})
	d.press("+")
	d.wants("tab shows the other one")
	before := d.screen()
	d.press("tab")
	redraws(t, d, before)
}

// TestClickOnAGroupOpensIt, and on a question that has the cursor lists its places.
func TestClickOnAGroupOpensIt(t *testing.T) {
	d := realList(t, 120, 40)
	list := d.model().list
	lines := list.list.Window().Lines
	click := func(y int) { d.send(tea.MouseClickMsg{X: 10, Y: y, Button: tea.MouseLeft}) }
	click(2) // the first header
	if list.list.Window().Lines >= lines {
		t.Error("a click does not close the group")
	}
	click(2)
	if list.list.Window().Lines != lines {
		t.Error("a second click does not open it")
	}
	at := list.list.Key()
	d.send(tea.MouseWheelMsg{X: 100, Y: 20, Button: tea.MouseWheelDown})
	if list.list.Key() != at || list.list.Window().Top != 0 {
		t.Error("the wheel over the detail scrolls the list")
	}
	d.send(tea.MouseWheelMsg{X: 10, Y: 20, Button: tea.MouseWheelDown})
	if list.list.Window().Top == 0 {
		t.Error("the wheel over the list does not scroll it")
	}
}

// TestFooterShowsKeysThatDoSomething presses every key that the footer of the list shows,
// on rows of every kind: each changes the screen, a decision, or says something.
func TestFooterShowsKeysThatDoSomething(t *testing.T) {
	t.Parallel()
	for name, lead := range map[string][]string{
		"finding": nil, "header": {"k"}, "manual": {"j"}, "note": {"G"}, "question": {"t", "t", "]", "]", "]", "]", "]", "j"}, "filtered": {"f"},
	} {
		if testing.Short() && name != "header" {
			continue
		}
		d := start(t, newReal(t), 200, 60)
		d.press(lead...)
		d.elapse()
		l := d.model().layout()
		p := d.model().list.draw(d.model(), l)
		footer := strings.Join(d.model().footer(d.model().footerItems(p, l), l), " ")
		for _, b := range onListShown(footer) {
			d := start(t, newReal(t), 200, 60)
			d.press(lead...)
			d.elapse()
			before, told := d.screen(), len(d.got)
			d.press(b)
			if !d.quit && d.screen() == before && len(d.got) == told {
				t.Errorf("%s: %q is shown and does nothing:\n%s", name, b, before)
			}
		}
	}
}

// onListShown are the keys that a footer names.
func onListShown(footer string) []string {
	var out []string
	for _, b := range keymap[onList] {
		if b.label != "" && strings.Contains(" "+plain(footer), " "+b.keys[0]+" ") {
			out = append(out, b.keys[0])
		}
	}
	return out
}
