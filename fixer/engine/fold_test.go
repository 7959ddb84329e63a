package engine_test

import (
	"errors"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

func TestFoldMakesFixesThatShareAPlace(t *testing.T) {
	rules := ordered(wantKey("k/x", "x", 1, fixer.Low), wantKey("k/v", "v", 2, fixer.High), wantKey("k/z", "z", 3, fixer.Low))
	s := engine.NewSession(things("f.yaml", twoThings), nil, rules)
	p := acceptAll(t, s, fixer.Safe)
	want := "things:\n- name: a\n  x: 1\n  v: 2\n  z: 3\n- name: b\n  x: 1\n  v: 2\n  z: 3\n  # between\n"
	if got := contents(t, p, "f.yaml"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if n := p.Count(engine.Fixed); n != 6 || len(p.Outcomes) != 6 {
		t.Errorf("%d of %d outcomes are fixed, want 6 of 6", n, len(p.Outcomes))
	}
	if len(p.Changes) != 1 || len(p.Changes[0].Fixes) != 6 || string(p.Changes[0].Before) != twoThings {
		t.Errorf("changes: %+v", p.Changes)
	}
	if p.ScoreBefore >= p.ScoreAfter || p.ScoreAfter != 100 {
		t.Errorf("score %d → %d, want a rise to 100", p.ScoreBefore, p.ScoreAfter)
	}
}

// TestFoldDoesNotDependOnOrder makes the same decisions in many orders, one by
// one, and expects the same bytes and outcomes each time.
func TestFoldDoesNotDependOnOrder(t *testing.T) {
	rules := []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Low), wantKey("k/y", "y", 2, fixer.High), wantKey("k/m", "m", "v", fixer.Medium)}
	snap := things("a.yaml", twoThings, "b.yaml", "things: [{name: a}, {name: b, x: 1}]\n")
	var keys []fixer.Key
	for _, f := range engine.Check(snap, nil, rules).Findings {
		keys = append(keys, f.Key())
	}
	r := rand.New(rand.NewSource(7))
	for round := range 200 {
		subset := slices.Clone(keys)
		r.Shuffle(len(subset), func(i, j int) { subset[i], subset[j] = subset[j], subset[i] })
		subset = subset[:r.Intn(len(subset)+1)]
		first := foldInOrder(t, snap, rules, subset)
		for range 3 {
			r.Shuffle(len(subset), func(i, j int) { subset[i], subset[j] = subset[j], subset[i] })
			if got := foldInOrder(t, snap, rules, subset); got != first {
				t.Fatalf("round %d: order %v gives\n%s\nand another order\n%s", round, subset, got, first)
			}
		}
	}
}

// foldInOrder decides one finding after the other, folding in between, and
// describes the final plan.
func foldInOrder(t *testing.T, snap *fixer.Snapshot, rules []*fixer.Rule, keys []fixer.Key) string {
	t.Helper()
	s := engine.NewSession(snap, nil, rules)
	for _, k := range keys {
		if err := s.Decide(k, engine.Decision{Verdict: engine.Accept}); err != nil {
			t.Fatal(err)
		}
		s.Plan()
	}
	return describe(s.Plan())
}

func describe(p *engine.Plan) string {
	var b strings.Builder
	for f := range p.After.Files() {
		fmt.Fprintf(&b, "%s\n%s", f.Path, f.Data)
	}
	for _, o := range p.Outcomes {
		fmt.Fprintf(&b, "%s %s %s %v\n", o.Finding.Key(), o.Result, o.Reason, o.By)
	}
	return b.String()
}

func TestFoldSaysWhatClosedAFinding(t *testing.T) {
	// "either" is satisfied by x as well as by y, and its own fix adds y.
	either := &fixer.Rule{Name: "k/either", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		for i, thing := range p.File.YAML.Docs[0].Root.Get("things").List() {
			if thing.Get("x") == nil && thing.Get("y") == nil {
				p.Report(fixer.Finding{Path: fmt.Sprintf("things[%d].either", i), Message: "neither x nor y", Fixes: []fixer.Fix{{
					ID: "y", Title: "set y", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
						d.YAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("things", i, "y"), 1))
						return nil
					},
				}}})
			}
		}
	}}
	s := engine.NewSession(things("f.yaml", "things:\n- name: a\n"), nil, ordered(wantKey("k/x", "x", 1, fixer.Low), either))
	p := acceptAll(t, s, fixer.Safe)
	o := outcome(t, p, "k/either", "f.yaml", "things[0].either")
	if o.Result != engine.Closed || len(o.By) != 1 || o.By[0].Rule != "k/x" {
		t.Errorf("outcome %+v, want closed by k/x", o)
	}
	if got := contents(t, p, "f.yaml"); got != "things:\n- name: a\n  x: 1\n" {
		t.Errorf("a fix that had become needless was made:\n%s", got)
	}
}

