package engine_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

type textEdit = text.Edit

func key(rule, path string) fixer.Key { return fixer.Key{Rule: rule, File: "f.yaml", Path: path} }

func TestSessionUndoAndRedo(t *testing.T) {
	s := engine.NewSession(things("f.yaml", twoThings), nil, []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Low), wantKey("k/y", "y", 2, fixer.Low)})
	states := []string{describe(s.Plan())}
	step := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, describe(s.Plan()))
	}
	step(s.Decide(key("k/x", "things[0].x"), engine.Decision{Verdict: engine.Accept}))
	step(s.Decide(key("k/x", "things[0].x"), engine.Decision{Verdict: engine.Skip}))
	step(s.Decide(key("k/y", "things[1].y"), engine.Decision{Verdict: engine.Suppress, Reason: "known"}))
	_, err := s.AcceptAll(fixer.Safe, nil)
	step(err)
	s.Forget(key("k/y", "things[1].y"))
	step(nil)

	for i := len(states) - 1; i > 0; i-- {
		if label, ok := s.Undo(); !ok || label == "" {
			t.Fatalf("undo %d: %q, %v", i, label, ok)
		}
		if got := describe(s.Plan()); got != states[i-1] {
			t.Errorf("after undoing step %d:\n%s\nwant:\n%s", i, got, states[i-1])
		}
	}
	if _, ok := s.Undo(); ok {
		t.Error("there was one step more to undo than made")
	}
	for i := 1; i < len(states); i++ {
		if _, ok := s.Redo(); !ok {
			t.Fatalf("redo %d is not possible", i)
		}
		if got := describe(s.Plan()); got != states[i] {
			t.Errorf("after redoing step %d:\n%s\nwant:\n%s", i, got, states[i])
		}
	}
	if _, ok := s.Redo(); ok {
		t.Error("there was one step more to redo than undone")
	}
	s.Undo()
	s.Forget(key("k/x", "things[0].x"))
	if _, ok := s.Redo(); ok {
		t.Error("a new step must end the redo history")
	}
}

func TestSessionRefusesWhatItDoesNotKnow(t *testing.T) {
	s := engine.NewSession(things("f.yaml", twoThings), nil, []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Low), manual("k/manual", fixer.Low)})
	for _, c := range []struct {
		key  fixer.Key
		d    engine.Decision
		want string
	}{
		{key("k/nope", "things[0].x"), engine.Decision{Verdict: engine.Accept}, "no finding"},
		{key("k/x", "things[9].x"), engine.Decision{Verdict: engine.Skip}, "no finding"},
		{key("k/x", "things[0].x"), engine.Decision{Verdict: engine.Accept, Fix: "other"}, `has no fix "other"`},
		{key("k/x", "things[0].x"), engine.Decision{Verdict: engine.Accept, Params: fixer.Params{"size": "1"}}, `unknown parameter "size"`},
		{key("k/x", "things[0].x"), engine.Decision{Verdict: engine.Accept, Params: fixer.Params{"value": "a b"}}, "no blanks"},
		{key("k/manual", "file"), engine.Decision{Verdict: engine.Accept}, "has no fix"},
	} {
		if err := s.Decide(c.key, c.d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Decide(%v, %+v) = %v, want %q", c.key, c.d, err, c.want)
		}
	}
	if n := len(s.Decisions()); n != 0 {
		t.Errorf("%d decisions were recorded", n)
	}
	if _, ok := s.Undo(); ok {
		t.Error("something to undo was recorded")
	}
}

