package rules_test

import (
	"bytes"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

const remark = "# kept by the person who wrote it"

// withRemark returns the file with a comment as its n-th line, indented as the
// line it comes before, or nothing where a comment there would be something else.
func withRemark(lines []string, n int, kind fixer.Kind) []byte {
	line := lines[n]
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	out := strings.Join(lines[:n], "") + indent + remark + "\n" + strings.Join(lines[n:], "")
	if comments([]byte(out), kind) != comments([]byte(strings.Join(lines, "")), kind)+1 {
		return nil
	}
	return []byte(out)
}

// comments counts the remarks of a file as its reader sees them.
func comments(src []byte, kind fixer.Kind) int {
	if kind != fixer.Dockerfile {
		file, err := yamldoc.Parse(src)
		if err != nil {
			return -1
		}
		n := bytes.Count(src, []byte(remark))
		for _, d := range file.Docs {
			n -= inScalars(d.Root)
		}
		return n
	}
	file, err := dockerfile.Parse(src)
	if err != nil {
		return -1
	}
	n := bytes.Count(src, []byte(remark))
	for _, i := range file.Instructions {
		for _, h := range i.Heredocs {
			n -= strings.Count(string(src[h.Start:h.End]), remark)
		}
	}
	return n
}

func inScalars(n *yamldoc.Node) int {
	switch {
	case n == nil:
		return 0
	case n.Kind == yamldoc.Scalar:
		return strings.Count(n.Text(), remark)
	}
	sum := 0
	for _, it := range n.Items() {
		sum += inScalars(it)
	}
	for _, e := range n.Entries() {
		sum += inScalars(e.Value)
	}
	return sum
}

// planned fixes one file with one rule.
func planned(r *fixer.Rule, kind fixer.Kind, src []byte) *engine.Plan {
	name := map[fixer.Kind]string{fixer.Dockerfile: "Dockerfile", fixer.Compose: "compose.yaml"}[kind]
	if name == "" {
		name = "a.yaml"
	}
	s := engine.NewSession(fixer.NewSnapshot([]fixer.Source{{Path: name, Kind: kind, Data: src}}), nil, []*fixer.Rule{r})
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		return nil
	}
	return s.Plan()
}

// eachFile calls f with the example of every rule, and with each file of its
// cases, with the rule.
func eachFile(t *testing.T, f func(r *fixer.Rule, kind fixer.Kind, src string)) {
	t.Helper()
	for _, r := range rules.All() {
		archive, err := txtar.ParseFile(casesOf(r))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, c := range parseCases(t, archive) {
			for name, data := range c.files {
				if isName(name, data) || len(data) > 4<<10 || seen[string(data)] {
					continue
				}
				seen[string(data)] = true
				f(r, kindOf(name, data), string(data))
			}
		}
	}
}

// TestFixesKeepComments: a comment that a person wrote is kept by every fix,
// wherever it stands: above, between, under or inside what is changed.
func TestFixesKeepComments(t *testing.T) {
	type file struct {
		rule *fixer.Rule
		kind fixer.Kind
		page string
	}
	var files []file
	eachFile(t, func(r *fixer.Rule, kind fixer.Kind, page string) { files = append(files, file{r, kind, page}) })
	var changed atomic.Int64
	fixer.ForEach(len(files), func(i int) {
		r, kind, page := files[i].rule, files[i].kind, files[i].page
		plain := planned(r, kind, []byte(page))
		if plain == nil || len(plain.Changes) == 0 {
			return
		}
		lines := strings.SplitAfter(page, "\n")
		for n := range lines[:len(lines)-1] {
			if testing.Short() && (n+i)%4 != 0 {
				continue // a race run is many times slower
			}
			src := withRemark(lines, n, kind)
			if src == nil {
				continue
			}
			plan := planned(r, kind, src)
			if plan == nil {
				continue
			}
			for _, c := range plan.Changes {
				if c.Before == nil {
					continue
				}
				changed.Add(1)
				if !bytes.Contains(c.After, []byte(remark)) {
					t.Errorf("%s loses a comment:\n%s\nbecomes\n%s", r.Name, c.Before, c.After)
				}
			}
		}
	})
	if n := changed.Load(); n < 100 {
		t.Errorf("only %d changes were looked at", n)
	}
	t.Log(changed.Load())
}