// breaking returns a rule whose fix does something it should not.
func breaking(edit func(p *fixer.Pass, d *fixer.Draft) error) *fixer.Rule {
	return &fixer.Rule{Name: "k/breaking", Severity: fixer.Medium, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		if p.File.YAML.Docs[0].Root.Get("fine").Text() != "true" {
			p.Report(fixer.Finding{Path: "fine", Message: "not fine", Fixes: []fixer.Fix{{
				ID: "f", Title: "make it fine", Level: fixer.Safe, Edit: func(d *fixer.Draft) error { return edit(p, d) },
			}}})
		}
	}}
}

func TestFoldRollsBackWhatDoesNotHold(t *testing.T) {
	set := func(p *fixer.Pass, d *fixer.Draft, path yamldoc.Path, v any) {
		d.YAML(p.File.YAML.Docs[0], yamldoc.Set(path, v))
	}
	opened := &fixer.Rule{Name: "k/opened", Severity: fixer.High, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		if n := p.File.YAML.Docs[0].Root.Get("fine"); n != nil {
			p.Report(fixer.Finding{Path: "opened", Message: "fine is not fine", Advice: "no"})
		}
	}}
	lower := &fixer.Rule{Name: "k/lower", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: opened.Check}
	follows := &fixer.Rule{Name: "k/follows", Severity: fixer.High, Kind: fixer.Kubernetes, Consequence: true, Check: opened.Check}
	panics := &fixer.Rule{Name: "k/panics", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		if p.File.YAML.Docs[0].Root.Get("fine") != nil {
			panic("cannot read it")
		}
	}}
	for _, c := range []struct {
		name   string
		rules  []*fixer.Rule
		result engine.Result
		reason string
	}{
		{"the finding stays", []*fixer.Rule{breaking(func(p *fixer.Pass, d *fixer.Draft) error {
			set(p, d, yamldoc.P("fine"), "no")
			return nil
		})}, engine.Blocked, "remains after the edit"},
		{"it opens a worse finding", []*fixer.Rule{breaking(func(p *fixer.Pass, d *fixer.Draft) error {
			set(p, d, yamldoc.P("fine"), true)
			return nil
		}), opened}, engine.Blocked, "would cause another finding: k/opened"},
		{"it opens a lesser finding, which is no reason", []*fixer.Rule{breaking(func(p *fixer.Pass, d *fixer.Draft) error {
			set(p, d, yamldoc.P("fine"), true)
			return nil
		}), lower}, engine.Fixed, ""},
		{"it has a consequence, which is no reason", []*fixer.Rule{breaking(func(p *fixer.Pass, d *fixer.Draft) error {
			set(p, d, yamldoc.P("fine"), true)
			return nil
		}), follows}, engine.Fixed, ""},
		{"another rule fails on the result", []*fixer.Rule{breaking(func(p *fixer.Pass, d *fixer.Draft) error {
			set(p, d, yamldoc.P("fine"), true)
			return nil
		}), panics}, engine.Blocked, "rule k/panics fails on the result"},
		{"it changes what it did not declare", []*fixer.Rule{breaking(func(p *fixer.Pass, d *fixer.Draft) error {
			set(p, d, yamldoc.P("fine"), true)
			d.Comment([]textEdit{{Start: 0, End: 0, New: "other: 1\n"}})
			return nil
		})}, engine.Blocked, "would change something else"},
		{"the result does not parse", []*fixer.Rule{breaking(func(p *fixer.Pass, d *fixer.Draft) error {
			d.Comment([]textEdit{{Start: 0, End: 0, New: "{"}})
			return nil
		})}, engine.Blocked, "cannot be parsed"},
		{"it writes a key twice", []*fixer.Rule{breaking(func(p *fixer.Pass, d *fixer.Draft) error {
			d.Comment([]textEdit{{Start: 0, End: 0, New: "things: 1\n"}})
			return nil
		})}, engine.Blocked, "f.yaml:"},
		{"it refuses", []*fixer.Rule{breaking(func(*fixer.Pass, *fixer.Draft) error { return fixer.Refuse("the moon is full") })}, engine.Refused, "the moon is full"},
		{"it fails", []*fixer.Rule{breaking(func(*fixer.Pass, *fixer.Draft) error { return errors.New("disk full.") })}, engine.Refused, "disk full"},
		{"it panics", []*fixer.Rule{breaking(func(*fixer.Pass, *fixer.Draft) error { panic("oh") })}, engine.Refused, "this fix failed: oh"},
		{"it does nothing", []*fixer.Rule{breaking(func(*fixer.Pass, *fixer.Draft) error { return nil })}, engine.Refused, "nothing to change"},
	} {
		t.Run(c.name, func(t *testing.T) {
			good := wantKey("k/x", "x", 1, fixer.Low)
			s := engine.NewSession(things("f.yaml", "things:\n- name: a\n"), nil, append(c.rules, good))
			p := acceptAll(t, s, fixer.Safe)
			o := outcome(t, p, "k/breaking", "f.yaml", "fine")
			if o.Result != c.result || !strings.Contains(o.Reason, c.reason) || strings.HasSuffix(o.Reason, ".") {
				t.Errorf("outcome %s %q, want %s with %q", o.Result, o.Reason, c.result, c.reason)
			}
			if x := outcome(t, p, "k/x", "f.yaml", "things[0].x"); x.Result != engine.Fixed {
				t.Errorf("the sound fix beside it is %s: %s", x.Result, x.Reason)
			}
			if c.result != engine.Fixed {
				if got := contents(t, p, "f.yaml"); got != "things:\n- name: a\n  x: 1\n" {
					t.Errorf("something of the bad fix is left:\n%s", got)
				}
			}
		})
	}
}