func TestFoldFuncLeavesTheSessionAlone(t *testing.T) {
	s := engine.NewSession(things("f.yaml", twoThings), nil, []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Low)})
	fold := s.FoldFunc()
	before := describe(s.Plan())
	more := fold(engine.Decisions{key("k/x", "things[1].x"): {Verdict: engine.Accept}})
	if got := contents(t, more, "f.yaml"); got != "things:\n- name: a\n- name: b\n  x: 1\n  # between\n" {
		t.Errorf("the preview is\n%s", got)
	}
	if describe(s.Plan()) != before || len(s.Decisions()) != 0 {
		t.Error("the preview changed the session")
	}
	if err := s.Decide(key("k/x", "things[0].x"), engine.Decision{Verdict: engine.Accept}); err != nil {
		t.Fatal(err)
	}
	if describe(fold(nil)) != before {
		t.Error("a folder sees decisions made after it was taken")
	}
}

// TestOutlookIsWhatAcceptAllMakes: with what comes up after other fixes, and
// nothing is recorded.
func TestOutlookIsWhatAcceptAllMakes(t *testing.T) {
	rules := []*fixer.Rule{wantKey("k/a", "a", 1, fixer.High), follows("k/b", "b", "a", false, new(atomic.Int64))}
	s := engine.NewSession(things("f.yaml", twoThings), nil, rules)
	if err := s.Decide(key("k/a", "things[0].a"), engine.Decision{Verdict: engine.Skip}); err != nil {
		t.Fatal(err)
	}
	now, outlook := describe(s.Plan()), s.OutlookFunc()
	got := outlook(fixer.Safe)
	if describe(s.Plan()) != now || len(s.Decisions()) != 1 {
		t.Error("the outlook changed the session")
	}
	if want := acceptAll(t, s, fixer.Safe); describe(got) != describe(want) || want.ScoreAfter == want.ScoreBefore {
		t.Errorf("the outlook is\n%s\nand accepting all makes\n%s", describe(got), describe(want))
	}
	if again := outlook(fixer.Safe); describe(again) != describe(got) {
		t.Error("an outlook sees decisions made after it was taken")
	}
}

func TestSessionKeepsDecisionsWhenFilesChange(t *testing.T) {
	s := engine.NewSession(things("f.yaml", twoThings), nil, []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Low)})
	acceptAll(t, s, fixer.Safe)
	lost := s.SetSnapshot(things("f.yaml", "# a new line\nthings:\n- name: a\n"))
	if len(lost) != 1 || lost[0] != key("k/x", "things[1].x") {
		t.Errorf("lost %v, want the second thing's", lost)
	}
	if got := contents(t, s.Plan(), "f.yaml"); got != "# a new line\nthings:\n- name: a\n  x: 1\n" {
		t.Errorf("got:\n%s", got)
	}
}

// TestFactsArriveLate gives a session an answer that turns a manual finding
// into one with a safe fix; the decision on another finding stays.
func TestFactsArriveLate(t *testing.T) {
	rule := &fixer.Rule{Name: "k/late", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		f := fixer.Finding{Path: "late", Message: "unknown", Advice: "ask the registry"}
		if a := p.Facts.Answers["example.org/web:1"]; a != nil {
			c := a.Config
			f.Message = "known: " + c.User
			f.Fixes = []fixer.Fix{{ID: "set", Title: "set", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
				d.YAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("user"), c.User))
				return nil
			}}}
		}
		if p.File.YAML.Docs[0].Root.Get("user") == nil {
			p.Report(f)
		}
	}}
	s := engine.NewSession(things("f.yaml", "things: [{name: a}]\n"), nil, []*fixer.Rule{rule, wantKey("k/x", "x", 1, fixer.Low)})
	if err := s.Decide(key("k/x", "things[0].x"), engine.Decision{Verdict: engine.Accept}); err != nil {
		t.Fatal(err)
	}
	if l := s.Baseline().Finding(key("k/late", "late")).Level(); l != fixer.Manual {
		t.Fatalf("level %s before the answer, want manual", l)
	}
	s.SetFacts((&fixer.Facts{}).With(image.ConfigAnswer("example.org/web:1", image.Config{User: "app"})))
	if l := s.Baseline().Finding(key("k/late", "late")).Level(); l != fixer.Safe {
		t.Fatalf("level %s after the answer, want safe", l)
	}
	p := acceptAll(t, s, fixer.Safe)
	if got := contents(t, p, "f.yaml"); got != "things: [{name: a, x: 1}]\nuser: app\n" {
		t.Errorf("got:\n%s", got)
	}
}

