package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// after returns what the files are when an engine session, and no interface,
// has made the decisions.
func after(t *testing.T, sources []fixer.Source, decide func(*engine.Session)) string {
	t.Helper()
	s := engine.NewSession(fixer.NewSnapshot(sources), nil, fakeRules())
	decide(s)
	b := newFake(sources)
	for _, c := range s.Plan().Changes {
		b.files[c.Path] = string(c.After)
	}
	return b.disk()
}

func TestAllSafeIsWhatTheEngineDoes(t *testing.T) {
	want := after(t, shop(), func(s *engine.Session) { s.AcceptAll(fixer.Safe, nil) })
	b := newFake(shop())
	before := b.disk()
	d := start(t, b, 80, 24)
	d.press("A")
	if b.disk() != before {
		t.Fatal("A wrote files")
	}
	d.wants("Accepted 2 fixes (safe); 10 left")
	d.press("w")
	d.at(onPlan)
	if b.disk() != before {
		t.Fatal("opening the plan wrote files")
	}
	d.press("enter")
	d.at(onDone)
	if b.disk() != want {
		t.Errorf("the interface wrote\n%s\nthe engine would\n%s", b.disk(), want)
	}
	if want == before {
		t.Fatal("the fixture has no safe fix: this test shows nothing")
	}
	if got := d.app.Result(); !slices.Equal(got.Written, []string{"compose.yaml"}) || !strings.Contains(got.Summary, "oakum undo") {
		t.Errorf("result %+v", got)
	}
}

func TestWalkingAcceptsTheSameInAnyOrder(t *testing.T) {
	want := after(t, shop(), func(s *engine.Session) { s.AcceptAll(fixer.Review, nil) })
	// Walking forward with y, n where there is no fix, until the plan opens.
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("enter")
	for range 40 {
		if d.model().top().place() != onReview {
			break
		}
		o := d.model().current.outcome(d.model().screen().(*reviewScreen).key)
		if len(o.Finding.Fixes) == 0 {
			d.press("n")
		} else {
			d.press("y")
		}
	}
	d.at(onPlan)
	d.elapse() // the grace of a plan that opened by itself
	d.press("enter")
	d.at(onDone)
	if b.disk() != want {
		t.Errorf("walking wrote\n%s\nthe engine would\n%s", b.disk(), want)
	}
	// Backwards through the list with space.
	b = newFake(shop())
	d = start(t, b, 140, 40)
	for range 3 { // what comes up after other fixes needs another round
		d.press("G")
		for range 30 {
			if o := d.model().list.finding(); o != nil && d.model().open(o.Finding.Key()) && len(o.Finding.Fixes) > 0 {
				d.press("space")
			}
			d.press("k")
		}
	}
	d.press("w", "enter")
	d.at(onDone)
	if b.disk() != want {
		t.Errorf("choosing backwards wrote\n%s\nthe engine would\n%s", b.disk(), want)
	}
}

func TestUndoRedo(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	d.press("space", "j", "j", "j", "space", "A")
	s := d.model().session
	all := len(s.Decisions())
	if all != 4 {
		t.Fatalf("%d decisions, want 4:\n%s", all, d.screen())
	}
	for _, want := range []int{2, 1, 0} {
		d.press("u")
		if got := len(s.Decisions()); got != want {
			t.Fatalf("%d decisions after undo, want %d", got, want)
		}
	}
	d.press("u")
	d.wants("Nothing to undo here")
	d.press("ctrl+r", "ctrl+r", "ctrl+r")
	if got := len(s.Decisions()); got != all {
		t.Fatalf("%d decisions after redo, want %d", got, all)
	}
	d.press("ctrl+r")
	d.wants("Nothing to redo")
}

func TestSpaceTakesBack(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	d.press("space")
	d.wants("[✓] CRIT")
	d.press("space")
	d.wants("[ ] CRIT", "Took back")
}

