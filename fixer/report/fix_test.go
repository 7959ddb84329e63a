package report_test

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
)

func fakeFix(t *testing.T) *report.Fix {
	t.Helper()
	s := engine.NewSession(fakeSnapshot(), nil, fakeRules())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	return report.NewFix("/the/root", s.Plan(), report.Filter{Known: fakeRules()})
}

func TestFixText(t *testing.T) {
	f := fakeFix(t)
	got := written(t, func(w io.Writer) error { return f.Full(w, report.Style{}) })
	for _, want := range []string{
		"compose.yaml\n  blocked     compose/fixable in image, line 3\n              image is fixable\n              reason: compose.yaml: the edit would change something else",
		"  refused     compose/risky in image, line 5\n              image is risky\n              reason: not here\n",
		"  manual      compose/hopeless in image, line 7\n              image is ^[[31mhopelessU+202E\n              to do: start again\n",
		"  suppressed  compose/risky in image #2, line 9\n              image is risky\n              reason: on purpose\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// TestFixTextTellsFixesApart: each outcome says where it is, and a fix of level
// review what it breaks, in words that are written once.
func TestFixTextTellsFixesApart(t *testing.T) {
	made := func(path string, line int, level fixer.Level, more bool) engine.Outcome {
		f := &fixer.Finding{Rule: "compose/a", File: "f", Path: path, Line: line, Fixes: []fixer.Fix{
			{ID: "other", Title: "another way", Breaks: "not this"}, {ID: "mend", Title: "mend it", Level: level, Breaks: "it breaks", Verify: "look at it"}}}
		return engine.Outcome{Finding: f, Result: engine.Fixed, Fix: "mend", Title: "mend it", Level: level, New: more}
	}
	f := &report.Fix{Outcomes: []engine.Outcome{
		made("services.a", 2, fixer.Safe, false), made("services.b", 4, fixer.Review, false),
		made("services.c\x1b", 6, fixer.Review, false), made("", 7, fixer.Safe, false), made("services.d", 9, fixer.Review, true),
	}}
	want := `f
  fixed       compose/a in services.a, line 2
              mend it (safe)
              check: look at it
  fixed       compose/a in services.b, line 4
              mend it (review)
              can break: it breaks
  fixed       compose/a in services.c^[, line 6
              mend it (review)
  fixed       compose/a, line 7
              mend it (safe)
  fixed       compose/a in services.d, appeared after other fixes
              mend it (review)

`
	if got := written(t, func(w io.Writer) error { return f.Full(w, report.Style{}) }); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestFixSummary(t *testing.T) {
	got := written(t, func(w io.Writer) error { return fakeFix(t).Summary(w, report.Style{}, true, "oakum undo") })
	for _, want := range []string{
		"Nothing to change\n",
		"blocked: compose.yaml:3 compose/fixable: ",
		"refused: compose.yaml:5 compose/risky: not here\n",
		"Findings: 3: 1 blocked, 1 refused, 1 left to you; 1 suppressed before\n",
		"1 finding is left to you: no automatic fix\n",
		"  chart/values.yaml: Helm chart: skipped (rendering charts is not supported yet)\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "Undo") {
		t.Errorf("there is nothing to undo:\n%s", got)
	}
}

// outcomes is a plan of every result.
func outcomes() *report.Fix {
	at := func(path string, r engine.Result, l fixer.Level, title string) engine.Outcome {
		f := &fixer.Finding{Rule: "compose/a", File: "f", Path: path, Severity: fixer.Low, Line: 1, Fixes: []fixer.Fix{
			{ID: "mend <it>", Title: "mend <it>", Level: fixer.Safe, Verify: "docker ps\nprints\n  one\n\nlook at it"},
			{ID: "go on", Title: "go on", Level: fixer.Review, Breaks: "*all* of it", Verify: "docker ps\nprints\n  two"}}}
		if r == engine.Open {
			f.Fixes = f.Fixes[1:]
		}
		return engine.Outcome{Finding: f, Result: r, Level: l, Fix: title, Title: title}
	}
	f := &report.Fix{Before: &report.Scan{Score: 10}, After: &report.Scan{Score: 90, Arguments: " k8s"}, Command: "oakum fix k8s"}
	f.Outcomes = []engine.Outcome{
		at("a", engine.Fixed, fixer.Safe, "mend <it>"), at("b", engine.Fixed, fixer.Review, "go on"), at("c", engine.Fixed, fixer.Safe, "mend <it>"),
		at("d", engine.Closed, 0, ""), at("e", engine.Open, 0, ""), at("g", engine.ManualWork, 0, ""), at("h", engine.AlreadySuppressed, 0, ""),
	}
	f.Outcomes[3].New = true
	f.Outcomes[1].Guesses = []string{"uid=1"}
	f.Changes = []engine.Change{
		{Path: "f", Kind: fixer.Compose, Before: []byte("a\nb\n"), After: []byte("a\nc\nd\n"), Fixes: []fixer.Key{f.Outcomes[0].Finding.Key(), f.Outcomes[2].Finding.Key()}},
		{Path: "n`m", Kind: fixer.Dockerfile, After: []byte("x\n"), Fixes: []fixer.Key{f.Outcomes[1].Finding.Key()}},
	}
	return f
}

const wantSummary = `Wrote 2 files: 3 fixes (2 safe, 1 review), 1 finding closed by them
  f    +2   -1   ++-
    mend <it>, 2 times
  n` + "`" + `m  +1   -0   +  (new file)
    go on (review)

Score: 10 → 90 of 100 (F → A)
Findings: 5 and 1 that appeared with the fixes: 3 fixed, 1 closed by other fixes, 1 not fixed, 1 left to you; 1 suppressed before

Default values that nothing here confirms: uid=1 in 1 place (choose others with --set)

Check that it still works
  docker ps
      prints two (f); prints one (f)
      look at it

1 finding needs a look: the fix could break something
  show the fixes  oakum fix --level review --diff k8s
  make them       oakum fix --level review k8s   (commit first)
  1  compose/a

1 finding is left to you: no automatic fix
  what to do      oakum scan --full k8s
  1  compose/a

Undo: oakum undo
`

func TestSummaryOfEveryResult(t *testing.T) {
	f := outcomes()
	if got := written(t, func(w io.Writer) error { return f.Summary(w, report.Style{}, true, "oakum undo") }); got != wantSummary {
		t.Errorf("got:\n%s\nwant:\n%s", got, wantSummary)
	}
	got := written(t, func(w io.Writer) error { return f.Summary(w, report.Style{}, false, "oakum undo") })
	if !strings.HasPrefix(got, "Would change 2 files: ") || strings.Contains(got, "undo") || strings.Contains(got, "commit first") || strings.Contains(got, "docker ps") {
		t.Errorf("of a plan that is not written:\n%s", got)
	}
}

const wantPullRequest = `Harden 1 Dockerfile and 1 Compose file: 3 fixes, score 10 → 90

| | before | after |
|---|---:|---:|
| Score | 10 (F) | 90 (A) |
| Findings | 0 | 0 |

## What changes

- 'f' (+2 −1)
  - mend \<it\>, 2 times
- ''n'm'' (+1 −0)
  - go on (review)

Every byte that is not part of a fix is unchanged.

## What could break

- go on: \*all\* of it
- Default values that no file confirms: 'uid=1 in 1 place'

## How to check

- [ ] 'docker ps' prints two (f); prints one (f)
- [ ] look at it

## What is left

- 1 finding could be fixed after a look ('compose/a')
- 1 finding without an automatic fix ('compose/a')
- 1 finding suppressed before ('compose/a')

Made with 'oakum fix k8s'.
`

func TestPullRequest(t *testing.T) {
	want := strings.ReplaceAll(wantPullRequest, "'", "`")
	if got := written(t, outcomes().PullRequest); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := written(t, (&report.Fix{Before: &report.Scan{}, After: &report.Scan{}}).PullRequest); got != "Harden container files: nothing to change\n" {
		t.Errorf("of nothing: %q", got)
	}
}

func TestCommitMessage(t *testing.T) {
	want := `Harden 1 Dockerfile and 1 Compose file

f:
- mend <it>, 2 times

n` + "`" + `m:
- go on (review)

Score 10 -> 90 of 100.

Made with: oakum fix k8s
`
	if got := written(t, outcomes().CommitMessage); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestFixJSON(t *testing.T) {
	var v struct {
		Version  int
		Findings []any
		Outcomes []struct{ Rule, File, Path, Outcome, Reason string }
		Changes  []any
	}
	if err := json.Unmarshal([]byte(written(t, fakeFix(t).JSON)), &v); err != nil {
		t.Fatal(err)
	}
	if v.Version != report.JSONVersion || len(v.Findings) != 3 || v.Changes == nil {
		t.Errorf("version %d, %d findings, changes %v", v.Version, len(v.Findings), v.Changes)
	}
	got := map[string]string{}
	for _, o := range v.Outcomes {
		got[o.Rule+" "+o.Outcome] = o.Reason
	}
	for key, want := range map[string]string{
		"compose/fixable blocked": "the edit would change something else", "compose/risky refused": "not here",
		"compose/hopeless manual": "start again", "compose/risky suppressed": "on purpose",
	} {
		if !strings.Contains(got[key], want) || got[key] == "" {
			t.Errorf("outcome %s: %q, want %q", key, got[key], want)
		}
	}
}

// TestMarkdownOfHostileText: what a file holds is no markup, and code in pairs of
// backticks stays code.
func TestMarkdownOfHostileText(t *testing.T) {
	made := func(title string) *report.Fix {
		f := outcomes()
		f.Outcomes = f.Outcomes[:1]
		f.Outcomes[0].Title, f.Outcomes[0].Finding.Fixes[0].Title = title, title
		f.Changes = f.Changes[:1]
		return f
	}
	for title, want := range map[string]string{
		"[x](https://example.org) <b>": "  - \\[x\\](https://example.org) \\<b\\>\n",
		"set `a_b` to *":               "  - set `a_b` to \\*\n",
		"one ` alone":                  "  - one \\` alone\n",
		"a\n# heading":                 "  - a^J\\# heading\n",
	} {
		if got := written(t, made(title).PullRequest); !strings.Contains(got, want) {
			t.Errorf("%q: no %q in\n%s", title, want, got)
		}
	}
}

// TestChecksOfOneShapeAreOne: a command that differs only in the names of what was fixed is
// listed once, with the other names.
func TestChecksOfOneShapeAreOne(t *testing.T) {
	f := &report.Fix{}
	add := func(file, path, verify string) {
		x := &fixer.Finding{Rule: "compose/a", File: file, Path: path, Fixes: []fixer.Fix{{ID: "set", Verify: verify}}}
		f.Outcomes = append(f.Outcomes, engine.Outcome{Finding: x, Result: engine.Fixed, Fix: "set", Level: fixer.Safe})
	}
	for _, s := range []string{"api", "web", "db"} {
		add("shop/compose.yaml", "services."+s, "docker compose --project-directory shop exec "+s+" id -u\nprints 1")
	}
	add("bar/compose.yaml", "services.api", "docker compose --project-directory bar exec api id -u\nprints 1")
	add("bar/compose.yaml", "services.web", "docker compose --project-directory bar exec web id -u\nprints 2")
	add("bar/compose.yaml", "services.web", "docker ps\nprints 2")
	add("shop/compose.yaml", "services.db", "docker ps -a\nprints 2")
	var got []string
	for _, c := range f.Checks() {
		got = append(got, c.Command+"|"+c.Expect+"|"+c.Others(2))
	}
	want := []string{
		"docker compose --project-directory shop exec api id -u|prints 1|the same for web in shop, db in shop and 1 more",
		"docker compose --project-directory bar exec web id -u|prints 2|",
		"docker ps|prints 2|", "docker ps -a|prints 2|",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