// TestFoldIsAllOrNothingAcrossFiles has a fix for two files of which one
// cannot be changed.
func TestFoldIsAllOrNothingAcrossFiles(t *testing.T) {
	both := &fixer.Rule{Name: "cross/both", Severity: fixer.Low, Check: func(p *fixer.Pass) {
		for f := range p.Snapshot.Files() {
			if f.YAML.Docs[0].Root.Get("both") == nil {
				p.Report(fixer.Finding{File: "a.yaml", Path: "both", Message: "not in both", Fixes: []fixer.Fix{{
					ID: "both", Title: "set in both", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
						for f := range d.Snapshot.Files() {
							d.At(f.Path).YAML(f.YAML.Docs[0], yamldoc.Set(yamldoc.P("both"), true))
						}
						return nil
					},
				}}})
				return
			}
		}
	}}
	for _, c := range []struct {
		name, b string
		result  engine.Result
		files   int
	}{
		{"both can be changed", "b: 1\n", engine.Fixed, 2},
		{"one refuses", "b: 1\nb: 2\n", engine.Refused, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := engine.NewSession(things("a.yaml", "a: 1\n", "b.yaml", c.b), nil, []*fixer.Rule{both})
			p := acceptAll(t, s, fixer.Safe)
			if o := outcome(t, p, "cross/both", "a.yaml", "both"); o.Result != c.result || len(p.Changes) != c.files {
				t.Errorf("%s (%s), %d files changed; want %s, %d", o.Result, o.Reason, len(p.Changes), c.result, c.files)
			}
		})
	}
}

func TestFoldHoldsAFixToTheLevelItWasAcceptedAt(t *testing.T) {
	// The fix of "level" is safe until x is there.
	level := &fixer.Rule{Name: "k/level", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		root := p.File.YAML.Docs[0].Root
		if root.Get("level") != nil {
			return
		}
		l := fixer.Safe
		if root.Get("things").Item(0).Get("x") != nil {
			l = fixer.Review
		}
		p.Report(fixer.Finding{Path: "level", Message: "no level", Fixes: []fixer.Fix{{
			ID: "set", Title: "set level", Level: l, Breaks: "b", Verify: "v", Edit: func(d *fixer.Draft) error {
				d.YAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("things", 0, "level"), 1), yamldoc.Set(yamldoc.P("level"), 1))
				return nil
			},
		}}})
	}}
	// Both insert after the last entry of the first thing, and x comes first.
	s := engine.NewSession(things("f.yaml", "things:\n- name: a\n"), nil, ordered(wantKey("k/x", "x", 1, fixer.Low), level))
	p := acceptAll(t, s, fixer.Safe)
	o := outcome(t, p, "k/level", "f.yaml", "level")
	if o.Result != engine.Blocked || !strings.Contains(o.Reason, "accepted as safe") {
		t.Errorf("outcome %s %q, want blocked because it is review by now", o.Result, o.Reason)
	}
	k := fixer.Key{Rule: "k/level", File: "f.yaml", Path: "level"}
	if err := s.Decide(k, engine.Decision{Verdict: engine.Accept, Level: fixer.Review}); err != nil {
		t.Fatal(err)
	}
	if o := s.Plan().Outcome(k); o.Result != engine.Fixed {
		t.Errorf("accepted at review level it is %s: %s", o.Result, o.Reason)
	}
}

