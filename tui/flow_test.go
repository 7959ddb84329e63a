package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"oakum/fixer"
	"oakum/fixer/engine"
	"oakum/fixer/image"
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
	d.wants("accepted 2 fixes: safe")
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

func TestOnlyEnterOnThePlanWrites(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("A", "enter", "y", "enter", "a", "z", "y", "esc", "w")
	d.at(onPlan)
	for _, key := range []string{"space", "space", "P", "c", "j", "k", "y", "Y", "w", "s", "g", "G", "]", "["} {
		d.press(key)
		d.at(onPlan)
	}
	if len(b.commits) != 0 {
		t.Fatalf("%d commits before enter", len(b.commits))
	}
	d.press("enter")
	if len(b.commits) != 1 {
		t.Fatalf("%d commits after enter", len(b.commits))
	}
}

func TestHeldEnterNeverWrites(t *testing.T) {
	sources := shop()[3:] // one finding
	b := newFake(sources)
	d := start(t, b, 80, 24)
	d.press("enter", "enter") // review, accept; the plan opens by itself
	d.at(onPlan)
	d.press("enter", "enter", "enter")
	if len(b.commits) != 0 {
		t.Fatal("a held enter wrote the plan it had just opened")
	}
	d.elapse()
	d.press("enter")
	if len(b.commits) != 1 {
		t.Fatal("enter does not write after the grace")
	}
}

