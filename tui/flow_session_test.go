package tui

import (
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
)

func TestEditorAndLostVerdicts(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("e")
	d.wants("Cannot start an editor: EDITOR is not set")
	b.editor = func() {}
	d.press("space", "e")
	if len(d.got) == 0 {
		t.Fatal("e starts nothing")
	}
	// The person adds a USER; the program is told when the editor ends.
	b.files["Dockerfile"] = strings.Replace(shopDockerfile, "CMD", "USER 1000\nCMD", 1)
	d.send(editedMsg{})
	d.at(onNotice)
	d.wants("1 decision dropped", "accept  runs-as-root")
	d.elapse()
	d.press("esc")
	d.at(onList)
	d.send(editedMsg{errors.New("exit status 1")})
	d.wants("The editor failed")
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
	d.wants("Resumed 3 decisions", "[✓] CRIT")

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
	d.wants("4 decisions dropped", "gone/rule"[5:], "runs-as-root", "privileged")
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
	d.press("A", "q", "D")
	if !d.quit || len(b.kept) != 0 || len(b.commits) != 0 {
		t.Fatal("discarding did not forget, or wrote")
	}
}

// TestQuitKeepsWhatCtrlCKeeps: however oakum is left, decisions that are not
// written are there the next time, also one that was being saved.
func TestQuitKeepsWhatCtrlCKeeps(t *testing.T) {
	for _, keys := range [][]string{{"ctrl+c"}, {"q", "q"}, {"q", "k"}} {
		b := newFake(shop())
		d := start(t, b, 80, 24)
		d.press("A", "n")
		want := len(b.kept)
		d.press(keys...)
		if !d.quit || len(b.kept) != want || want == 0 || len(b.commits) != 0 {
			t.Errorf("%q: quit %v, %d of %d verdicts kept, %d writes", keys, d.quit, len(b.kept), want, len(b.commits))
		}
	}
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.slow = true
	d.press("space", "j", "j", "j", "space", "q", "q") // the second waits for the save of the first
	d.drain()
	if !d.quit || len(b.kept) != 2 {
		t.Errorf("quit %v, %d verdicts kept, want 2", d.quit, len(b.kept))
	}
	b = newFake(shop())
	d = start(t, b, 80, 24)
	b.keepErr = errors.New("disk full")
	d.press("space", "q")
	d.wants("Decisions cannot be saved: leaving discards them.", "disk full")
}

// TestKeysUnderTheNoticeOfSize: while the terminal is too small to show what a
// key would do, none does anything but leave.
func TestKeysUnderTheNoticeOfSize(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	d.press("w")
	d.at(onPlan)
	d.send(tea.WindowSizeMsg{Width: 40, Height: 10})
	d.wants("Make it larger")
	for _, key := range []string{"enter", "esc", "A", "space", "q", "u", "?", "y", "m"} {
		d.press(key)
	}
	d.send(tea.PasteMsg{Content: "x"})
	if d.quit || len(b.commits) != 0 || len(d.model().session.Decisions()) != 0 || !d.model().mouse {
		t.Error("a key acted on a screen that was not shown")
	}
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	d.at(onPlan)
	d.send(tea.WindowSizeMsg{Width: 40, Height: 10})
	d.press("ctrl+c")
	if !d.quit {
		t.Error("ctrl+c does not leave")
	}
}

func TestLateFacts(t *testing.T) {
	b := newFake(shop())
	d := open(t, b)
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	facts := make(chan fixer.News, 1)
	b.facts = facts
	d.slow = true // waiting for facts would block the test
	d.run(d.app.d.load())
	for d.model().session == nil {
		cmd := d.queue[0]
		d.queue = d.queue[1:]
		d.deliver(cmd())
	}
	d.press("l", "G")
	for d.model().list.finding() == nil {
		d.press("k")
	}
	key := d.model().list.finding().Finding.Key()
	if key.Rule != "kubernetes/seccomp" || d.model().list.current().now.Level() != fixer.Review {
		t.Fatalf("cursor on %v", key)
	}
	d.press("A") // nothing of Kubernetes is safe yet
	facts <- fixer.News{Facts: (&fixer.Facts{}).With(image.ConfigAnswer("shop/web:2.0", image.Config{}))}
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

// TestFilesReadAgainAreAskedAbout: they may name images that nobody was asked about.
func TestFilesReadAgainAreAskedAbout(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	news := make(chan fixer.News, 1)
	news <- fixer.News{Text: "Asking ghcr.io about 1 image"}
	close(news)
	b.facts = news
	d.send(editedMsg{})
	d.drain()
	d.wants("Asking ghcr.io about 1 image")
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

func TestSaveFailureIsSaidOnce(t *testing.T) {
	b := newFake(shop())
	d := start(t, b, 80, 24)
	b.keepErr = errors.New("disk full")
	d.press("space")
	d.wants("Decisions cannot be saved and will be lost in a crash. Set XDG_STATE_HOME")
	d.press("j", "j", "j", "space")
	if strings.Contains(d.screen(), "cannot be saved") {
		t.Error("said twice")
	}
}
