package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
)

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const wantText = `3 findings in 1 file: 1 critical, 1 high, 1 medium
Score by these rules only: 76 of 100 (B)

What can be done
  1 has a safe fix                oakum fix --select x
  1 has a fix that needs a look   oakum fix --level review --diff --select x
  1 is left to you: no automatic fix
  One at a time, with the diff of each: oakum

By rule
  1  compose/hopeless  1 critical
  1  compose/risky     1 high
  1  compose/fixable   1 medium

Not checked
  chart/values.yaml: Helm chart: skipped (rendering charts is not supported yet)

critical  compose/hopeless: hopeless | title
  compose.yaml:7  image is ^[[31mhopelessU+202E
    7 | image: hopeless
    To do: start again

high  compose/risky: risky | title
  compose.yaml:5  image is risky
    5 | image: risky
    Fix (review): go on
    Can break: it breaks

medium  compose/fixable: fixable | title
  compose.yaml:3  image is fixable
    3 | image: fixable
    Evidence: image table: known
    Fix (safe): mend it

Suppressed
  compose.yaml:9  compose/risky: on purpose

Suppressions that match nothing
  compose.yaml:11  compose/risqy: no rule is called compose/risqy: did you mean compose/risky?

3 findings. Safe fixes: oakum fix --select x   One at a time: oakum   About a rule: oakum explain RULE
`

// wantFull is what --full adds: by file, with parameters and references.
const wantFull = `
compose.yaml
    3  medium    image is fixable
                 | image: fixable
                 compose/fixable in image
                 evidence: image table: known
                 fix (safe): mend it
                 --set word=mended: what to write
                 references: Web 5.4; Kubesec DockerSock
    5  high      image is risky
                 | image: risky
                 compose/risky in image
                 fix (review): go on
                 can break: it breaks
                 references: Web 5.4; Kubesec DockerSock
    7  critical  image is ^[[31mhopelessU+202E
                 | image: hopeless
                 compose/hopeless in image
                 to do: start again
                 references: Web 5.4; Kubesec DockerSock

Suppressed
`

func TestText(t *testing.T) {
	s := fakeScan(t, report.Filter{})
	s.Arguments = " --select x"
	if got := written(t, func(w io.Writer) error { return s.Text(w, report.Style{}) }); got != wantText {
		t.Errorf("got:\n%s\nwant:\n%s", got, wantText)
	}
}

func TestFull(t *testing.T) {
	s := fakeScan(t, report.Filter{})
	if got := written(t, func(w io.Writer) error { return s.Full(w, report.Style{}) }); !strings.Contains(got, wantFull) || !strings.HasPrefix(got, "3 findings in 1 file") {
		t.Errorf("got:\n%s\nwant in it:\n%s", got, wantFull)
	}
}

// TestTextCountsFilesWithFindings: files without a finding are not said to have
// one.
func TestTextCountsFilesWithFindings(t *testing.T) {
	s := fakeScan(t, report.Filter{}, fixer.Source{Path: "fine/compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  x:\n    image: fine\n")})
	if got := written(t, func(w io.Writer) error { return s.Text(w, report.Style{}) }); !strings.HasPrefix(got, "3 findings in 1 of 2 files: ") {
		t.Errorf("got:\n%s", got)
	}
}

// TestColourOnlyRepeats takes the colours away and must be left with the plain
// text: no mark is made by colour alone.
func TestColourOnlyRepeats(t *testing.T) {
	escape := regexp.MustCompile("\x1b\\[[0-9;]*m")
	s := fakeScan(t, report.Filter{})
	s.Arguments = " --select x"
	colour := written(t, func(w io.Writer) error { return s.Text(w, report.Style{Terminal: true, Color: true}) })
	if !strings.Contains(colour, "\x1b[") {
		t.Error("there is no colour")
	}
	if got := escape.ReplaceAllString(colour, ""); got != wantText {
		t.Errorf("without its colours the text is:\n%s", got)
	}
}

