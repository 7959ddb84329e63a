package tui

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/rules"
)

func TestShortFile(t *testing.T) {
	for _, c := range []struct {
		file  string
		width int
		alike bool
		want  string
	}{
		{"cart/Dockerfile", 15, true, "cart/Dockerfile"},
		{"cart/Dockerfile", 12, true, "cart/…"},
		{"src/services/cart/Dockerfile", 12, true, "…ices/cart/…"},
		{"Dockerfile", 8, true, "…kerfile"},
		{"k8s/payment-deployment.yaml", 12, false, "…oyment.yaml"},
	} {
		if got := shortFile(c.file, c.width, c.alike, "…"); got != c.want {
			t.Errorf("%s in %d cells, alike %v: %q, want %q", c.file, c.width, c.alike, got, c.want)
		}
	}
}

// TestAPlaceDoesNotLoseToTheLevel: where a row has no room for both, the line stays, and
// by which directory a file of a common name is told.
func TestAPlaceDoesNotLoseToTheLevel(t *testing.T) {
	docker := "FROM node:14\nRUN npm install\nCMD [\"node\", \"server.js\"]\n"
	var files []fixer.Source
	for _, dir := range []string{"cart", "catalogue"} {
		files = append(files, fixer.Source{Path: dir + "/Dockerfile", Kind: fixer.Dockerfile, Data: []byte(docker)})
	}
	b := newFake(files)
	b.rules = rules.All()
	d := start(t, b, 120, 40)
	for by := range groupings {
		d.model().list.show(d.model(), filter{}, by)
		for _, width := range []int{60, 100, 120, 160} {
			d.send(tea.WindowSizeMsg{Width: width, Height: 40})
			for _, r := range d.model().list.rows {
				if r.outcome == nil || r.places != nil {
					continue
				}
				line := plain(drawRow(d.model(), r, d.model().layout().listWidth-1, false))
				want := fmt.Sprintf(":%d", r.outcome.Finding.Line)
				if by != byFile && by != byService {
					want = strings.TrimSuffix(r.now.File, "Dockerfile") // and the line
				}
				if !strings.Contains(line, want) {
					t.Errorf("width %d by %s: %q does not say %s", width, by, line, want)
				}
			}
		}
	}
}

// TestGroupsOfOneTitleAreToldApart: the rules about images in Compose files and in
// Dockerfiles have one title, and their groups had one, too.
func TestGroupsOfOneTitleAreToldApart(t *testing.T) {
	d := startReal(t, 120, 40)
	d.pastOverview()
	s := d.model().list
	s.show(d.model(), filter{}, byRule)
	seen := map[string]string{}
	for group := range s.groups {
		line := plain(s.header(d.model(), group, true, 46, false))
		name := strings.TrimSpace(regexp.MustCompile(`\d+ of \d+ left`).ReplaceAllString(line, ""))
		if other, known := seen[name]; known {
			t.Errorf("%s and %s are both %q", group, other, name)
		}
		seen[name] = group
	}
	if len(seen) < 10 {
		t.Errorf("only %d groups", len(seen))
	}
}