func TestInterruptWritesNothing(t *testing.T) {
	for _, keys := range [][]string{{}, {"A"}, {"A", "w"}, {"enter", "p"}, {"/"}, {"i"}, {"?"}, {"A", "q"}} {
		b := newFake(shop())
		d := start(t, b, 80, 24)
		d.press(keys...)
		d.press("ctrl+c")
		if res := d.app.Result(); !d.quit || res.ExitCode() != 130 || len(b.commits) > 0 {
			t.Errorf("after %q: quit %v, exit code %d, %d commits", keys, d.quit, res.ExitCode(), len(b.commits))
		}
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
	d.wants("nothing to undo")
	d.press("ctrl+r", "ctrl+r", "ctrl+r")
	if got := len(s.Decisions()); got != all {
		t.Fatalf("%d decisions after redo, want %d", got, all)
	}
	d.press("ctrl+r")
	d.wants("nothing to redo")
}

func TestSpaceTakesBack(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	d.press("space")
	d.wants("[✓] CRIT")
	d.press("space")
	d.wants("[ ] CRIT", "took back")
}

func TestClosedAndNewAreShown(t *testing.T) {
	d := start(t, newFake(shop()), 140, 40)
	k := find(t, d, "compose/privileged")
	d.model().list.list.Select(k.String())
	d.press("space")
	d.wants("[=] LOW  api: all devices")
	d.model().list.list.Select(find(t, d, "compose/writable-root").String())
	d.press("j", "k") // point the detail at it
	d.wants("opens   tmpfs (compose.yaml api)")
	d.press("space")
	d.wants("new api: no tmpfs")
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
	d.wants("blocked: the finding is still there")
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
	d.wants("USER 1001", "before CMD, with uid=1001")
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
	d.wants("a reason is needed")
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

func TestLeavingAFileOutTakesItsFixesAlong(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 140, 40)
	openReview(t, d, "cross/ports")
	d.press("y", "esc")
	d.model().list.list.Select(find(t, d, "kubernetes/seccomp").String())
	d.press("space", "w")
	d.wants("3 files")
	d.press("space") // Dockerfile: the fix in it also changes compose.yaml
	d.wants("left out", "write 1 file")
	d.press("enter")
	d.at(onDone)
	if b.files["Dockerfile"] != shopDockerfile || b.files["compose.yaml"] != shopCompose {
		t.Error("a file was changed by a fix that was left out")
	}
	if b.files["k8s/web.yaml"] == shopManifest {
		t.Error("the other file was not written")
	}
	if _, ok := d.model().session.Decision(find(t, d, "cross/ports")); !ok {
		t.Error("leaving a file out lost the verdict")
	}
}

func TestChangedOnDisk(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("A")
	b.files["compose.yaml"] += "# edited meanwhile\n"
	d.press("w", "enter")
	d.at(onChanged)
	d.wants("compose.yaml: it holds other bytes than were read")
	d.press("r") // swallowed: the overlay opened by itself
	d.at(onChanged)
	d.elapse()
	d.press("r")
	d.at(onPlan)
	if n := len(d.model().session.Decisions()); n != 2 {
		t.Fatalf("%d decisions after reading again, want 2", n)
	}
	d.press("enter")
	d.at(onDone)
	if !strings.HasSuffix(b.files["compose.yaml"], "# edited meanwhile\n") {
		t.Error("what was edited meanwhile is gone")
	}
}

func TestCommitFails(t *testing.T) {
	b := newFake(shop())
	b.commitErr = errors.New("no space left on device")
	d := start(t, b, 80, 24)
	d.press("A", "w", "enter")
	d.at(onNotice)
	d.wants("nothing was written", "no space left on device")
	d.elapse()
	d.press("esc")
	d.at(onPlan)
	b.commitErr = nil
	d.press("enter")
	d.at(onDone)
}

func TestEditorAndLostVerdicts(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("e")
	d.wants("no editor: EDITOR is not set")
	b.editor = func() {}
	d.press("space", "e")
	if len(d.got) == 0 {
		t.Fatal("e starts nothing")
	}
	// The person adds a USER; the program is told when the editor ends.
	b.files["Dockerfile"] = strings.Replace(shopDockerfile, "CMD", "USER 1000\nCMD", 1)
	d.send(editedMsg{})
	d.at(onNotice)
	d.wants("no longer attached: 1 verdict", "accept  runs-as-root")
	d.elapse()
	d.press("esc")
	d.at(onList)
	d.send(editedMsg{errors.New("exit status 1")})
	d.wants("the editor failed")
}

func TestCrashAndResume(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("space", "A")
	kept := b.kept
	if len(kept) != 3 {
		t.Fatalf("%d verdicts kept, want 3", len(kept))
	}
	d = start(t, b, 80, 24) // the first one was killed
	d.at(onResume)
	d.press("y")
	d.at(onResume) // type-ahead is not an answer
	d.elapse()
	d.press("y")
	d.at(onList)
	d.wants("took up 3 verdicts", "[✓] CRIT")

	d.press("w", "enter")
	if len(b.kept) != 0 {
		t.Fatalf("%d verdicts kept after all was written", len(b.kept))
	}
	d = start(t, b, 80, 24)
	d.at(onList)
}

func TestResumeListsWhatIsLost(t *testing.T) {
	b := newFake(shop())
	b.kept = engine.Decisions{
		{Rule: "gone/rule", File: "Dockerfile", Path: "x"}:                              {Verdict: engine.Skip},
		{Rule: "dockerfile/runs-as-root", File: "Dockerfile", Path: "stage run"}:        {Verdict: engine.Accept, Fix: "no-such-fix"},
		{Rule: "dockerfile/secret-in-arg", File: "Dockerfile", Path: "ARG NPM_TOKEN"}:   {Verdict: engine.Skip},
		{Rule: "compose/writable-root", File: "compose.yaml", Path: "services.api"}:     {Verdict: engine.Accept},
		{Rule: "compose/tmpfs", File: "compose.yaml", Path: "services.api"}:             {Verdict: engine.Accept}, // comes up later
		{Rule: "compose/privileged", File: "compose.yaml", Path: "services.api"}:        {Verdict: engine.Accept, Params: fixer.Params{"no": "such"}},
		{Rule: "compose/no-new-privileges", File: "compose.yaml", Path: "services.api"}: {Verdict: "nonsense"},
	}
	d := start(t, b, 80, 24)
	d.elapse()
	d.press("y")
	d.at(onNotice)
	d.wants("no longer attached: 4 verdicts", "gone/rule"[5:], "runs-as-root", "privileged")
	if got := len(d.model().session.Decisions()); got != 3 {
		t.Fatalf("%d decisions, want 3", got)
	}
}

func TestResumeForgets(t *testing.T) {
	b := newFake(shop())
	b.kept = engine.Decisions{{Rule: "dockerfile/secret-in-arg", File: "Dockerfile", Path: "ARG NPM_TOKEN"}: {Verdict: engine.Skip}}
	d := start(t, b, 80, 24)
	d.elapse()
	d.press("n")
	if len(b.kept) != 0 || len(d.model().session.Decisions()) != 0 {
		t.Fatal("forgotten verdicts are still there")
	}
}

func TestQuitAsksOnlyForUnwrittenWork(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	d.press("q")
	if !d.quit {
		t.Fatal("q does not leave")
	}
	b := newFake(shop())
	d = start(t, b, 80, 24)
	d.press("A", "q")
	d.at(onQuit)
	d.press("esc")
	d.at(onList)
	d.press("q", "w")
	d.at(onPlan)
	d.press("q", "P")
	if !d.quit || len(b.patches) != 1 || !strings.Contains(d.app.Result().Summary, "oakum.patch") {
		t.Fatalf("quit %v, %d patches, summary %q", d.quit, len(b.patches), d.app.Result().Summary)
	}
	b = newFake(shop())
	d = start(t, b, 80, 24)
	d.press("A", "q", "q")
	if !d.quit || len(b.kept) != 0 || len(b.commits) != 0 {
		t.Fatal("discarding did not forget, or wrote")
	}
}

func TestPatchIsWhatWouldBeWritten(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("A", "w", "P")
	d.wants("saved as oakum.patch")
	if !strings.Contains(b.patches[0], "+    security_opt:\n") || !strings.HasPrefix(b.patches[0], "--- a/compose.yaml\n") {
		t.Fatalf("patch:\n%s", b.patches[0])
	}
	d.press("c")
	d.wants("copied the patch")
	b.patchErr = errors.New("read-only file system")
	d.press("P")
	d.wants("read-only file system")
}

func TestLateFacts(t *testing.T) {
	b := newFake(shop())
	d := open(t, b)
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	facts := make(chan *fixer.Facts, 1)
	b.facts = facts
	d.slow = true // waiting for facts would block the test
	d.run(d.app.d.load())
	for d.model().session == nil {
		cmd := d.queue[0]
		d.queue = d.queue[1:]
		d.deliver(cmd())
	}
	d.press("G")
	for d.model().list.finding() == nil {
		d.press("k")
	}
	key := d.model().list.finding().Finding.Key()
	if key.Rule != "kubernetes/seccomp" || !strings.Contains(d.screen(), "review  1/1") {
		t.Fatalf("cursor on %v", key)
	}
	d.press("A") // nothing of Kubernetes is safe yet
	facts <- &fixer.Facts{Images: map[string]image.Config{"shop/web:2.0": {}}}
	close(facts)
	d.drain()
	if now := d.model().list.finding(); now == nil || now.Finding.Key() != key {
		t.Fatalf("the cursor moved to %v", now)
	}
	if lvl := d.model().list.finding().Finding.Level(); lvl != fixer.Safe {
		t.Fatalf("level %s after the registry answered", lvl)
	}
	if _, ok := d.model().session.Decision(key); ok {
		t.Error("a verdict was made up")
	}
	d.wants("safe")
	d.press("A")
	d.drain()
	if _, ok := d.model().session.Decision(key); !ok {
		t.Error("the new level does not count")
	}
}

func TestSupersededResultsAreDropped(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	d.slow = true
	d.press("space")
	d.wants("[✓] CRIT", "wait…")
	old := d.queue
	d.queue = nil
	d.press("u")
	// The fold of the first decision arrives after it was undone.
	d.queue = append(old, d.queue...)
	d.drain()
	if got := d.model().current; got.gen != d.model().generation || got.done() != 0 {
		t.Fatalf("gen %d of %d, %d done", got.gen, d.model().generation, got.done())
	}
	d.wants("[ ] CRIT")
}

func TestHoldingAKeyFoldsTwice(t *testing.T) {
	d := start(t, newFake(shop()), 60, 20)
	d.slow = true
	for range 20 {
		d.press("space")
	}
	folds := 0
	var run func(cmds []tea.Cmd)
	run = func(cmds []tea.Cmd) {
		for _, c := range cmds {
			if c == nil {
				continue
			}
			switch msg := c().(type) {
			case tea.BatchMsg:
				run(msg)
			case foldedMsg:
				folds++
			}
		}
	}
	run(d.queue)
	if folds != 1 {
		t.Fatalf("%d folds under way at once", folds)
	}
}

func TestKeysWaitForTheSession(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	d.slow = true
	d.press("A") // lends the session
	d.press("j") // moving needs no session
	d.press("space", "u", "u")
	if len(d.model().queuedKeys) != 3 {
		t.Fatalf("%d keys held, want 3", len(d.model().queuedKeys))
	}
	d.sound()
	d.drain()
	if n := len(d.model().session.Decisions()); n != 0 {
		t.Fatalf("%d decisions: the keys were not pressed in order", n)
	}
	if len(d.model().queuedKeys) != 0 {
		t.Fatal("keys are still held")
	}
}

func TestScanErrorAndSlowStart(t *testing.T) {
	b := newFake(shop())
	b.loadErr = errors.New("open \x1b[31mshop: permission denied")
	d := start(t, b, 80, 24)
	d.wants("this cannot be read", "open ^[[31mshop: permission denied")
	d.press("q")
	if !d.quit {
		t.Fatal("q does not leave")
	}
	d = open(t, newFake(shop()))
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	d.wants("looking for Dockerfiles")
	d.send(progressMsg{progress: fixer.Progress{Found: 10, Read: 4}, more: closedProgress()})
	d.wants("reading 4 of 10 files")
	d.sound()
}

func closedProgress() <-chan fixer.Progress {
	ch := make(chan fixer.Progress)
	close(ch)
	return ch
}

func TestNothingFound(t *testing.T) {
	for name, sources := range map[string][]fixer.Source{
		"there is no Dockerfile, Compose file or Kubernetes": nil,
		"every rule is content":                              {{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM scratch\nUSER 1\n")}},
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

func TestSaveFailureIsSaidOnce(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	b.keepErr = errors.New("disk full")
	d.press("space")
	d.wants("verdicts are not kept", "disk full")
	d.press("j", "j", "j", "space")
	if strings.Contains(d.screen(), "disk full") {
		t.Error("said twice")
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
	d.wants("no browser here", "copied https://example.org/DL3002")
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
	d.wants("showing safe")
	if len(d.model().list.queue) != 2 {
		t.Fatalf("%d findings, want the 2 safe ones", len(d.model().list.queue))
	}
}

// TestFileLeftOutStaysOut: leaving the plan and coming back, by any way, does
// not take a file in again.
func TestFileLeftOutStaysOut(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 140, 40)
	d.press("A")
	d.model().list.list.Select(find(t, d, "kubernetes/seccomp").String())
	d.press("space", "w")
	d.wants("write 2 files")
	d.press("space") // compose.yaml
	d.wants("left out", "write 1 file", "1 file left out: space on it takes it in again")
	for _, way := range [][]string{{"esc", "w"}, {"q", "w"}, {"esc", "u", "ctrl+r", "w"}, {"esc", "q", "w"}} {
		d.press(way...)
		d.at(onPlan)
		d.wants("left out", "write 1 file")
	}
	d.press("esc", "q", "P") // the patch of the question is that of the plan
	if len(b.patches) != 1 || strings.Contains(b.patches[0], "compose.yaml") || !strings.Contains(b.patches[0], "k8s/web.yaml") {
		t.Fatalf("patches %q", b.patches)
	}

	b = newFake(shop())
	d = start(t, b, 140, 40)
	d.press("A")
	d.model().list.list.Select(find(t, d, "kubernetes/seccomp").String())
	d.press("space", "w", "space", "esc", "w", "enter")
	d.at(onDone)
	if b.files["compose.yaml"] != shopCompose {
		t.Errorf("the file that was left out was written:\n%s", b.files["compose.yaml"])
	}
	if b.files["k8s/web.yaml"] == shopManifest {
		t.Error("the other file was not written")
	}
	d.wants("left out by you: 1 file", "compose.yaml")
	d.press("esc", "w") // still out: taken in again it is written
	d.wants("write 0 files")
	d.press("enter")
	d.wants("there is nothing to write")
	d.press("space", "enter")
	d.at(onDone)
	if b.files["compose.yaml"] == shopCompose {
		t.Error("the file that was taken in again was not written")
	}
}
