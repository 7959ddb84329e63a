package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/tui/widget"
)

// Mistakes that people who used the interface have met.

// street is a Compose file with many services, far down in folders.
func street(services int) fixer.Source {
	var b strings.Builder
	b.WriteString("services:\n")
	for i := range services {
		fmt.Fprintf(&b, "  s%03d:\n    image: shop/s:1\n", i)
	}
	return fixer.Source{Path: "deploy/regions/north/stage/compose.yaml", Kind: fixer.Compose, Data: []byte(b.String())}
}

func TestRowsOfOtherGroupsNameTheirFile(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {80, 24}, {140, 40}} {
		d := start(t, newFake(append(shop(), street(2))), size[0], size[1])
		if strings.Contains(cursorLine(t, d), "Dockerfile:") {
			t.Fatalf("%v: the file is named twice:\n%s", size, d.screen())
		}
		for _, by := range []string{"severity", "rule", "level"} {
			d.press("t")
			d.wants("by " + by)
			d.model().list.list.Select(find(t, d, "dockerfile/runs-as-root").String())
			if s := cursorLine(t, d); !strings.Contains(s, "Dockerfile:20") {
				t.Errorf("%v by %s: no file in %q", size, by, s)
			}
			list := d.model().list
			for _, r := range list.rows {
				if r.places != nil {
					list.unfolded[r.key] = true
				}
			}
			list.update(d.model())
			for _, r := range list.rows {
				if r.outcome != nil && r.places == nil && r.outcome.Finding.File == street(2).Path {
					list.list.Select(r.key)
				}
			}
			if s := cursorLine(t, d); !strings.Contains(s, "…") || !strings.Contains(s, fmt.Sprintf("/stage/…:%d", d.model().list.finding().Finding.Line)) {
				t.Errorf("%v by %s: the end of the directory, which distinguishes it, is not in %q", size, by, s)
			}
			d.sound()
		}
	}
}

// cursorLine returns the line of the list with the cursor, and fails when it
// is not on the screen, or the heading of its group is not above it.
func cursorLine(t *testing.T, d *drive) string {
	t.Helper()
	s := d.model().list
	lines := strings.Split(d.screen(), "\n")
	l := d.model().layout()
	for i := range lines { // what stands beside the list is not looked at
		lines[i] = widget.Cut(lines[i], max(l.listWidth, 1), "")
	}
	at := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, " > ") })
	if at < 0 {
		t.Fatalf("the row with the cursor is not seen:\n%s", d.screen())
	}
	group := s.groupBy.name(s.current())
	if title := d.model().wording.titles[group]; title != "" {
		group = title
	} else if name := s.labels.names[group]; name != "" {
		group = name
	}
	if !slices.ContainsFunc(lines[:at], func(line string) bool {
		return strings.HasPrefix(line, "  ▾ "+widget.Cut(group, 20, ""))
	}) {
		t.Fatalf("the heading of %q is not above the row with the cursor:\n%s", group, d.screen())
	}
	return lines[at]
}

func TestCursorRowStaysSeenWithItsHeading(t *testing.T) {
	for _, size := range [][2]int{{60, 14}, {60, 20}, {80, 24}, {140, 40}} {
		d := start(t, newFake(append(shop(), street(90))), size[0], size[1])
		d.press("G")
		for range 25 { // off what is no finding, into the middle of a long group
			d.press("k")
		}
		key, finding := d.model().list.list.Key(), d.model().list.finding().Finding.Key()
		for _, k := range []string{"t", "t", "t", "t", "t", "f", "f", "f", "f", "/", "s", "0", "esc", "t", "t", "t", "t", "t"} {
			d.press(k)
			cursorLine(t, d)
		}
		d.press("g")
		for range 40 { // down to the last line of the screen
			d.press("j")
		}
		d.press("/")
		cursorLine(t, d) // and not under the filter
		d.press("enter")
		// A group that was closed under this name before opens for the row.
		d.model().list.list.Select(key)
		d.press("t", "h", "t", "t", "t", "t")
		d.model().list.list.Select(key)
		d.press("t")
		cursorLine(t, d)
		if r := d.model().list.current(); r == nil || r.key != key && !r.asks(finding) {
			t.Errorf("%v: the cursor left its row", size)
		}
	}
}