func TestFoldKeepsOutOfContextAndSkippedFiles(t *testing.T) {
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "context.yaml", Kind: fixer.Kubernetes, Data: []byte("things: [{name: a}]\n"), Context: true},
		{Path: "broken.yaml", Kind: fixer.Kubernetes, Data: []byte("things: [\n")},
		{Path: "helm.yaml", Kind: fixer.Helm, Data: []byte("things: [{name: a}]\n"), Skip: &fixer.Skip{Code: fixer.SkipHelm, Reason: "part of a chart"}},
	})
	s := engine.NewSession(snap, nil, []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Low)})
	if p := acceptAll(t, s, fixer.Review); len(p.Outcomes) != 0 || len(p.Changes) != 0 {
		t.Errorf("outcomes %v, changes %v; want none", p.Outcomes, p.Changes)
	}
	if f := snap.File("broken.yaml"); f.Skip == nil || f.Skip.Code != fixer.SkipSyntax || !strings.Contains(f.Skip.Reason, "line") {
		t.Errorf("a file that does not parse has state %+v, want one that names the line", f.Skip)
	}
}

// TestFoldFindsTheFewThatDoNotHoldAmongMany blocks two fixes of many, in files
// of their own and among others in one file, and makes all the rest.
func TestFoldFindsTheFewThatDoNotHoldAmongMany(t *testing.T) {
	bad := &fixer.Rule{Name: "k/bad", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		for i, thing := range p.File.YAML.Docs[0].Root.Get("things").List() {
			if name := thing.Get("name").Text(); name == "bad" {
				p.Report(fixer.Finding{Path: fmt.Sprintf("things[%d].bad", i), Message: "bad", Fixes: []fixer.Fix{{
					ID: "set", Title: "set", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
						d.YAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("things", i, "more"), 1))
						return nil // and the finding stays
					},
				}}})
			}
		}
	}}
	var many strings.Builder
	many.WriteString("things:\n")
	for i := range 30 {
		name := "good"
		if i == 17 {
			name = "bad"
		}
		fmt.Fprintf(&many, "- name: %s\n", name)
	}
	var files []string
	for i := range 20 {
		files = append(files, fmt.Sprintf("%02d.yaml", i), "things:\n- name: good\n")
	}
	files = append(files, "many.yaml", many.String(), "one.yaml", "things:\n- name: bad\n")
	s := engine.NewSession(things(files...), nil, ordered(bad, wantKey("k/x", "x", 1, fixer.Low)))
	p := acceptAll(t, s, fixer.Safe)
	if p.Count(engine.Blocked) != 2 || p.Count(engine.Fixed) != 51 || len(p.Outcomes) != 53 {
		t.Errorf("%d blocked, %d fixed of %d; want 2, 51 of 53", p.Count(engine.Blocked), p.Count(engine.Fixed), len(p.Outcomes))
	}
	if strings.Contains(contents(t, p, "many.yaml"), "more") {
		t.Error("something of a blocked fix is left")
	}
}