func TestClosedAndNewAreShown(t *testing.T) {
	d := start(t, newFake(shop()), 140, 40)
	k := find(t, d, "compose/privileged")
	d.model().list.list.Select(k.String())
	d.press("space")
	d.wants("[=] LOW  all devices · api", "closed by privileged")
	d.model().list.list.Select(find(t, d, "compose/writable-root").String())
	d.press("j", "k") // point the detail at it
	d.wants("Opens   tmpfs (compose.yaml api)")
	d.press("space")
	d.wants("new no tmpfs · api")
}

func find(t *testing.T, d *drive, rule string) fixer.Key {
	t.Helper()
	for _, o := range d.model().current.plan.Outcomes {
		if o.Finding.Rule == rule {
			return o.Finding.Key()
		}
	}
	t.Fatalf("no finding of %s", rule)
	return fixer.Key{}
}

func openReview(t *testing.T, d *drive, rule string) {
	t.Helper()
	d.run(d.model().push(newReview(find(t, d, rule))))
	d.at(onReview)
}

func TestBlockedAndRefusedSayWhy(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	openReview(t, d, "compose/stubborn")
	d.wants("blocked: the finding remains")
	d.press("y")
	d.press("[")
	d.wants("State   blocked")
	openReview(t, d, "compose/refusing")
	d.wants("refused: the value is an alias here")
}

func TestAlternativesAndParameters(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("enter")
	d.wants("fix 1 of 2", "USER 65532")
	d.press("tab")
	d.wants("fix 2 of 2", "USER node")
	d.press("shift+tab", "p")
	d.at(onOptions)
	d.wants("same as  oakum fix --select dockerfile/runs-as-root --level review")
	d.press("down", "down", "down") // past the alternatives to the uid
	d.press("ctrl+u")
	d.typeText("x")
	d.wants("a number from 1 is needed")
	d.press("enter") // refused
	d.at(onOptions)
	d.press("backspace")
	d.typeText("10")
	d.send(tea.PasteMsg{Content: "01"})
	d.wants("--set", "uid=1001", "USER 1001")
	d.press("enter")
	d.at(onReview)
	if v, ok := d.model().session.Decision(find(t, d, "dockerfile/runs-as-root")); !ok || v.Params["uid"] != "1001" {
		t.Fatalf("decision %+v", v)
	}
}

// TestValuesAcceptedInTheOptionsStay: the review goes on with the values that
// were accepted there, in what it shows and in what y accepts.
func TestValuesAcceptedInTheOptionsStay(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	d.press("enter")
	d.press("p", "down", "down", "down", "ctrl+u")
	d.typeText("1001")
	d.press("enter")
	d.at(onReview)
	openReview(t, d, "dockerfile/runs-as-root")
	d.wants("USER 1001", "before CMD (uid=1001)")
	d.press("y")
	if v, ok := d.model().session.Decision(find(t, d, "dockerfile/runs-as-root")); !ok || v.Params["uid"] != "1001" {
		t.Fatalf("after y the decision is %+v", v)
	}
}

func TestOptionsUseForAll(t *testing.T) {
	d := start(t, newFake(shop()), 80, 40)
	openReview(t, d, "compose/writable-root")
	d.press("p")
	d.wants("use this for 1 other finding of writable-root too")
	d.press("down", "down", "space", "enter")
	n := 0
	for k := range d.model().session.Decisions() {
		if k.Rule == "compose/writable-root" {
			n++
		}
	}
	if n != 2 {
		t.Fatalf("%d decisions, want 2", n)
	}
	d.press("u")
	if n := len(d.model().session.Decisions()); n != 0 {
		t.Fatalf("%d decisions after undo: it was more than one step", n)
	}
}

func TestIgnoreIsPreviewedAndWritten(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("i")
	d.at(onIgnore)
	d.press("enter")
	d.wants("Type a reason first")
	d.typeText("it is a build image")
	d.wants("# oakum: ignore dockerfile/runs-as-root it is a build image")
	d.press("enter")
	d.at(onList)
	d.wants("[i] CRIT")
	d.press("w", "enter")
	if !strings.Contains(b.files["Dockerfile"], "# oakum: ignore dockerfile/runs-as-root it is a build image\n") {
		t.Fatalf("the comment is not in the file:\n%s", b.files["Dockerfile"])
	}
}