func TestConcise(t *testing.T) {
	s := fakeScan(t, report.Filter{})
	want := `compose.yaml:3: medium compose/fixable image is fixable
compose.yaml:5: high compose/risky image is risky
compose.yaml:7: critical compose/hopeless image is ^[[31mhopelessU+202E
`
	if got := written(t, func(w io.Writer) error { return s.Concise(w, report.Style{}) }); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	want = `chart/values.yaml: skipped, helm: values of a chart
compose.yaml:9: suppressed compose/risky: on purpose
compose.yaml:11: suppression of compose/risqy matches nothing: no rule is called compose/risqy: did you mean compose/risky?
`
	if got := written(t, func(w io.Writer) error { return s.NonFindings(w, report.Style{}) }); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestFilter(t *testing.T) {
	only := func(name string) func(string) bool { return func(r string) bool { return r == name } }
	for _, c := range []struct {
		name                       string
		filter                     report.Filter
		findings, suppressed, idle int
		hidden                     int
		reaches                    fixer.Severity
	}{
		{"everything", report.Filter{}, 3, 1, 1, 0, fixer.Critical},
		{"one rule", report.Filter{Rule: only("compose/risky")}, 1, 1, 1, 0, fixer.High},
		{"severe ones", report.Filter{Min: fixer.High}, 2, 1, 1, 1, fixer.Critical},
		{"one severe rule", report.Filter{Rule: only("compose/fixable"), Min: fixer.High}, 0, 0, 1, 1, 0},
		{"no rule", report.Filter{Rule: only("")}, 0, 0, 1, 0, 0},
	} {
		s := fakeScan(t, c.filter)
		if len(s.Findings) != c.findings || len(s.Suppressed) != c.suppressed || len(s.Unused) != c.idle || s.Hidden != c.hidden {
			t.Errorf("%s: %d findings, %d suppressed, %d idle, %d hidden; want %d, %d, %d, %d", c.name,
				len(s.Findings), len(s.Suppressed), len(s.Unused), s.Hidden, c.findings, c.suppressed, c.idle, c.hidden)
		}
		for sev := fixer.Low; sev <= fixer.Critical; sev++ {
			if got := s.HasSeverity(sev); got != (sev <= c.reaches) {
				t.Errorf("%s: reaches %s: %v", c.name, sev, got)
			}
		}
	}
	// The score does not depend on what is shown, only on what was asked.
	if a, b := fakeScan(t, report.Filter{}), fakeScan(t, report.Filter{Min: fixer.Critical}); a.Score != b.Score {
		t.Errorf("scores %d and %d", a.Score, b.Score)
	}
	// An idle suppression of a rule that was not asked is not called idle.
	idle := fixer.Source{Path: "idle.yaml", Kind: fixer.Compose, Data: []byte("services:\n  x:\n    image: fine # oakum: ignore compose/risky x\n")}
	if n := len(fakeScan(t, report.Filter{}, idle).Unused); n != 2 {
		t.Errorf("%d idle suppressions, want 2", n)
	}
	if n := len(fakeScan(t, report.Filter{Rule: only("compose/fixable")}, idle).Unused); n != 1 {
		t.Errorf("%d idle suppressions, want only the misspelt one", n)
	}
}

func TestProblemsAndSkipsAreShownInEveryForm(t *testing.T) {
	s := fakeScan(t, report.Filter{}, fixer.Source{Path: "p.yaml", Kind: fixer.Compose, Data: []byte("services:\n  x:\n    image: panics\n")})
	if len(s.Problems) != 1 {
		t.Fatalf("%d problems, want 1", len(s.Problems))
	}
	for name, got := range map[string]string{
		"text":  written(t, func(w io.Writer) error { return s.Text(w, report.Style{}) }),
		"aside": written(t, func(w io.Writer) error { return s.NonFindings(w, report.Style{}) }),
		"json":  written(t, s.JSON),
	} {
		for _, want := range []string{"compose/panics", "boom", "chart/values.yaml", "helm"} {
			if !strings.Contains(strings.ToLower(got), want) {
				t.Errorf("%s does not mention %q:\n%s", name, want, got)
			}
		}
	}
}

func TestUnreadable(t *testing.T) {
	skipped := func(code fixer.SkipCode) fixer.Source {
		return fixer.Source{Path: string(code), Kind: fixer.Dockerfile, Skip: &fixer.Skip{Code: code, Reason: "x"}}
	}
	good := fixer.Source{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services: {}\n")}
	for _, c := range []struct {
		name    string
		sources []fixer.Source
		want    bool
	}{
		{"no file", nil, false},
		{"a sound file", []fixer.Source{good}, false},
		{"a sound one and a bad one", []fixer.Source{good, skipped(fixer.SkipSyntax)}, false},
		{"a bad one", []fixer.Source{skipped(fixer.SkipSyntax)}, true},
		{"an empty one", []fixer.Source{skipped(fixer.SkipEmpty)}, false},
		{"a chart", []fixer.Source{skipped(fixer.SkipHelm), skipped(fixer.SkipTemplate)}, false},
		{"a chart and a bad one", []fixer.Source{skipped(fixer.SkipHelm), skipped(fixer.SkipBinary)}, true},
	} {
		snap := fixer.NewSnapshot(c.sources)
		s := report.NewScan("/", snap, engine.Check(snap, nil, fakeRules()), report.Filter{})
		if got := s.Unreadable(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestJSONHoldsTheSchema pins the members that programs rely on, and their
// kinds.
func TestJSONHoldsTheSchema(t *testing.T) {
	s := fakeScan(t, report.Filter{})
	raw := written(t, s.JSON)
	if i := strings.IndexFunc(raw, func(r rune) bool { return r < 0x20 && r != '\n' || r == 0x202e || r == 0x7f }); i >= 0 {
		t.Errorf("byte %d of the JSON is one that a terminal obeys", i)
	}
	var v map[string]any
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Fatal(err)
	}
	keys := func(v any) string {
		var out []string
		for k := range v.(map[string]any) {
			out = append(out, k)
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	first := func(v any, member string) any { return v.(map[string]any)[member].([]any)[0] }
	finding := v["findings"].([]any)[2]
	for _, c := range []struct {
		what, got, want string
	}{
		{"the report", keys(v), "files findings hidden pods problems root score suppressed unusedSuppressions version"},
		{"a skipped file", keys(v["files"].([]any)[0]), "kind path skipped"},
		{"a file", keys(v["files"].([]any)[1]), "kind path"},
		{"a skip", keys(v["files"].([]any)[0].(map[string]any)["skipped"]), "code reason"},
		{"a finding", keys(finding), "endLine evidence file fixes level line message path rule severity"},
		{"evidence", keys(first(finding, "evidence")), "kind source text"},
		{"a fix", keys(first(finding, "fixes")), "edits id level params title verify"},
		{"a parameter", keys(first(first(finding, "fixes"), "params")), "default meaning name"},
		{"an edit", keys(first(first(finding, "fixes"), "edits")), "end file start text"},
		{"a suppressed finding", keys(v["suppressed"].([]any)[0]), "file line path reason rule"},
		{"an idle suppression", keys(v["unusedSuppressions"].([]any)[0]), "file line reason rules"},
		{"the score", keys(v["score"]), "grade value"},
	} {
		if c.got != c.want {
			t.Errorf("%s has %q, want %q", c.what, c.got, c.want)
		}
	}
	if v["version"] != 1.0 || v["root"] != "/the/root" {
		t.Errorf("version %v, root %v", v["version"], v["root"])
	}
	// What is escaped for terminals is the same value to a program.
	if got := v["findings"].([]any)[0].(map[string]any)["message"]; got != "image is \x1b[31mhopeless\u202e" {
		t.Errorf("message %q", got)
	}
	// A refused fix has no edits and says why.
	if fix := v["findings"].([]any)[1].(map[string]any)["fixes"].([]any)[0].(map[string]any); fix["refused"] != "not here" || len(fix["edits"].([]any)) != 0 {
		t.Errorf("refused fix: %v", fix)
	}
	// Empty lists are lists.
	empty := fixer.NewSnapshot(nil)
	raw = written(t, report.NewScan("/", empty, engine.Check(empty, nil, nil), report.Filter{}).JSON)
	if strings.Contains(raw, "null") {
		t.Errorf("null in\n%s", raw)
	}
}

// TestJSONInPieces: the findings are written some at a time, and together are one value,
// indented as one.
func TestJSONInPieces(t *testing.T) {
	var more []fixer.Source
	for i := range 900 {
		more = append(more, fixer.Source{Path: fmt.Sprintf("more/%03d/compose.yaml", i), Kind: fixer.Compose, Data: []byte("services:\n  x:\n    image: fixable\n")})
	}
	s := fakeScan(t, report.Filter{}, more...)
	raw := written(t, s.JSON)
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(raw), "", "  "); err != nil {
		t.Fatal(err)
	}
	if indented.String() != raw {
		t.Error("it is not indented as one value is")
	}
	var v struct {
		Findings []struct{ File, Message string }
	}
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Findings) != len(s.Findings) || len(s.Findings) < 900 {
		t.Fatalf("%d findings are written of %d", len(v.Findings), len(s.Findings))
	}
	for i, f := range s.Findings {
		if got := v.Findings[i]; got.File != f.File || got.Message != f.Message {
			t.Fatalf("finding %d is %v, not that of %s", i, got, f.File)
		}
	}
}
