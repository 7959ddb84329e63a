package rules_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

const breakages = "../../testdata/breakages"

// A breakage is a script of testdata/breakages: a way in which a file can be
// broken while it is hardened, and what happens to such a file here. Its folder
// before is the repository; after holds the files that every rule together, up
// to review level, changed; findings has a line for each outcome; held says in
// so many words what the script is there for, whatever -update writes into the
// other two: "keep LINE" is a line that stays, "never TEXT" stands in no file.
type breakage struct {
	before, after map[string][]byte
	findings      string
	keep, never   []string
}

func TestBreakages(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(breakages, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts in %s: %v", breakages, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b := readBreakage(t, archive)
			plan := b.plan(t, same)
			got := map[string][]byte{}
			for _, c := range plan.Changes {
				checkChange(t, c, newFigures())
				got[c.Path] = c.After
			}
			checkAccount(t, plan)
			b.checkHeld(t, plan)
			if again := b.plan(t, same); !equalChanges(plan.Changes, again.Changes) || outcomeLines(plan) != outcomeLines(again) {
				t.Error("two runs from the same files differ")
			}
			if more := planOf(t, sourcesOf(plan.After)); len(more.Changes) > 0 {
				t.Errorf("a second run changes %s:\n%s", more.Changes[0].Path, more.Changes[0].After)
			}
			if *update && !t.Failed() {
				b.rewrite(t, path, archive, got, outcomeLines(plan))
				return
			}
			for p := range maps.Keys(got) {
				if !bytes.Equal(got[p], b.after[p]) {
					t.Errorf("%s became:\n%s\nwant:\n%s", p, got[p], b.after[p])
				}
			}
			for p := range b.after {
				if got[p] == nil {
					t.Errorf("%s was not changed", p)
				}
			}
			if lines := outcomeLines(plan); lines != b.findings {
				t.Errorf("findings:\n%s\nwant:\n%s", lines, b.findings)
			}
			for _, v := range []variant{crlf, bom, noFinalNewline} {
				t.Run(v.name, func(t *testing.T) { b.checkVariant(t, v) })
			}
		})
	}
}

func readBreakage(t *testing.T, a *txtar.Archive) *breakage {
	t.Helper()
	if len(bytes.TrimSpace(a.Comment)) < 40 {
		t.Error("the script does not say what it holds")
	}
	b := &breakage{before: map[string][]byte{}, after: map[string][]byte{}}
	for _, f := range a.Files {
		folder, path, _ := strings.Cut(f.Name, "/")
		switch folder {
		case "before":
			b.before[path] = f.Data
		case "after":
			b.after[path] = f.Data
		case "findings":
			b.findings = string(f.Data)
		case "held":
			for line := range strings.Lines(string(f.Data)) {
				word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
				switch word {
				case "keep":
					b.keep = append(b.keep, rest)
				case "never":
					b.never = append(b.never, rest)
				default:
					t.Fatalf("held: %q is neither keep nor never", line)
				}
			}
		default:
			t.Fatalf("%s is no part of a script", f.Name)
		}
	}
	if len(b.keep)+len(b.never) == 0 {
		t.Error("the script holds nothing")
	}
	for _, line := range b.keep {
		if !b.hasLine(b.before, line) {
			t.Errorf("nothing to keep: no file has the line %q", line)
		}
	}
	return b
}

func (b *breakage) hasLine(files map[string][]byte, line string) bool {
	for _, data := range files {
		if slices.Contains(strings.Split(string(data), "\n"), line) {
			return true
		}
	}
	return false
}

// plan fixes everything that can be fixed in the files as discovery finds them
// on disk.
func (b *breakage) plan(t *testing.T, v variant) *engine.Plan {
	t.Helper()
	files := map[string]string{}
	for path, data := range b.before {
		files[path] = string(v.convert(data))
	}
	return planOf(t, discovered(t, files).Sources)
}

