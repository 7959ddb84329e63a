package tui

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

var update = flag.Bool("update", false, "rewrite the golden frames")

var sizes = [][2]int{{80, 24}, {120, 40}, {200, 60}}

// TestGoldens compares every screen and overlay, made by the real engine with the
// real rules of the repository in testdata, at three sizes without colour, and
// at one in the light theme.
func TestGoldens(t *testing.T) {
	t.Parallel()
	golden := func(p place, w, h int, name string) {
		t.Run(fmt.Sprintf("%s/%dx%d/%s", p, w, h, name), func(t *testing.T) {
			d := open(t, newReal(t), func(o *Options) { o.Theme, o.NoColor = name, name == "none" })
			d.send(tea.WindowSizeMsg{Width: w, Height: h})
			if p != onScan {
				d.run(d.app.d.load())
			}
			if p != onScan && p != onHome {
				d.pastOverview()
			}
			realWays[p](t, d)
			d.at(p)
			d.sound()
			d.app.View()
			compare(t, fmt.Sprintf("%s-%dx%d-%s", p, w, h, map[string]string{"none": "plain"}[name]+strings.TrimPrefix(name, "none")), d.model().frame())
		})
	}
	for _, p := range places {
		if testing.Short() { // one size does the work of all, where time is short
			golden(p, 80, 24, "none")
			continue
		}
		for _, size := range sizes {
			golden(p, size[0], size[1], "none")
		}
		golden(p, 80, 24, "light")
	}
}

// realWays lead to each place in the repository of [newReal].
var realWays = map[place]func(*testing.T, *drive){
	onScan: func(t *testing.T, d *drive) {
		d.model().screen().(*scanScreen).found, d.model().screen().(*scanScreen).read = 7, 4
	},
	onHome:      func(t *testing.T, d *drive) {},
	onList:      func(t *testing.T, d *drive) {},
	onMap:       func(t *testing.T, d *drive) { acceptSome(t, d); d.press("M", "j", "j") },
	onChecklist: func(t *testing.T, d *drive) { acceptSome(t, d); d.press("C", "j") },
	onReview:    func(t *testing.T, d *drive) { openReview(t, d, "kubernetes/run-as-non-root") },
	onNew:       func(t *testing.T, d *drive) { toForm(d, false) },
	onNewFiles:  func(t *testing.T, d *drive) { toForm(d, true); d.press("enter", "]") },
	onOptions: func(t *testing.T, d *drive) {
		openReview(t, d, "dockerfile/runs-as-root")
		d.press("p", "down", "down", "down")
	},
	onExplain: func(t *testing.T, d *drive) { openReview(t, d, "dockerfile/runs-as-root"); d.press("x") },
	onDiff:    func(t *testing.T, d *drive) { openReview(t, d, "dockerfile/runs-as-root"); d.press("z") },
	onPlan:    func(t *testing.T, d *drive) { acceptSome(t, d); d.press("w") },
	onDone:    func(t *testing.T, d *drive) { acceptSome(t, d); d.press("w", "enter") },
	onHelp:    func(t *testing.T, d *drive) { openReview(t, d, "dockerfile/runs-as-root"); d.press("?") },
	onFilter:  func(t *testing.T, d *drive) { d.press("/"); d.typeText("api") },
	onSearch: func(t *testing.T, d *drive) {
		openReview(t, d, "dockerfile/runs-as-root")
		d.press("z", "/")
		d.typeText("root")
	},
	onIgnore: func(t *testing.T, d *drive) {
		openReview(t, d, "kubernetes/run-as-non-root")
		d.press("i")
		d.typeText("the image is replaced in May")
	},
	onQuit: func(t *testing.T, d *drive) { acceptSome(t, d); d.press("q") },
	onChanged: func(t *testing.T, d *drive) {
		acceptSome(t, d)
		d.backend.commitErr = &fixer.RefusedError{Refusals: []fixer.FileRefusal{{Path: "compose.yaml", Reason: "it has changed since it was read", Code: fixer.RefusedChanged}}}
		d.press("w", "enter")
		d.elapse()
	},
	onResume: func(t *testing.T, d *drive) {
		acceptSome(t, d)
		d.run(d.model().interrupt(newResume(d.model().session.Decisions())))
		d.elapse()
	},
	onCopy: func(t *testing.T, d *drive) { openReview(t, d, "kubernetes/run-as-non-root"); d.press("c", "down") },
	onProve: func(t *testing.T, d *drive) {
		acceptSome(t, d)
		d.press("w", "E")
		d.elapse()
		d.press("enter")
		d.elapse()
	},
	onPalette: func(t *testing.T, d *drive) {
		openReview(t, d, "kubernetes/run-as-non-root")
		d.press(":")
		d.typeText("file")
	},
	onNotice: func(t *testing.T, d *drive) {
		acceptSome(t, d)
		was := d.model().session.Decisions()
		d.run(d.model().listLost(was, []fixer.Key{find(t, d, "compose/privileged"), find(t, d, "kubernetes/capabilities")}))
		d.elapse()
	},
}

