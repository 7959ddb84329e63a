package tui

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestNoScreenShowsASecretThatAFixMoves looks at every diff there is on the way from a
// finding to the written files: the preview, the diff of its own, the plan and its file.
func TestNoScreenShowsASecretThatAFixMoves(t *testing.T) {
	const value = "q7Rk2pX9mN"
	b := newFake([]fixer.Source{{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  db:\n    image: postgres:17\n    environment:\n" +
		"      POSTGRES_PASSWORD: " + value + "\n  app:\n    image: example.org/app:1.4\n    command: migrate --as " + value + "\n    environment:\n" +
		"      - DATABASE_URL=postgres://postgres:" + value + "@db:5432/app\n")}})
	b.rules = rules.All()
	d := open(t, b, func(o *Options) { o.Rules = rules.All() })
	d.send(tea.WindowSizeMsg{Width: 160, Height: 60})
	d.run(d.app.d.load())
	hidden := 0
	look := func(where string) {
		t.Helper()
		s := d.screen()
		if strings.Contains(s, value) {
			t.Errorf("%s shows the value:\n%s", where, s)
		}
		if strings.Contains(s, "(hidden)") {
			hidden++
		}
	}
	openReview(t, d, "compose/secret-in-env")
	look("the preview")
	d.press("z")
	d.at(onDiff)
	look("the diff on a screen of its own")
	d.press("esc")
	d.at(onReview)
	d.press("y")
	if len(d.model().session.Decisions()) != 1 {
		t.Fatalf("nothing is accepted:\n%s", d.screen())
	}
	d.press("w")
	d.at(onPlan)
	look("the plan")
	d.press("j")
	look("the second file of the plan")
	d.press("z")
	look("a file of the plan on a screen of its own")
	if hidden < 3 {
		t.Errorf("a hidden value was seen on %d screens only", hidden)
	}
}

// TestEveryDiffIsShownThroughAVeil: no diff is made whose lines are shown as they are.
func TestEveryDiffIsShownThroughAVeil(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`widget\.DiffFile\{[^}]`)
	n := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range made.FindAllIndex(data, -1) {
			n++
			if rest := string(data[at[0]:min(len(data), at[0]+900)]); !strings.Contains(rest, "veil.Over(") {
				t.Errorf("%s makes a diff whose lines pass through no veil", name)
			}
		}
	}
	if n < 3 {
		t.Errorf("only %d diffs were found", n)
	}
}
