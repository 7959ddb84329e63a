package review_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
	"github.com/oakum-sec/oakum/tui/review"
)

// TestAFindingWhoseDecisionWasTakenBackWaits: until the plan is folded again its
// outcome is that of the decision, blocked and refused ones included.
func TestAFindingWhoseDecisionWasTakenBackWaits(t *testing.T) {
	for result, waits := range map[engine.Result]bool{
		engine.Open: true, engine.ManualWork: true,
		engine.Fixed: true, engine.NewlySuppressed: true, engine.Skipped: true, engine.Blocked: true, engine.Refused: true,
		engine.Closed: false, engine.AlreadySuppressed: false,
	} {
		o := &engine.Outcome{Result: result}
		if got := review.Waits(o, false); got != waits {
			t.Errorf("%s: waits %v, want %v", result, got, waits)
		}
		if review.Waits(o, true) {
			t.Errorf("%s and decided: it waits all the same", result)
		}
	}
}

// TestResumeTakesWhatCameUpLater resumes a decision on a finding that is there
// only once another fix is made, and names one whose finding is gone.
func TestResumeTakesWhatCameUpLater(t *testing.T) {
	key := func(name string) fixer.Key {
		return fixer.Key{Rule: "kubernetes/" + name, File: "pod.yaml", Path: name}
	}
	wants := func(name, after string, severity fixer.Severity) *fixer.Rule {
		return &fixer.Rule{Name: "kubernetes/" + name, Severity: severity, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
			doc := p.File.YAML.Docs[0]
			if doc.Root.Get(name) == nil && (after == "" || doc.Root.Get(after) != nil) {
				p.Report(fixer.Finding{Path: name, End: 1, Message: name, Fixes: []fixer.Fix{{ID: "set", Title: "set", Level: fixer.Safe,
					Edit: fixer.EditYAML(doc, yamldoc.Set(yamldoc.P(name), true))}}})
			}
		}}
	}
	source := fixer.Source{Path: "pod.yaml", Kind: fixer.Kubernetes, Data: []byte("apiVersion: v1\nkind: Pod\n")}
	s := engine.NewSession(fixer.NewSnapshot([]fixer.Source{source}), nil, []*fixer.Rule{wants("first", "", fixer.Medium), wants("second", "first", fixer.Low)})
	accept := engine.Decision{Verdict: engine.Accept, Level: fixer.Safe}
	lost, err := review.Resume(s, engine.Decisions{key("first"): accept, key("second"): accept, key("gone"): accept})
	if err != nil || len(lost) != 1 || lost[0] != key("gone") {
		t.Errorf("lost %v, %v; want only what is gone", lost, err)
	}
	if n := s.Plan().Count(engine.Fixed); n != 2 {
		t.Errorf("%d fixes are made, want both: %+v", n, s.Plan().Outcomes)
	}
}

func outcomes(results string) []*engine.Outcome {
	var out []*engine.Outcome
	for _, pair := range strings.Fields(results) {
		rule, result, _ := strings.Cut(pair, ":")
		out = append(out, &engine.Outcome{Finding: &fixer.Finding{Rule: rule}, Result: engine.Result(result)})
	}
	return out
}

func TestEffects(t *testing.T) {
	before := review.Results(outcomes("a:open b:open c:blocked d:closed e:open f:fixed g:skipped"))
	after := outcomes("a:fixed b:closed c:fixed d:open e:refused f:fixed g:skipped h:open i:closed")
	about := func(k fixer.Key) bool { return k.Rule == "a" }
	var got []string
	for _, e := range review.Effects(before, after, about) {
		kind := map[review.EffectKind]string{review.Closes: "closes", review.Prevents: "prevents", review.Opens: "opens", review.Frees: "frees"}[e.Kind]
		got = append(got, fmt.Sprintf("%s %s", kind, e.Outcome.Finding.Rule))
	}
	if want := "closes b, frees c, frees d, prevents e, opens h, closes i"; strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", strings.Join(got, ", "), want)
	}
}

func TestSuppressedFindingsAreNotInTheQueue(t *testing.T) {
	plan := &engine.Plan{}
	for _, o := range outcomes("a:open b:suppressed c:closed") {
		plan.Outcomes = append(plan.Outcomes, *o)
	}
	if q := review.Queue(plan); len(q) != 2 || q[0] != &plan.Outcomes[0] || q[1] != &plan.Outcomes[2] {
		t.Errorf("%v", q)
	}
}

// TestTallyAddsUp: every result is in one part, and the parts are all there is.
func TestTallyAddsUp(t *testing.T) {
	plan := &engine.Plan{}
	for _, o := range outcomes("a:open b:manual c:fixed d:closed e:skipped f:suppressed g:ignored h:blocked i:refused j:fixed") {
		plan.Outcomes = append(plan.Outcomes, *o)
	}
	plan.Outcomes[9].New = true
	n := review.TallyOf(plan)
	if n.All != 10 || n.Accepted+n.Closed+n.Skipped+n.Suppressed+n.Left != n.All {
		t.Errorf("%+v does not add up", n)
	}
	if n.Blocked != 2 || n.ByHand[fixer.NoFix] != 1 || n.CameUp != 1 {
		t.Errorf("%+v", n)
	}
	if want := "2 accepted, 1 closed, 1 skipped, 2 suppressed, 4 left"; n.Words() != want {
		t.Errorf("%s, want %s", n.Words(), want)
	}
	if want := "0 left"; (review.Tally{}).Words() != want {
		t.Errorf("%s, want %s", review.Tally{}.Words(), want)
	}
}
