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

// manyServices is a Compose file in which every service is privileged and half of them
// are reached from outside.
func manyServices(n int) []fixer.Source {
	var b strings.Builder
	b.WriteString("services:\n")
	for i := range n {
		fmt.Fprintf(&b, "  s%05d:\n    image: example.org/service:%d\n    privileged: true\n", i, i)
		if i%2 == 0 {
			fmt.Fprintf(&b, "    ports: [\"%d:80\"]\n", 1024+i)
		}
	}
	return []fixer.Source{{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte(b.String())}}
}

// mapSizes are the terminals that the map and the checklist are made for.
var mapSizes = [][2]int{{60, 20}, {80, 24}, {120, 40}, {160, 50}}

// TestGoldensOfTheMap compares the map at its sizes: the services, the steps to one of
// them, and the same with marks of ASCII.
func TestGoldensOfTheMap(t *testing.T) {
	for _, size := range mapSizes {
		if testing.Short() && size[0] != 80 {
			continue
		}
		d := start(t, newReal(t), size[0], size[1])
		d.press("M", "j", "j")
		d.sound()
		compare(t, fmt.Sprintf("moment-map-%dx%d", size[0], size[1]), d.model().frame())
		d.press("enter", "j")
		d.sound()
		compare(t, fmt.Sprintf("moment-map-steps-%dx%d", size[0], size[1]), d.model().frame())
	}
	d := start(t, newReal(t), 80, 24, func(o *Options) { o.ASCII = true })
	d.press("M", "j", "enter")
	d.sound()
	for _, r := range d.screen() {
		if r > 0x7e {
			t.Fatalf("%q is drawn where only ASCII may be:\n%s", r, d.screen())
		}
	}
}

// TestWayThroughTheMap: from a step of an attacker's path to the finding whose fix closes
// it, and back to a map that shows what became of the way.
func TestWayThroughTheMap(t *testing.T) {
	d := start(t, newReal(t), 120, 40)
	d.press("M")
	d.at(onMap)
	d.wants("Reachable pairs 18", "Attack paths from the internet", "api:8080", "accepted fixes do not change it")
	d.press("f", "f")
	d.wants("Compared with all fixes", "Reachable pairs 18 → 14", "after: all fixes")
	d.press("f")
	var k fixer.Key
	for k.Rule != "kubernetes/host-namespaces" { // the way into the cluster
		d.press("j")
		if at := d.model().screen().(*mapScreen).points.current(); at != nil {
			k = at.key
		}
	}
	d.press("enter", "enter")
	d.at(onReview)
	if got := d.model().screen().(*reviewScreen).key; got != k {
		t.Fatalf("enter leads to %v, want %v", got, k)
	}
	d.wants("esc map")
	d.press("y", "esc")
	d.at(onMap)
	d.wants("no way in", "[✓] Remove hostNetwork")
	d.press("esc", "esc")
	d.at(onList)
	if got := len(d.model().session.Decisions()); got != 1 {
		t.Errorf("%d decisions", got)
	}
}

// TestMapFollowsDecisions: what is decided while a map is worked out is in the map that
// is shown in the end.
func TestMapFollowsDecisions(t *testing.T) {
	d := start(t, newReal(t), 120, 40)
	d.press("M")
	d.slow = true
	s := d.model().screen().(*mapScreen)
	was := s.study.have
	d.run(d.model().decide("accept", engine.Decisions{find(t, d, "kubernetes/host-namespaces"): {Verdict: engine.Accept}}, "Accepted"))
	d.drain()
	if s.study.have == was || s.shown != s.study.have || s.study.working(d.model(), 0) {
		t.Error("the map is that of the decisions before")
	}
}

// TestMarksLeaveRoomForTheName: of a service with every weak point its name is seen, and the
// worst of them.
func TestMarksLeaveRoomForTheName(t *testing.T) {
	d := start(t, newReal(t), 60, 20)
	r := mapRow{name: "system-monitor", marks: "privileged, container socket, host network, user unknown, token, writable"}
	if got := plain(r.draw(d.model(), 58, false)); !strings.Contains(got, "system-monitor") || !strings.Contains(got, "privileged, container") {
		t.Errorf("the row is %q", got)
	}
}

// TestMapOfHostileNames: names of services are made visible on the map as elsewhere.
func TestMapOfHostileNames(t *testing.T) {
	d := start(t, realOf(hostile()...), 80, 24)
	d.press("M")
	for _, k := range []string{"j", "j", "enter", "j", "c", "esc", "f", "f", "tab", "G"} {
		d.press(k)
		d.elapse()
		d.sound()
	}
}

// TestMapKeysStayFast: a map of 1,000 services is worked out in the background, and its
// keys take no longer than those of the list.
func TestMapKeysStayFast(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a file of 6,000 lines")
	}
	d := startLarge(t, 6000)
	from := time.Now()
	_, cmd := d.app.Update(keyPress("M"))
	d.app.View()
	if took := time.Since(from); took > 100*time.Millisecond {
		t.Errorf("M takes %v", took)
	}
	d.slow = true
	d.run(cmd)
	d.drain()
	if n := len(d.model().screen().(*mapScreen).shown.rows); n < 1000 {
		t.Fatalf("%d services", n)
	}
	for _, key := range []string{"j", "G", "g", "pgdown", "enter", "j", "G", "esc"} {
		best := time.Hour
		for range 3 {
			from := time.Now()
			_, _ = d.app.Update(keyPress(key))
			d.app.View()
			best = min(best, time.Since(from))
		}
		if best > 100*time.Millisecond {
			t.Errorf("%s takes %v", key, best)
		}
	}
	d.send(tea.WindowSizeMsg{Width: 60, Height: 20})
	d.sound()
}