// acceptSome accepts all safe fixes and one that is not, and decides otherwise
// about two.
func acceptSome(t *testing.T, d *drive) {
	t.Helper()
	d.press("A")
	openReview(t, d, "compose/privileged")
	d.press("y")
	openReview(t, d, "kubernetes/run-as-non-root")
	d.press("n")
	openReview(t, d, "kubernetes/host-namespaces")
	d.press("i")
	d.typeText("the node exporter needs it")
	d.press("enter")
	d.run(d.model().home())
	d.elapse()
}

// twice is a manifest with a key that is set twice, which no fix is made in.
const twice = `apiVersion: v1
kind: ReplicationController
metadata:
  name: web
spec:
  selector:
    app: web
  replicas: 1
  selector:
    app: other
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: example.org/web:1.0
`

// realOf has the real rules and some files.
func realOf(sources ...fixer.Source) *fakeBackend {
	b := newFake(sources)
	b.rules = rules.All()
	return b
}

// TestGoldensOfMoments compares frames that no way leads to directly.
func TestGoldensOfMoments(t *testing.T) {
	t.Parallel()
	for name, lead := range map[string]func(*testing.T) *drive{
		"closed-and-new": func(t *testing.T) *drive {
			d := start(t, newReal(t), 140, 40)
			for _, rule := range []string{"compose/privileged", "kubernetes/run-as-non-root"} {
				d.model().list.list.Select(find(t, d, rule).String())
				d.press("space")
			}
			d.press("/")
			d.typeText("a")
			d.press("enter")
			return d
		},
		"manual": func(t *testing.T) *drive {
			d := start(t, newReal(t), 80, 24)
			openReview(t, d, "dockerfile/secret-in-env")
			return d
		},
		"blocked": func(t *testing.T) *drive {
			d := start(t, realOf(fixer.Source{Path: "web.yaml", Kind: fixer.Kubernetes, Data: []byte(twice)}), 80, 24)
			openReview(t, d, "kubernetes/run-as-non-root")
			return d
		},
		"split": func(t *testing.T) *drive {
			d := start(t, newReal(t), 140, 40)
			d.press("A")
			openReview(t, d, "compose/privileged")
			d.press("z")
			return d
		},
		"nothing-accepted": func(t *testing.T) *drive {
			d := start(t, newReal(t), 80, 24)
			d.press("w")
			return d
		},
		"ascii": func(t *testing.T) *drive {
			d := start(t, newReal(t), 80, 24, func(o *Options) { o.ASCII = true })
			d.press("A")
			return d
		},
		"too-small": func(t *testing.T) *drive { return start(t, newReal(t), 40, 10) },
		"hostile":   func(t *testing.T) *drive { return start(t, realOf(hostile()...), 80, 24) },
	} {
		t.Run(name, func(t *testing.T) {
			d := lead(t)
			d.sound()
			compare(t, "moment-"+name, d.model().frame())
		})
	}
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "frames", name+".txt")
	got += "\n"
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test ./tui -update writes it)", err)
	}
	if string(want) != got {
		t.Errorf("%s differs (go test ./tui -update accepts it)\n--- want\n%s--- got\n%s", path, plain(string(want)), plain(got))
	}
}

// hostile is a repository that tries to hide what it is.
func hostile() []fixer.Source {
	return []fixer.Source{
		{Path: "\x1b[2JDockerfile\u202eelifrekcoD", Kind: fixer.Dockerfile, Data: []byte("FROM node:22\r\nARG EVIL_TOKEN=\x1b]0;owned\x07\u202e\r\nLABEL a=\"\u200b\x1b]0;owned\x07\u202e\"\r\nCMD [\"a\x1b[31m\"]\r\n")},
		{Path: "compose\nevil.yaml", Kind: fixer.Compose, Data: []byte("services:\n  \"a\\e[31mpi\u202e\":\n    image: x\n    privileged: true\n  日本語🎉e\u0301:\n    image: y\n")},
		{Path: "skipped\x07.yaml", Kind: fixer.Kubernetes, Skip: &fixer.Skip{Code: fixer.SkipSyntax, Reason: "line 1: \x1b[5mnope\u2066"}},
	}
}