// TestSevereFixMayOpenALesserFindingInABatch: taking privileged away brings up
// what it had hidden, and that must neither block the fix nor hold up the
// others of its pass.
func TestSevereFixMayOpenALesserFindingInABatch(t *testing.T) {
	hiding := breaking(func(p *fixer.Pass, d *fixer.Draft) error {
		d.YAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("fine"), true))
		return nil
	})
	hiding.Severity = fixer.Critical
	hidden := &fixer.Rule{Name: "k/hidden", Severity: fixer.Medium, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		if p.File.YAML.Docs[0].Root.Get("fine") != nil {
			p.Report(fixer.Finding{Path: "hidden", Message: "was hidden", Advice: "look"})
		}
	}}
	s := engine.NewSession(things("f.yaml", twoThings), nil, ordered(hiding, hidden, wantKey("k/x", "x", 1, fixer.Low)))
	p := acceptAll(t, s, fixer.Safe)
	if p.Count(engine.Fixed) != 3 || p.Passes > 2 {
		t.Errorf("%d fixed in %d passes, want 3 in at most 2", p.Count(engine.Fixed), p.Passes)
	}
	if o := outcome(t, p, "k/hidden", "f.yaml", "hidden"); !o.New || o.Result != engine.ManualWork {
		t.Errorf("what came up is %+v, want it told as new", o)
	}
}

// TestFoldFindsAnotherWayOfWriting: a literal that ends the file without a
// newline would change its value when a line follows it, so that the first
// draft does not hold, and has to be written in another way.
func TestFoldFindsAnotherWayOfWriting(t *testing.T) {
	s := engine.NewSession(things("f.yaml", "things:\n- name: a\n- name: |\n    text"), nil, []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Low)})
	p := acceptAll(t, s, fixer.Safe)
	want := "things:\n- name: a\n  x: 1\n- name: |-\n    text\n  x: 1"
	if got := contents(t, p, "f.yaml"); got != want || p.Count(engine.Fixed) != 2 {
		t.Errorf("%d fixed:\n%s\nwant:\n%s", p.Count(engine.Fixed), got, want)
	}
}

// TestLateRulesSeeWhatTheOthersLeadTo: a rule that sums the others up is fixed
// when they are done, with what it says then.
func TestLateRulesSeeWhatTheOthersLeadTo(t *testing.T) {
	sum := &fixer.Rule{Name: "k/sum", Severity: fixer.Low, Kind: fixer.Kubernetes, Phase: fixer.Standards, Check: func(p *fixer.Pass) {
		root := p.File.YAML.Docs[0].Root
		n := 0
		for _, thing := range root.Get("things").List() {
			if thing.Get("x") != nil {
				n++
			}
		}
		if root.Get("sum").Text() == fmt.Sprint(n) {
			return
		}
		p.Report(fixer.Finding{Path: "sum", Message: "wrong sum", Fixes: []fixer.Fix{{
			ID: "set", Title: "set", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
				d.YAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("sum"), n))
				return nil
			},
		}}})
	}}
	s := engine.NewSession(things("f.yaml", twoThings), nil, []*fixer.Rule{sum, wantKey("k/x", "x", 1, fixer.Low)})
	p := acceptAll(t, s, fixer.Safe)
	if got := contents(t, p, "f.yaml"); !strings.Contains(got, "\nsum: 2\n") {
		t.Errorf("got:\n%s", got)
	}
}

// TestRefusedFixDoesNotHideOthersOfItsPlace: what came after a refused fix at
// the same place is judged too, and not left open without a word.
func TestRefusedFixDoesNotHideOthersOfItsPlace(t *testing.T) {
	refusing := func(name string) *fixer.Rule {
		return &fixer.Rule{Name: name, Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
			p.Report(fixer.Finding{Path: "same place", Message: "m", Fixes: []fixer.Fix{{
				ID: "f", Title: "f", Level: fixer.Safe, Edit: func(*fixer.Draft) error { return fixer.Refuse("not here") },
			}}})
		}}
	}
	s := engine.NewSession(things("f.yaml", twoThings), nil, []*fixer.Rule{refusing("k/a"), refusing("k/b"), refusing("k/c")})
	if p := acceptAll(t, s, fixer.Safe); p.Count(engine.Refused) != 3 {
		t.Errorf("outcomes %+v, want three refused", p.Outcomes)
	}
}

