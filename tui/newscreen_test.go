package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
)

// A fakeMaker makes services out of nothing.
type fakeMaker struct {
	asked    []string // what the files were worked out for
	there    bool     // the first file holds something else
	written  int
	writeErr error
}

func (m *fakeMaker) make(_ context.Context, stack, dir string, settings []string) (*Draft, error) {
	m.asked = append(m.asked, stack+" "+dir+" "+strings.Join(settings, " "))
	for _, s := range settings {
		if s == "expose=ingress" {
			return nil, errors.New("host: the service needs one to be exposed")
		}
	}
	r := &report.New{Stack: stack, Title: stack + " 1.0", Name: "api", Directory: dir, Scan: &report.Scan{}}
	for i := range 3 {
		c := engine.Change{Path: fmt.Sprintf("%s/file%d", dir, i), Kind: fixer.Dockerfile, After: []byte(strings.Repeat(fmt.Sprintf("# %s %d %s\n", stack, i, strings.Join(settings, " ")), 60))}
		if m.there && i == 1 {
			c.Before = []byte("# mine\n")
		}
		r.Changes = append(r.Changes, c)
		r.Files = append(r.Files, report.NewFile{Path: c.Path, Content: c.After})
	}
	d := &Draft{Report: r, Notes: []string{"a note"}, Write: func(context.Context) (*fixer.Receipt, error) {
		m.written++
		return &fixer.Receipt{}, m.writeErr
	}}
	if m.there {
		d.Conflict = errors.New("file1 is already there, with other content")
	}
	return d, nil
}

func formOptions(m *fakeMaker, of Options) NewOptions {
	return NewOptions{
		Options: of,
		Stacks:  []report.NewStack{{Name: "go", Title: "Go 1.27"}, {Name: "node", Also: []string{"npm"}, Title: "Node.js 24"}},
		Settings: []Setting{
			{Name: "port", Meaning: "`PORT` on which the service listens (default: 8080)", Check: func(v string) error {
				if v == "80" {
					return errors.New("80 is below 1024")
				}
				return nil
			}},
			{Name: "database", Meaning: "`DATABASE` beside the service", Values: []string{"none", "postgres"}, Default: "none"},
			{Name: "expose", Meaning: "`OBJECT` that lets requests in", Values: []string{"none", "ingress"}, Default: "none"},
		},
		Dir: "api", Make: m.make,
	}
}

// toForm puts the form of a new service in the place of what a drive shows.
func toForm(d *drive, there bool) *fakeMaker {
	m := &fakeMaker{there: there}
	was := d.model()
	app, _ := newServiceForm(context.Background(), formOptions(m, was.opts))
	app.d.after, app.d.width, app.d.height, app.d.dark, app.d.theme = was.after, was.width, was.height, was.dark, was.theme
	d.app = app
	d.run(app.start())
	d.app.View()
	return m
}

func startForm(t *testing.T, width, height int, there bool) (*drive, *fakeMaker, *newScreen) {
	d := open(t, newFake(nil))
	d.send(tea.WindowSizeMsg{Width: width, Height: height})
	m := toForm(d, there)
	return d, m, d.model().screen().(*newScreen)
}

// TestWayThroughTheForm: choices are typed and taken, the files follow them, and enter on
// the files writes them.
func TestWayThroughTheForm(t *testing.T) {
	d, m, s := startForm(t, 120, 40, false)
	d.wants("‹ go ›", "api/file0", "go, node", "same as: oakum new go api", "a note")
	d.press("right", "down", "down")
	d.typeText("80")
	d.wants("80 is below 1024")
	if m.written > 0 || s.current() {
		t.Error("a port that is not valid has files")
	}
	d.typeText("80")
	d.press("down", "right")
	d.wants("# node 0 port=8080 database=postgres", "same as: oakum new node api --port 8080 --database postgres")
	d.press("enter")
	d.at(onNewFiles)
	d.wants("enter write 3 files")
	d.press("]")
	d.wants("api/file1  file 2 of 3")
	d.press("enter")
	if !d.quit || m.written != 1 || s.result.Written == nil || s.result.Written.Report.Stack != "node" {
		t.Errorf("%d times written, result %+v", m.written, s.result)
	}
}