// TestHostileNamesAndBytesAreMadeVisible walks every screen of a hostile
// repository; sound fails on any character that a terminal would obey.
func TestHostileNamesAndBytesAreMadeVisible(t *testing.T) {
	b := newFake(hostile())
	b.states = map[string]fixer.FileState{hostile()[0].Path: {Text: "git: \x1b[31mbad"}}
	d := start(t, b, 80, 24, func(o *Options) { o.Title = "re\x1b[31mpo\u202e/" })
	d.wants("^[[2JDockerfileU+202E")
	for _, key := range []string{"enter", "y", "y", "z", "s", "}", "esc", "x", "esc", "p", "esc", "i", "a", "b", "enter", "w", "j", "z", "esc", "enter", "esc", "/", "a", "enter"} {
		d.press(key)
		d.elapse()
		d.sound()
	}
	d.model().say("Toast \x1b[31m\u202e")
	d.sound()
	if s := d.app.View().WindowTitle; strings.ContainsAny(s, "\x1b\u202e") {
		t.Errorf("window title %q", s)
	}
	if s := d.app.Result().Summary; strings.ContainsAny(s, "\x1b\u202e\x07") {
		t.Errorf("summary %q", s)
	}
}

// TestRandomKeys presses random keys on random sizes: every frame has its
// size, nothing panics, nothing is written but by enter on the plan, and
// whatever happened, a way out is left.
func TestRandomKeys(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, p := range places {
		for _, b := range keymap[p] {
			for _, k := range b.keys {
				if k != "ctrl+c" {
					keys = append(keys, k)
				}
			}
		}
	}
	keys = append(keys, "1", "é", "日", "backspace", "left", "right", "enter", "enter", "space", "y", "tab")
	seeds, steps := 24, 220
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 1))
			sources := shop()
			if seed%3 == 2 {
				sources = append(sources, hostile()...)
			}
			b := newFake(sources)
			if seed%4 == 1 {
				b.kept = engine.Decisions{{Rule: "dockerfile/secret-in-arg", File: "Dockerfile", Path: "ARG NPM_TOKEN"}: {Verdict: engine.Skip}}
			}
			b.editor = func() {}
			d := start(t, b, 20+r.IntN(150), 5+r.IntN(50))
			var pressed []string
			for range steps {
				d.slow = r.IntN(3) == 0
				switch r.IntN(20) {
				case 0:
					d.send(tea.WindowSizeMsg{Width: r.IntN(180), Height: r.IntN(60)})
				case 1:
					d.elapse()
				case 2:
					d.send(tea.PasteMsg{Content: "pasted\x1b[31m\ntext"})
				case 3:
					d.send(tea.MouseClickMsg{X: r.IntN(180), Y: r.IntN(60), Button: tea.MouseLeft})
					d.send(tea.MouseWheelMsg{X: r.IntN(180), Y: r.IntN(60), Button: tea.MouseWheelDown})
				case 4:
					d.slow = false
					d.drain()
				default:
					k := keys[r.IntN(len(keys))]
					was, commits := d.model().top().place(), len(b.commits)
					held := len(d.model().queuedKeys) > 0 || d.model().busyWith != ""
					d.press(k)
					pressed = append(pressed, k)
					if len(b.commits) > commits && !held && (was != onPlan || k != "enter") {
						t.Fatalf("%s on %s wrote files", k, was)
					}
				}
				d.sound()
				if d.quit {
					break
				}
			}
			d.slow = false
			d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
			d.drain()
			d.elapse()
			for range 12 {
				if !d.quit {
					d.press("esc")
					d.elapse()
				}
			}
			for range 2 {
				if !d.quit {
					d.press("q")
				}
			}
			if !d.quit {
				t.Fatalf("stuck on %s after %q:\n%s", d.model().top().place(), pressed, d.screen())
			}
		})
	}
}

func TestMouse(t *testing.T) {
	d := start(t, newFake(shop()), 140, 40)
	click := func(x, y int) { d.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}) }
	first := d.model().list.finding().Finding.Key()
	d.press("m")
	click(10, 6)
	if d.model().list.finding().Finding.Key() != first {
		t.Fatal("a click counts while the mouse is off")
	}
	d.press("m")
	click(10, 6)
	if k := d.model().list.finding().Finding.Key(); k.Rule != "compose/privileged" {
		t.Fatalf("the click went to %s", k)
	}
	click(100, 10)
	if !d.model().list.focus {
		t.Error("a click does not focus the detail")
	}
	click(10, 6)
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	before := d.screen()
	d.send(tea.MouseWheelMsg{X: 10, Y: 5, Button: tea.MouseWheelDown})
	redraws(t, d, before)
	d.send(tea.MouseWheelMsg{X: 10, Y: 5, Button: tea.MouseWheelUp})
	d.press("enter", "m")
	click(3, 3)
	d.sound()
}