func TestNothingFound(t *testing.T) {
	for name, sources := range map[string][]fixer.Source{
		"There is no Dockerfile, Compose file, Kubernetes": nil,
		"No findings. All rules pass.":                     {{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM scratch\nUSER 1\n")}},
	} {
		b := newFake(sources)
		d := start(t, b, 80, 24, func(o *Options) { o.Rules = o.Rules[:1] })
		d.press("space", "enter", "w", "enter", "esc", "A", "a", "i", "p", "x", "z", "e", "u")
		d.sound()
		d.press("esc", "esc", "esc")
		d.wants(name)
		d.press("q")
		if !d.quit {
			t.Errorf("%s: q does not leave", name)
		}
	}
}

func TestReference(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("o")
	if !slices.Equal(b.opened, []string{"https://example.org/DL3002"}) {
		t.Fatalf("opened %q", b.opened)
	}
	b.urlErr = errors.New("no display")
	d.press("o")
	d.wants("No browser here", "copied https://example.org/DL3002")
}

func TestFilter(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	rows := func() int { return len(d.model().list.rows) }
	all := rows()
	d.press("/")
	d.typeText("db")
	d.wants("all /db")
	some := rows()
	if some == 0 || some >= all {
		t.Fatalf("%d of %d rows", some, all)
	}
	d.press("enter")
	d.at(onList)
	if rows() != some {
		t.Fatal("enter lost the filter")
	}
	d.press("/", "home")
	d.typeText("!")
	if rows() != all-some {
		t.Fatalf("inverted: %d of %d rows, want %d", rows(), all, all-some)
	}
	d.press("esc")
	if rows() != all {
		t.Fatal("esc does not clear")
	}
	d.press("/")
	d.typeText("no such thing")
	d.press("enter")
	d.wants("nothing matches the filter")
	d.press("esc")
	if rows() != all {
		t.Fatal("esc on the list does not clear")
	}
	d.press("f")
	d.wants("Showing safe")
	if len(d.model().list.queue) != 2 {
		t.Fatalf("%d findings, want the 2 safe ones", len(d.model().list.queue))
	}
}

// TestOptionsSayWhatIsTyped: the title has the value in the form, and the footer names no
// key that would be typed into it.
func TestOptionsSayWhatIsTyped(t *testing.T) {
	d := start(t, newReal(t), 120, 40)
	d.model().list.list.Select(find(t, d, "dockerfile/runs-as-root").String())
	d.press("p")
	d.at(onOptions)
	d.wants("? help")
	d.press("down", "down", "down")
	if d.model().top().(typist).typing() == nil {
		t.Fatalf("no field is typed into:\n%s", d.screen())
	}
	d.press("ctrl+u")
	d.typeText("1000")
	d.wants("Set USER to 1000:65532")
	if strings.Contains(d.screen(), "? help") || strings.Contains(d.screen(), "Set USER to 65532:65532") {
		t.Errorf("a key that is typed, or the old value:\n%s", d.screen())
	}
	d.press("enter", "enter")
	d.wants("Set USER to 1000:65532")
}

// TestTheReasonNamesEnterBeforeItIsTyped: how to go on is said from the start.
func TestTheReasonNamesEnterBeforeItIsTyped(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	d.press("i")
	d.wants("enter suppress", "Type why the finding stays, then enter")
}

// TestRowsWithoutAFixOfferNoAcceptAll: not even where other findings of the rule have one.
func TestRowsWithoutAFixOfferNoAcceptAll(t *testing.T) {
	d := start(t, newReal(t), 120, 40)
	for _, r := range d.model().list.rows {
		if r.outcome == nil || len(r.now.Fixes) > 0 {
			continue
		}
		d.model().list.list.Select(r.key)
		if strings.Contains(d.screen(), "a all of rule") {
			t.Fatalf("%s %s: all of rule is offered", r.now.Rule, r.object)
		}
	}
}