// TestFormOverwritesNothing: where a file is there already its difference is shown, and
// enter says why nothing is written.
func TestFormOverwritesNothing(t *testing.T) {
	d, m, _ := startForm(t, 120, 40, true)
	d.wants("file1 is already there, with other content", "# mine", "file 2 of 3")
	d.press("enter", "enter")
	d.wants("Not written: file1 is already there")
	if m.written > 0 || d.quit {
		t.Error("it is written all the same")
	}
	if strings.Contains(d.screen(), "enter write") {
		t.Errorf("the footer offers to write:\n%s", d.screen())
	}
}

// TestFormSaysWhatDoesNotGoTogether: an error about several choices is shown, and goes
// when they do.
func TestFormSaysWhatDoesNotGoTogether(t *testing.T) {
	d, m, _ := startForm(t, 80, 24, false)
	d.press("down", "down", "down", "down", "right")
	d.wants("host: the service needs one to be exposed")
	d.press("enter", "enter")
	d.wants("Not written: host")
	d.press("esc", "left")
	d.wants("api/file0")
	if m.written > 0 {
		t.Error("it is written all the same")
	}
}

// TestFormKeepsUp: while files are worked out no others are; what is typed meanwhile counts
// in the end, and nothing is written before.
func TestFormKeepsUp(t *testing.T) {
	d, m, s := startForm(t, 80, 24, false)
	d.slow = true
	d.press("down", "down")
	d.typeText("9090")
	d.press("enter", "enter")
	d.wants("still being worked out")
	d.drain()
	if n := len(m.asked); n != 3 || m.asked[n-1] != "go api port=9090" || !s.current() || m.written > 0 {
		t.Errorf("worked out %q, written %d times", m.asked, m.written)
	}
}

// TestFormThatFailsToWrite: why is said, and the files are worked out anew.
func TestFormThatFailsToWrite(t *testing.T) {
	d, m, _ := startForm(t, 80, 24, false)
	m.writeErr = os.ErrPermission
	before := len(m.asked)
	d.press("enter", "enter")
	d.wants("Not written: permission denied")
	if d.quit || len(m.asked) == before {
		t.Errorf("left %v, worked out %d times", d.quit, len(m.asked))
	}
}

// TestFormOfHostileNames: what comes from outside is made visible, and ctrl+c leaves.
func TestFormOfHostileNames(t *testing.T) {
	d := open(t, newFake(nil))
	d.send(tea.WindowSizeMsg{Width: 60, Height: 20})
	opts := formOptions(&fakeMaker{}, d.model().opts)
	opts.Dir = "a\x1b[31m\u202eb"
	d.app, _ = newServiceForm(context.Background(), opts)
	d.app.d.after, d.app.d.width, d.app.d.height = d.model().after, 60, 20
	d.run(d.app.start())
	for _, k := range []string{"down", "x", "enter", "]", "s", "W", "G", "esc", "f1", "esc"} {
		d.press(k)
		d.sound()
	}
	d.press("ctrl+c")
	if !d.quit || !d.model().killed {
		t.Error("ctrl+c does not leave")
	}
}

// TestGoldensOfTheForm compares the form at its sizes.
func TestGoldensOfTheForm(t *testing.T) {
	for _, size := range mapSizes {
		d, _, _ := startForm(t, size[0], size[1], false)
		d.press("down", "down")
		d.sound()
		compare(t, fmt.Sprintf("moment-new-%dx%d", size[0], size[1]), d.model().frame())
	}
	d, _, _ := startForm(t, 80, 24, true)
	d.press("enter")
	compare(t, "moment-new-conflict", d.model().frame())
}
