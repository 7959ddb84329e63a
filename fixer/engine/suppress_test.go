package engine_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

func TestSuppressions(t *testing.T) {
	for _, c := range []struct {
		name, file string
		suppressed string // reasons, joined
		open       int
		unused     int
	}{
		{"end of line", "things:\n- name: a # oakum: ignore k/x on purpose\n- name: b\n", "on purpose", 1, 0},
		{"line before", "things:\n# oakum: ignore k/x on purpose\n- name: a\n- name: b\n", "on purpose", 1, 0},
		{"line before, with others between", "things:\n# oakum: ignore k/x on purpose\n# another comment\n\n- name: a\n", "on purpose", 0, 0},
		{"several rules", "things:\n- name: a # oakum: ignore k/y,k/x both\n", "both", 0, 0},
		{"several rules with blanks", "things:\n- name: a # oakum: ignore k/y, k/x both\n", "both", 0, 0},
		{"whole file", "# oakum: ignore-file k/x legacy\nthings:\n- name: a\n- name: b\n", "legacy;legacy", 0, 0},
		{"whole file, after the marker", "---\n# oakum: ignore-file k/x legacy\nthings:\n- name: a\n", "legacy", 0, 0},
		{"whole file, too late", "things:\n# oakum: ignore-file k/x legacy\n- name: a\n", "", 1, 1},
		{"another rule", "things:\n- name: a # oakum: ignore k/other why\n", "", 1, 1},
		{"no reason", "things:\n- name: a # oakum: ignore k/x\n", "", 0, 0},
		{"in a string", "things:\n- name: 'a # oakum: ignore k/x no'\n", "", 1, 0},
		{"in a block", "things:\n- name: |\n    # oakum: ignore k/x no\n    text\n", "", 1, 0},
		{"no comment", "things:\n- name: a#oakum:ignore\n", "", 1, 0},
		{"crlf", "things:\r\n- name: a # oakum: ignore k/x on purpose\r\n", "on purpose", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := engine.Check(things("f.yaml", c.file), nil, []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Low)})
			var reasons []string
			for _, s := range r.Suppressed {
				reasons = append(reasons, s.By.Reason)
			}
			if got := strings.Join(reasons, ";"); got != c.suppressed || len(r.Findings) != c.open || len(r.Unused) != c.unused {
				t.Errorf("suppressed %q, %d open, %d unused; want %q, %d, %d", got, len(r.Findings), len(r.Unused), c.suppressed, c.open, c.unused)
			}
		})
	}
}

// TestSuppressionsInDockerfiles: a comment of the file counts, and one at the end of a RUN, which
// its shell reads; text in a body or in quotes does not.
func TestSuppressionsInDockerfiles(t *testing.T) {
	rule := &fixer.Rule{Name: "d/run", Severity: fixer.Low, Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		for _, i := range p.File.Dockerfile.Instructions {
			if i.Keyword == "RUN" {
				p.Report(fixer.Finding{Path: i.Text(), Start: i.Start, End: i.End, Message: "a run"})
			}
		}
	}}
	src := "# oakum: ignore-file d/none nothing\nFROM scratch\n# oakum: ignore d/run first\nRUN one\nRUN <<EOF\n# oakum: ignore d/run in the body\nEOF\nRUN two # oakum: ignore d/run last\nRUN echo \"a # oakum: ignore d/run in quotes\"\nRUN [\"x\", \"# oakum: ignore d/run a word\"]\nRUN three \\\n  four # oakum: ignore d/run of the line\n"
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(src)}})
	r := engine.Check(snap, nil, []*fixer.Rule{rule})
	if len(r.Suppressed) != 2 || r.Suppressed[0].By.Reason != "first" || r.Suppressed[1].By.Reason != "last" || len(r.Findings) != 4 || len(r.Unused) != 2 {
		t.Errorf("suppressed %v, open %d, unused %v", r.Suppressed, len(r.Findings), r.Unused)
	}
}

func TestIgnoreWritesASuppression(t *testing.T) {
	const src = "things:\r\n- name: a\r\n- name: b\r\n"
	s := engine.NewSession(things("f.yaml", src), nil, []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Low)})
	if err := s.Decide(key("k/x", "things[1].x"), engine.Decision{Verdict: engine.Suppress, Reason: " moving soon "}); err != nil {
		t.Fatal(err)
	}
	p := s.Plan()
	want := "things:\r\n- name: a\r\n# oakum: ignore k/x moving soon\r\n- name: b\r\n"
	if got := contents(t, p, "f.yaml"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if o := outcome(t, p, "k/x", "f.yaml", "things[1].x"); o.Result != engine.NewlySuppressed || !strings.Contains(o.Reason, "moving soon") {
		t.Errorf("outcome %+v", o)
	}
	if n := len(p.Final.Suppressed); n != 1 {
		t.Errorf("%d findings are suppressed after it, want 1", n)
	}
	marked := engine.NewSession(things("f.yaml", "\ufeffthings: [{name: a}]\n"), nil, []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Low)})
	if err := marked.Decide(key("k/x", "things[0].x"), engine.Decision{Verdict: engine.Suppress, Reason: "why"}); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, marked.Plan(), "f.yaml"); got != "\ufeff# oakum: ignore k/x why\nthings: [{name: a}]\n" {
		t.Errorf("behind a byte order mark: %q", got)
	}
	for name, c := range map[string]struct{ file, reason string }{
		"no reason":      {src, "  "},
		"several lines":  {src, "a\nb"},
		"json":           {`{"things": [{"name": "a"}, {"name": "b"}]}`, "why"},
		"inside a value": {"things: [{name: a}, {name: \"b\n  c\"}]\n", "why"},
	} {
		s := engine.NewSession(things("f.yaml", c.file), nil, []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Low)})
		if err := s.Decide(key("k/x", "things[1].x"), engine.Decision{Verdict: engine.Suppress, Reason: c.reason}); err != nil {
			t.Fatal(err)
		}
		o := outcome(t, s.Plan(), "k/x", "f.yaml", "things[1].x")
		if name == "inside a value" { // the line before the whole list is a fine place
			if o.Result != engine.NewlySuppressed && o.Result != engine.Refused && o.Result != engine.Blocked {
				t.Errorf("%s: %s %s", name, o.Result, o.Reason)
			}
			continue
		}
		if o.Result != engine.Refused || o.Reason == "" {
			t.Errorf("%s: %s %q, want refused with a reason", name, o.Result, o.Reason)
		}
	}
}

func TestARuleThatPanicsCostsItsOwnFindings(t *testing.T) {
	bad := &fixer.Rule{Name: "k/bad", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(*fixer.Pass) { panic("oh") }}
	r := engine.Check(things("f.yaml", twoThings), nil, []*fixer.Rule{bad, wantKey("k/x", "x", 1, fixer.Low)})
	if len(r.Findings) != 2 || len(r.Problems) != 1 || r.Problems[0] != (engine.Problem{Rule: "k/bad", File: "f.yaml", Reason: "oh"}) {
		t.Errorf("findings %d, problems %v", len(r.Findings), r.Problems)
	}
}