// TestAcceptAllFollowsTheEvidence: a fix of one file changes which fix another
// finding is offered. What was accepted with all others is the one offered
// then; what was chosen by name is not replaced by another.
func TestAcceptAllFollowsTheEvidence(t *testing.T) {
	offered := &fixer.Rule{Name: "cross/offered", Severity: fixer.Low, Check: func(p *fixer.Pass) {
		root := p.Snapshot.File("f.yaml").YAML.Docs[0].Root
		if root.Get("done") != nil {
			return
		}
		id := "early"
		if root.Get("things").Item(0).Get("x") != nil {
			id = "late"
		}
		p.Report(fixer.Finding{File: "f.yaml", Path: "offered", Message: "m", Fixes: []fixer.Fix{{
			ID: id, Title: id, Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
				doc := p.Snapshot.File("f.yaml").YAML.Docs[0]
				d.At("f.yaml").YAML(doc, yamldoc.Set(yamldoc.P("things", 0, "by"), id), yamldoc.Set(yamldoc.P("done"), id))
				return nil
			},
		}}})
	}}
	rules := ordered(wantKey("k/x", "x", 1, fixer.Low), offered)
	s := engine.NewSession(things("f.yaml", "things:\n- name: a\n"), nil, rules)
	p := acceptAll(t, s, fixer.Safe)
	if got := contents(t, p, "f.yaml"); got != "things:\n- name: a\n  x: 1\n  by: late\ndone: late\n" {
		t.Errorf("got:\n%s", got)
	}
	s = engine.NewSession(things("f.yaml", "things:\n- name: a\n"), nil, rules)
	for _, k := range []fixer.Key{key("cross/offered", "offered"), key("k/x", "things[0].x")} {
		if err := s.Decide(k, engine.Decision{Verdict: engine.Accept}); err != nil {
			t.Fatal(err)
		}
	}
	if o := outcome(t, s.Plan(), "cross/offered", "f.yaml", "offered"); o.Result != engine.Refused || !strings.Contains(o.Reason, `"early" no longer applies`) {
		t.Errorf("chosen by name it is %s: %s", o.Result, o.Reason)
	}
}

// TestManualFixIsMadeOnlyWhenChosen holds that no sweep takes a fix that only a
// person can decide on, and that one who chooses it gets it.
func TestManualFixIsMadeOnlyWhenChosen(t *testing.T) {
	rule := &fixer.Rule{Name: "k/x", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		if p.File.YAML.Docs[0].Root.Get("x") != nil {
			return
		}
		p.Report(fixer.Finding{Path: "x", Message: "no x", Advice: "think about it", Fixes: []fixer.Fix{{
			ID: "set", Title: "set x", Level: fixer.Manual, Breaks: "nobody knows", Verify: "look",
			Edit: fixer.EditYAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("x"), 1)),
		}}})
	}}
	s := engine.NewSession(things("f.yaml", twoThings), nil, []*fixer.Rule{rule})
	for _, level := range []fixer.Level{fixer.Review, fixer.Manual} {
		plan := acceptAll(t, s, level)
		if o := outcome(t, plan, "k/x", "f.yaml", "x"); o.Result != engine.ManualWork || o.Reason != "think about it" {
			t.Errorf("up to %s: %s (%s), want it left to a person", level, o.Result, o.Reason)
		}
	}
	if err := s.Decide(key("k/x", "x"), engine.Decision{Verdict: engine.Accept, Fix: "set"}); err != nil {
		t.Fatal(err)
	}
	if o := outcome(t, s.Plan(), "k/x", "f.yaml", "x"); o.Result != engine.Fixed || o.Level != fixer.Manual {
		t.Errorf("chosen by name: %s at %s, want it made", o.Result, o.Level)
	}
}