func TestExplainSaysAllOfTheFinding(t *testing.T) {
	long := strings.Repeat("a word and ", 60)
	rules := fakeRules()
	inner := rules[0].Check
	rules[0].Check = func(p *fixer.Pass) {
		inner(p)
		p.Report(fixer.Finding{
			Path: "stage long", Start: 0, End: 4, Message: long + "the end of the message",
			Evidence: []fixer.Evidence{{Kind: fixer.FromTable, Text: long + "end of one"}, {Source: "the file", Text: "end of two"}},
			Fixes: []fixer.Fix{
				{ID: "a", Title: "the first way", Level: fixer.Safe, Edit: func(*fixer.Draft) error { return fixer.Refuse("never") }},
				{ID: "b", Title: "the second way", Level: fixer.Review, Breaks: long + "end of breaks", Verify: long + "end of verify",
					Edit: func(*fixer.Draft) error { return fixer.Refuse("never") }},
			},
		})
	}
	b := newFake(shop())
	d := start(t, b, 80, 24, func(o *Options) { o.Rules = rules })
	d.run(d.model().push(newReview(fixer.Key{Rule: "dockerfile/runs-as-root", File: "Dockerfile", Path: "stage long"})))
	d.press("tab", "x")
	d.at(onExplain)
	d.wants("This finding", "lines below")
	all := plain(strings.Join(d.model().screen().(*explainScreen).lines(d.model(), 80), "\n"))
	from := 0
	for _, w := range []string{"This finding", "the end of the message", "Dockerfile:1", "stage long", "the second way (review)", "end of breaks", "end of verify", "end of one", "end of two", "what is looked at", "References"} {
		i := strings.Index(strings.Join(strings.Fields(all), " ")[from:], w)
		if i < 0 {
			t.Fatalf("no %q, or not in this order:\n%s", w, all)
		}
		from += i
	}
	d.press("G")
	d.wants("oakum explain dockerfile/runs-as-root")
	if strings.Contains(d.screen(), "lines below") {
		t.Error("lines below the end")
	}
	d.press("esc", "esc")
	d.model().list.list.Select(find(t, d, "dockerfile/secret-in-arg").String())
	d.press("x")
	d.wants("Do      move it to a build secret")
}

func TestManualFindingOffersNoAccept(t *testing.T) {
	d := start(t, newFake(shop()), 140, 40)
	openReview(t, d, "dockerfile/secret-in-arg")
	for range 2 {
		d.wants("n skip")
		if s := d.screen(); strings.Contains(s, "y accept") || strings.Contains(s, "p options") {
			t.Fatalf("an accept that can do nothing is offered:\n%s", s)
		}
		d.press("z")
	}
	d.press("]")
	d.wants("y accept", "p options")
}

func TestHelpSaysThatItIsCut(t *testing.T) {
	d := start(t, newFake(shop()), 80, 24)
	d.press("?")
	d.wants("more lines below")
	all := len(keymap[onList])
	for range 3 * all {
		d.press("j")
	}
	if s := d.screen(); strings.Contains(s, " below") || !strings.Contains(s, keymap[onList][all-1].help) {
		t.Fatalf("the end of the help is not reached:\n%s", s)
	}
	d.press("k")
	d.wants("and 1 more line below")
}

func TestLongValuesAreSeenWhole(t *testing.T) {
	const long = "65532, as the folder /var/lib/postgresql/data/pgdata has it, and a lot more than a line has room for"
	d := led(t, newFake(shop()), "p", "down", "down", "down", "ctrl+u")
	d.typeText(long[:54])
	d.wants(long[:54])
	d.typeText(long[54:])
	d.wants("‹", long[60:])
	d.sound()
}

func TestOptionsMoveWithJAndK(t *testing.T) {
	d := led(t, newFake(shop()), "p")
	form := &d.model().screen().(*optionsScreen).form
	start := d.screen()
	d.press("j", "k")
	if d.screen() != start {
		t.Fatal("k does not take j back")
	}
	d.press("j", "j", "j")
	if form.Focus() != 1 {
		t.Fatalf("j stopped at field %d:\n%s", form.Focus(), d.screen())
	}
	d.press("j", "k") // letters of the text that is typed now
	if got := form.Value("uid"); got != "65532jk" {
		t.Fatalf("uid is %q", got)
	}
}

func TestIgnoreCommentIsNoFix(t *testing.T) {
	for _, width := range []int{60, 80, 140} {
		d := start(t, newFake(shop()), width, 24)
		d.press("i")
		d.typeText("a build image")
		d.press("enter", "q")
		d.wants("1 suppression comment has not been written")
		d.press("w")
		f := d.model().screen().(*planScreen).file()
		if f.safe != 0 || f.review != 0 || f.comments != 1 {
			t.Errorf("%d safe, %d review, %d comments", f.safe, f.review, f.comments)
		}
		d.wants(": 1 suppressed, ")
		d.sound()
		d.press("enter")
		d.at(onDone)
		d.wants("Dockerfile  +1 −0  1 comment")
		if strings.Contains(d.screen(), "  1 fix") {
			t.Errorf("the comment is called a fix:\n%s", d.screen())
		}
	}
	d := start(t, newFake(shop()), 80, 24)
	d.press("A", "w")
	if strings.Contains(d.screen(), "comment") {
		t.Errorf("comments where there are none:\n%s", d.screen())
	}
}

