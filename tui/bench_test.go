package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// large is one Compose file of about lines lines and half as many findings.
func large(lines int) []fixer.Source {
	var b strings.Builder
	b.WriteString("services:\n")
	for i := range lines / 6 {
		fmt.Fprintf(&b, "  s%05d:\n    image: example.org/service:%d\n    privileged: false\n    environment:\n      - A=%d\n      - B=\"a value that goes on for a while\"\n", i, i, i)
	}
	return []fixer.Source{{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte(b.String())}}
}

func largeRules() []*fixer.Rule {
	rest := serviceRule("compose/rest", "no healthcheck", fixer.Low, lacks("healthcheck"), safely("none", "disable it"), set("healthcheck", nil))
	return []*fixer.Rule{noNewPrivileges(), readOnly(), rest}
}

func startLarge(t testing.TB, lines int) *drive {
	d := start(t, newFake(large(lines)), 140, 40, func(o *Options) { o.Rules = largeRules(); o.Theme, o.NoColor = "dark", false })
	d.slow = true // folding goes on elsewhere
	return d
}

// BenchmarkKey measures what a key costs in Update and View, for a small
// repository and for 10,000 findings in a file of 20,000 lines. Neither time
// nor allocations may grow with the size.
func BenchmarkKey(b *testing.B) {
	for _, lines := range []int{600, 20000} {
		for _, c := range []struct {
			name string
			at   func(*drive)
			keys []string
		}{
			{"home-move", func(d *drive) { d.press("esc") }, []string{"j", "j", "k", "k"}},
			{"list-move", func(*drive) {}, []string{"j", "j", "j", "k", "k", "k"}},
			{"list-page", func(*drive) {}, []string{"pgdown", "pgdown", "pgup", "pgup"}},
			{"list-ends", func(*drive) {}, []string{"G", "g"}},
			{"review-step", func(d *drive) { d.press("j", "enter") }, []string{"]", "["}},
			{"review-scroll", func(d *drive) { d.press("j", "enter") }, []string{"j", "k"}},
			{"diff-scroll", func(d *drive) { d.press("j", "space"); d.drain(); d.press("z"); d.drain() }, []string{"ctrl+d", "ctrl+u"}},
		} {
			d := startLarge(b, lines)
			c.at(d)
			d.drain()
			b.Run(fmt.Sprintf("%s/%d", c.name, lines), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					_, _ = d.app.Update(keyPress(c.keys[i%len(c.keys)]))
					_ = d.app.View()
				}
			})
		}
	}
}

// BenchmarkKeyWithAllDecided is the dearest key: a verdict while 10,000 others
// stand and nothing is under way, so that fold, preview and save all take
// their copies at once.
func BenchmarkKeyWithAllDecided(b *testing.B) {
	d := startLarge(b, 20000)
	all := engine.Decisions{}
	for _, f := range d.model().session.Baseline().Findings {
		all[f.Key()] = engine.Decision{Verdict: engine.Skip}
	}
	if err := d.model().session.DecideAll("skip all", all); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		desk := d.model()
		desk.folding, desk.autosave.busy, desk.preview.busy = false, false, false
		desk.current.gen = desk.generation // as if the fold had come back
		desk.session.AdoptPlan(desk.current.plan)
		_, _ = d.app.Update(keyPress("space"))
		_ = d.app.View()
	}
}

// BenchmarkSettle measures what a plan that arrives costs in Update: the rows
// of 10,000 findings are filtered, grouped and looked up anew.
func BenchmarkSettle(b *testing.B) {
	d := startLarge(b, 20000)
	for b.Loop() {
		d.model().settle(d.model().current)
		_ = d.app.View()
	}
}

// BenchmarkRegroup measures what grouping 10,000 findings otherwise costs.
func BenchmarkRegroup(b *testing.B) {
	d := startLarge(b, 20000)
	for b.Loop() {
		_, _ = d.app.Update(keyPress("t"))
		_ = d.app.View()
	}
}

// BenchmarkFirstFrame measures reading, checking and drawing a repository of
// 100 files.
func BenchmarkFirstFrame(b *testing.B) {
	var sources []fixer.Source
	for i := range 100 {
		s := shop()[i%2]
		s.Path = fmt.Sprintf("svc%02d/%s", i, s.Path)
		sources = append(sources, s)
	}
	for b.Loop() {
		d := open(b, newFake(sources))
		d.send(tea.WindowSizeMsg{Width: 140, Height: 40})
		d.slow = true // what the first page compares is worked out later
		d.run(d.app.d.load())
		for d.model().current == nil {
			d.next()
		}
		_ = d.app.View()
	}
}

// TestKeysStayFast holds every key of the list to the budget of a frame, with
// room for a busy machine.
func TestKeysStayFast(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a file of 20,000 lines")
	}
	d := startLarge(t, 20000)
	if n := len(d.model().current.plan.Outcomes); n < 9990 {
		t.Fatalf("%d findings, want 10,000", n)
	}
	for _, key := range []string{"j", "G", "g", "space", "space", "enter", "]", "n", "u", "j", "esc", "pgdown", "tab", "tab"} {
		best := time.Hour
		for range 3 {
			from := time.Now()
			_, cmd := d.app.Update(keyPress(key))
			d.app.View()
			best = min(best, time.Since(from))
			d.run(cmd)
			d.drain()
		}
		if best > 100*time.Millisecond {
			t.Errorf("%s takes %v", key, best)
		}
	}
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	d.sound()
}