func planOf(t *testing.T, sources []fixer.Source) *engine.Plan {
	t.Helper()
	s := engine.NewSession(fixer.NewSnapshot(sources), nil, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	return s.Plan()
}

// checkAccount holds the plan to its word: what it calls fixed is gone from a
// file that changed, and what it leaves has a reason.
func checkAccount(t *testing.T, plan *engine.Plan) {
	t.Helper()
	for _, p := range plan.Baseline.Problems {
		t.Errorf("rule %s failed on %s: %s", p.Rule, p.File, p.Reason)
	}
	changed := map[string]bool{}
	for _, c := range plan.Changes {
		changed[c.Path] = true
		if bytes.Equal(c.Before, c.After) {
			t.Errorf("%s is reported as changed and is not", c.Path)
		}
	}
	for _, o := range plan.Outcomes {
		switch o.Result {
		case engine.Fixed:
			if len(changed) == 0 || plan.Final.Finding(o.Finding.Key()) != nil {
				t.Errorf("%s is reported as fixed and is still there", o.Finding.Key())
			}
		case engine.Blocked, engine.Refused, engine.ManualWork:
			if o.Reason == "" {
				t.Errorf("%s is %s without a reason", o.Finding.Key(), o.Result)
			}
		}
	}
}

func (b *breakage) checkHeld(t *testing.T, plan *engine.Plan) {
	t.Helper()
	after := map[string][]byte{}
	for f := range plan.After.Files() {
		after[f.Path] = f.Data
	}
	for _, line := range b.keep {
		if !b.hasLine(after, line) {
			t.Errorf("the line %q is gone", line)
		}
	}
	for _, text := range b.never {
		for path, data := range after {
			if bytes.Contains(data, []byte(text)) {
				t.Errorf("%s holds %q:\n%s", path, text, data)
			}
		}
	}
}

// checkVariant expects of a file in other clothes the same change.
func (b *breakage) checkVariant(t *testing.T, v variant) {
	plan := b.plan(t, v)
	got := map[string][]byte{}
	for _, c := range plan.Changes {
		got[c.Path] = c.After
	}
	if len(got) != len(b.after) {
		t.Errorf("%d files changed, want %d", len(got), len(b.after))
	}
	for path, data := range b.after {
		if _, existed := b.before[path]; existed && !bytes.Equal(got[path], v.convert(data)) {
			t.Errorf("%s became:\n%q\nwant:\n%q", path, got[path], v.convert(data))
		}
	}
}

func equalChanges(a, b []engine.Change) bool {
	return slices.EqualFunc(a, b, func(a, b engine.Change) bool { return a.Path == b.Path && bytes.Equal(a.After, b.After) })
}

// outcomeLines lists what became of every finding: "Dockerfile:3 RULE fixed
// review", files that are not looked into: "web.yaml skipped syntax".
func outcomeLines(plan *engine.Plan) string {
	var out strings.Builder
	for _, o := range plan.Outcomes {
		fmt.Fprintf(&out, "%s:%d %s %s", o.Finding.File, o.Finding.Line, o.Finding.Rule, o.Result)
		if o.Result == engine.Fixed {
			fmt.Fprintf(&out, " %s", o.Level)
		}
		out.WriteByte('\n')
	}
	for f := range plan.Before.Files() {
		if f.Skip != nil {
			fmt.Fprintf(&out, "%s skipped %s\n", f.Path, f.Skip.Code)
		}
	}
	return out.String()
}

// rewrite puts what happened into the script, to be read before it is kept.
func (b *breakage) rewrite(t *testing.T, path string, a *txtar.Archive, after map[string][]byte, findings string) {
	t.Helper()
	a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool {
		return f.Name == "findings" || strings.HasPrefix(f.Name, "after/")
	})
	for _, p := range slices.Sorted(maps.Keys(after)) {
		a.Files = append(a.Files, txtar.File{Name: "after/" + p, Data: after[p]})
	}
	a.Files = append(a.Files, txtar.File{Name: "findings", Data: []byte(findings)})
	if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestBreakagesListed keeps the folder's table of contents true.
func TestBreakagesListed(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(breakages, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]int{}
	for _, m := range regexp.MustCompile(`\]\(([\w.-]+\.txtar)\)`).FindAllSubmatch(readme, -1) {
		listed[string(m[1])]++
	}
	paths, err := filepath.Glob(filepath.Join(breakages, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		if listed[name] != 1 {
			t.Errorf("%s is listed %d times in the README", name, listed[name])
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("the README lists %s, which does not exist", name)
	}
}