func TestPlanShowsPodLevels(t *testing.T) {
	const almost = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: app
          image: shop/web:2.0
          securityContext:
            runAsNonRoot: true
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
`
	for _, size := range [][2]int{{60, 20}, {80, 24}} {
		sources := shop()
		sources[3].Data = []byte(almost)
		d := start(t, newFake(sources), size[0], size[1])
		d.press("A", "w")
		if strings.Contains(d.screen(), "pods by") {
			t.Errorf("levels that stay the same are shown:\n%s", d.screen())
		}
		d.press("esc")
		d.model().list.list.Select(find(t, d, "kubernetes/seccomp").String())
		d.press("space", "w")
		d.wants("Pods: 1 baseline → 1 restricted")
		d.press("j", "space") // the only file of the pod is left out
		if d.model().screen().(*planScreen).file().path != "k8s/web.yaml" {
			t.Fatal("another file is left out")
		}
		if strings.Contains(d.screen(), "pods by") {
			t.Errorf("the level of a file that is left out has changed:\n%s", d.screen())
		}
	}
}

func TestZoomStartsAtTheFindingsOwnFile(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {140, 40}} {
		for _, rule := range []string{"kubernetes/seccomp", "cross/ports", "dockerfile/runs-as-root", "dockerfile/secret-in-arg"} {
			d := start(t, newFake(shop()), size[0], size[1])
			d.press("A")
			k := find(t, d, rule)
			openReview(t, d, rule)
			d.press("z")
			d.at(onDiff)
			diff := d.model().screen().(*diffScreen).pane.diff
			if path, n := diff.File(); path != k.File || n != 1 {
				t.Errorf("%v: %s opens %s, file %d:\n%s", size, rule, path, n, d.screen())
			}
			if first := strings.Split(d.screen(), "\n")[1]; !strings.Contains(first, k.File) {
				t.Errorf("%v: %s starts with %q", size, rule, first)
			}
		}
	}
}

// TestExplanationTakesFreeLines: nothing is cut above blank lines; what the diff
// needs is the diff's, but for a line of each thing that has to be known.
func TestExplanationTakesFreeLines(t *testing.T) {
	long := strings.Repeat("it fails where it writes outside of its volumes; ", 4) + "and-so-on-to-the-end"
	for _, size := range [][2]int{{60, 20}, {80, 24}, {140, 40}} {
		rules := fakeRules()
		inner := rules[0].Check
		rules[0].Check = func(p *fixer.Pass) {
			inner(p)
			p.Report(fixer.Finding{Path: "stage long", Start: 0, End: 4, Message: "short", Fixes: []fixer.Fix{
				{ID: "a", Title: "the way", Level: fixer.Review, Breaks: long, Edit: func(*fixer.Draft) error { return fixer.Refuse("never") }}}})
		}
		d := start(t, newFake(shop()), size[0], size[1], func(o *Options) { o.Rules = rules })
		d.run(d.model().push(newReview(fixer.Key{Rule: "dockerfile/runs-as-root", File: "Dockerfile", Path: "stage long"})))
		d.wants("and-so-on-to-the-end", "refused: never")
		d.sound()
	}
	d := start(t, newFake(shop()), 80, 24)
	openReview(t, d, "dockerfile/runs-as-root")
	d.press("}", "}", "}") // the diff needs the lines now
	if s := d.screen(); strings.Contains(s, "Why  ") {
		t.Errorf("the explanation takes lines of the diff:\n%s", s)
	}
	d.wants("What  ", "Breaks  ", "Verify  ", "of the change below", "x: all of it")
}

// TestASecretIsNotShownWhole: what the list shows of a finding that has no fix is seen by
// whoever looks over a shoulder.
func TestASecretIsNotShownWhole(t *testing.T) {
	d := start(t, newReal(t), 80, 24)
	openReview(t, d, "dockerfile/secret-in-env")
	d.wants("ENV SESSION_SECRET=(hidden)", "FROM node:22-slim")
	if strings.Contains(d.screen(), "9f2c77ab") {
		t.Errorf("the secret is on the screen:\n%s", d.screen())
	}
}