func TestThemeFollowsTheTerminal(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24, func(o *Options) { o.Theme, o.NoColor = "auto", false })
	dark := d.model().frame()
	d.send(tea.BackgroundColorMsg{Color: white{}})
	if d.model().frame() == dark {
		t.Error("a light background changes nothing")
	}
	if plain(d.model().frame()) != plain(dark) {
		t.Error("the theme changes more than colours")
	}
	d = start(t, newFake(shop()), 80, 24, func(o *Options) { o.Theme, o.NoColor = "light", true })
	if s := d.model().frame(); strings.Contains(s, "38;2") || strings.Contains(s, "48;2") {
		t.Error("colours with NO_COLOR")
	}
}

type white struct{}

func (white) RGBA() (r, g, b, a uint32) { return 0xffff, 0xffff, 0xffff, 0xffff }

func TestLayout(t *testing.T) {
	for _, c := range []struct {
		w, h    int
		at      place
		with    panes
		fits    bool
		keys    int
		body    int
		list    [2]int // width, height
		detail  [2]int
		beside  bool
		explain int
	}{
		{59, 24, onList, panes{}, false, 0, 0, [2]int{}, [2]int{}, false, 0},
		{60, 13, onList, panes{}, false, 0, 0, [2]int{}, [2]int{}, false, 0},
		{60, 14, onList, panes{}, true, 1, 9, [2]int{60, 9}, [2]int{0, 0}, false, 1},
		{60, 14, onList, panes{detailFocused: true}, true, 1, 9, [2]int{0, 0}, [2]int{60, 9}, false, 1},
		{79, 24, onList, panes{nudge: 3}, true, 2, 18, [2]int{79, 18}, [2]int{0, 0}, false, 3},
		{80, 24, onList, panes{}, true, 2, 18, [2]int{80, 10}, [2]int{80, 7}, false, 3},
		{80, 24, onList, panes{nudge: 1}, true, 2, 18, [2]int{80, 12}, [2]int{80, 5}, false, 3},
		{80, 24, onList, panes{nudge: 50}, true, 2, 18, [2]int{80, 13}, [2]int{80, 4}, false, 3},
		{80, 24, onList, panes{nudge: -50}, true, 2, 18, [2]int{80, 4}, [2]int{80, 13}, false, 3},
		{80, 24, onReview, panes{}, true, 2, 18, [2]int{0, 0}, [2]int{80, 18}, false, 3},
		{119, 40, onList, panes{}, true, 3, 33, [2]int{119, 19}, [2]int{119, 13}, false, 3},
		{120, 40, onList, panes{natural: 20}, true, 2, 34, [2]int{44, 34}, [2]int{75, 34}, true, 12},
		{120, 40, onList, panes{natural: 52}, true, 2, 34, [2]int{52, 34}, [2]int{67, 34}, true, 12},
		{120, 40, onList, panes{natural: 90}, true, 2, 34, [2]int{60, 34}, [2]int{59, 34}, true, 12},
		{200, 60, onList, panes{natural: 90}, true, 2, 54, [2]int{90, 54}, [2]int{109, 54}, true, 12},
		{200, 60, onList, panes{natural: 90, nudge: -2}, true, 2, 54, [2]int{82, 54}, [2]int{117, 54}, true, 12},
		{120, 40, onList, panes{natural: 90, nudge: 99}, true, 2, 34, [2]int{89, 34}, [2]int{30, 34}, true, 12},
		{120, 40, onList, panes{natural: 90, nudge: -99}, true, 2, 34, [2]int{30, 34}, [2]int{89, 34}, true, 12},
		{140, 40, onReview, panes{natural: 50}, true, 2, 34, [2]int{50, 34}, [2]int{89, 34}, true, 12},
		{140, 40, onPlan, panes{}, true, 2, 34, [2]int{0, 0}, [2]int{140, 34}, false, 12},
		{1000, 500, onList, panes{natural: 60}, true, 2, 494, [2]int{60, 494}, [2]int{939, 494}, true, 12},
		{0, 0, onList, panes{}, false, 0, 0, [2]int{}, [2]int{}, false, 0},
		{-1, -5, onDone, panes{}, false, 0, 0, [2]int{}, [2]int{}, false, 0},
	} {
		l := arrange(c.w, c.h, c.at, c.with)
		if l.fits != c.fits {
			t.Errorf("%dx%d %s: fits %v", c.w, c.h, c.at, l.fits)
			continue
		}
		if !l.fits {
			continue
		}
		list, detail := [2]int{l.listWidth, l.listHeight}, [2]int{l.detailWidth, l.detailHeight}
		if l.keys != c.keys || l.body != c.body || list != c.list || detail != c.detail || l.beside != c.beside || l.why != c.explain {
			t.Errorf("%dx%d %s: %+v", c.w, c.h, c.at, l)
		}
	}
}