// TestContextFilesAreNotChanged: a file read as evidence only is refused, and
// with it the whole fix.
func TestContextFilesAreNotChanged(t *testing.T) {
	both := &fixer.Rule{Name: "cross/both", Severity: fixer.Low, Check: func(p *fixer.Pass) {
		if p.Snapshot.File("a.yaml").YAML.Docs[0].Root.Get("x") != nil {
			return
		}
		p.Report(fixer.Finding{File: "a.yaml", Path: "both", Message: "m", Fixes: []fixer.Fix{{
			ID: "f", Title: "f", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
				for f := range d.Snapshot.Files() {
					d.At(f.Path).YAML(f.YAML.Docs[0], yamldoc.Set(yamldoc.P("x"), 1))
				}
				return nil
			},
		}}})
	}}
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "a.yaml", Kind: fixer.Kubernetes, Data: []byte("a: 1\n")},
		{Path: "context.yaml", Kind: fixer.Kubernetes, Data: []byte("c: 1\n"), Context: true},
	})
	p := acceptAll(t, engine.NewSession(snap, nil, []*fixer.Rule{both}), fixer.Safe)
	if o := outcome(t, p, "cross/both", "a.yaml", "both"); o.Result != engine.Refused || len(p.Changes) > 0 || !strings.Contains(o.Reason, "context.yaml") {
		t.Errorf("%s %q, %d changes", o.Result, o.Reason, len(p.Changes))
	}
}

// TestSeverityIsThatOfTheLeastFix: a lesser fix in one file that opens a worse
// finding in another is blocked, whatever critical fix stands beside it.
func TestSeverityIsThatOfTheLeastFix(t *testing.T) {
	opens := &fixer.Rule{Name: "cross/opened", Severity: fixer.High, Check: func(p *fixer.Pass) {
		if p.Snapshot.File("a.yaml").YAML.Docs[0].Root.Get("fine") != nil {
			p.Report(fixer.Finding{File: "b.yaml", Path: "opened", Message: "worse", Advice: "no"})
		}
	}}
	low := breaking(func(p *fixer.Pass, d *fixer.Draft) error {
		d.YAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("fine"), true))
		return nil
	})
	snap := things("a.yaml", "a: 1\n", "b.yaml", "fine: true\nthings:\n- name: a\n")
	p := acceptAll(t, engine.NewSession(snap, nil, ordered(low, opens, wantKey("k/x", "x", 1, fixer.Critical))), fixer.Safe)
	if o := outcome(t, p, "k/breaking", "a.yaml", "fine"); o.Result != engine.Blocked {
		t.Errorf("it is %s", o.Result)
	}
	if o := outcome(t, p, "k/x", "b.yaml", "things[0].x"); o.Result != engine.Fixed {
		t.Errorf("the sound fix is %s: %s", o.Result, o.Reason)
	}
}

// TestIgnoreSilencesOneFinding: a comment that would cover another finding of
// the line is refused.
func TestIgnoreSilencesOneFinding(t *testing.T) {
	two := &fixer.Rule{Name: "k/two", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		for _, path := range []string{"one", "two"} {
			p.Report(fixer.Finding{Path: path, Message: "finding " + path, Advice: "look"})
		}
	}}
	s := engine.NewSession(things("f.yaml", "a: 1\n"), nil, []*fixer.Rule{two})
	if err := s.Decide(key("k/two", "one"), engine.Decision{Verdict: engine.Suppress, Reason: "known"}); err != nil {
		t.Fatal(err)
	}
	p := s.Plan()
	if o := outcome(t, p, "k/two", "f.yaml", "one"); o.Result != engine.Refused || !strings.Contains(o.Reason, "finding two") {
		t.Errorf("%s %q", o.Result, o.Reason)
	}
	if o := outcome(t, p, "k/two", "f.yaml", "two"); o.Result != engine.ManualWork {
		t.Errorf("the other one is %s", o.Result)
	}
}

// TestWhatCameUpCanBeDecidedAgain: a finding that another fix brought up, once
// accepted, can still be rejected.
func TestWhatCameUpCanBeDecidedAgain(t *testing.T) {
	after := &fixer.Rule{Name: "k/after", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		root := p.File.YAML.Docs[0].Root
		if root.Get("things").Item(0).Get("x") != nil && root.Get("after") == nil {
			p.Report(fixer.Finding{Path: "after", Message: "m", Fixes: []fixer.Fix{{ID: "f", Title: "f", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
				d.YAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("after"), 1))
				return nil
			}}}})
		}
	}}
	s := engine.NewSession(things("f.yaml", "things:\n- name: a\n"), nil, []*fixer.Rule{wantKey("k/x", "x", 1, fixer.Medium), after})
	acceptAll(t, s, fixer.Safe)
	if err := s.Decide(key("k/after", "after"), engine.Decision{Verdict: engine.Skip}); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, s.Plan(), "f.yaml"); got != "things:\n- name: a\n  x: 1\n" {
		t.Errorf("got:\n%s", got)
	}
}
