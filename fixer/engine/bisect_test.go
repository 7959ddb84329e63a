package engine

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestBisectionFindsWhatTryingOneByOneFinds makes files whose fixes fail for
// every reason there is: the finding stays, a severe one opens in the same file,
// in another one that an index leads to, or in one that a rule of the whole
// snapshot names, or a rule panics. What a bisection keeps and blocks has to be
// what trying part after part keeps and blocks.
func TestBisectionFindsWhatTryingOneByOneFinds(t *testing.T) {
	seen := map[string]int{}
	for seed := range int64(60) {
		f, batch := failingFold(rand.New(rand.NewSource(seed)))
		whole, err := f.tryBatch(batch, nil)
		if err == nil {
			continue
		}
		b := &bisection{folding: f, whole: whole, opened: map[fixer.Key]bool{}}
		b.run(batch, err)
		want := &oneByOne{folding: f, opened: map[fixer.Key]bool{}}
		want.run(batch, err)
		if got := results(b.good, b.blocked); got != results(want.good, want.blocked) {
			t.Fatalf("seed %d: got\n%s\nwant\n%s", seed, got, results(want.good, want.blocked))
		}
		for k := range want.opened {
			if !b.opened[k] {
				t.Errorf("seed %d: a good part opens %v, which was not noted", seed, k)
			}
		}
		for _, one := range b.blocked {
			word, _, _ := strings.Cut(strings.TrimPrefix(one.err.Error(), "the fix would cause another finding: "), ",")
			seen[word]++
		}
		if whole := f.verifyBatch(batch); len(whole.good) != len(want.good) || !inOrder(batch, whole.good) {
			t.Errorf("seed %d: %d of %d good fixes are made, or not in the order of the batch", seed, len(whole.good), len(want.good))
		}
	}
	for _, reason := range []string{errNotGone.Error(), "k/opened", "k/led", "k/whole", "rule k/panics fails on the result: oh"} {
		if seen[reason] == 0 {
			t.Errorf("nothing failed because of %q, so that this shows too little: %v", reason, seen)
		}
	}
}

// TestFixesThatFailTogetherHoldNothingElseUp: two fixes of one file open a finding only
// together, which shows when all that is good is made. The fixes of other files are
// made nevertheless, in the same pass, and the second of the two is blocked.
func TestFixesThatFailTogetherHoldNothingElseUp(t *testing.T) {
	var sources []fixer.Source
	for i := range 20 {
		sources = append(sources, fixer.Source{Path: fmt.Sprintf("f%02d.yaml", i), Kind: fixer.Kubernetes, Data: fmt.Appendf(nil,
			"apiVersion: v1\nkind: Pod\nboth: %v\nslots:\n  one: {n: 1}\n  two: {n: 1}\n", i%10 == 3)})
	}
	together := &fixer.Rule{Name: "k/together", Severity: fixer.High, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		root := p.File.YAML.Docs[0].Root
		if root.Get("both").Text() == "true" && root.Get("slots").Get("one").Get("set") != nil && root.Get("slots").Get("two").Get("set") != nil {
			p.Report(fixer.Finding{Path: "together", End: 1, Message: "together"})
		}
	}}
	c := newChecker(nil, []*fixer.Rule{slotRule("one", nil), slotRule("two", nil), together})
	snap := fixer.NewSnapshot(sources)
	baseline, decisions := c.check(snap), Decisions{}
	for _, finding := range baseline.Findings {
		decisions[finding.Key()] = Decision{Verdict: Accept, Level: fixer.Safe}
	}
	f := newFolding(c, snap, baseline, decisions)
	f.nextWave()
	if r := f.verifyBatch(f.selectBatch()); len(r.good) != 38 || len(r.blocked) != 0 {
		t.Errorf("%d fixes are made in the first pass, %d blocked, want 38 and none", len(r.good), len(r.blocked))
	}
	for _, o := range newFolding(c, snap, baseline, decisions).fold().Outcomes {
		want := Fixed
		if k := o.Finding.Key(); k.Rule == "k/two" && (k.File == "f03.yaml" || k.File == "f13.yaml") {
			want = Blocked
		}
		if o.Result != want {
			t.Errorf("%v is %v (%s), want %v", o.Finding.Key(), o.Result, o.Reason, want)
		}
	}
}

// oneByOne is what a bisection replaces.
type oneByOne struct {
	*folding
	good    []selected
	blocked []blocked
	opened  map[fixer.Key]bool
}

func (o *oneByOne) run(batch []selected, err error) {
	if len(batch) == 1 {
		d := o.draft(batch[0].finding, false)
		if _, failed := o.tryBatch([]selected{d.selected}, nil); failed != nil {
			o.blocked = append(o.blocked, blocked{batch[0], err})
		} else {
			o.good = append(o.good, d.selected)
		}
		return
	}
	for _, fixes := range splitBatch(batch) {
		a, err := o.tryBatch(fixes, nil)
		if err != nil {
			o.run(fixes, err)
			continue
		}
		o.good = append(o.good, fixes...)
		for _, finding := range a.report.Findings {
			if k := finding.Key(); o.report.Finding(k) == nil {
				o.opened[k] = true
			}
		}
	}
}

func results(good []selected, bad []blocked) string {
	var out []string
	for _, s := range good {
		out = append(out, "good "+s.finding.Key().String())
	}
	for _, one := range bad {
		out = append(out, "blocked "+one.fix.finding.Key().String()+" "+one.err.Error())
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func inOrder(batch, some []selected) bool {
	for _, s := range batch {
		if len(some) > 0 && some[0].finding == s.finding {
			some = some[1:]
		}
	}
	return len(some) == 0
}

// failingFold returns a fold over up to 24 files with the batch of its first pass.
// Each file has a slot for each rule that fixes something, and traits that say
// which of the fixes fail.
func failingFold(rnd *rand.Rand) (*folding, []selected) {
	n := 2 + rnd.Intn(23)
	traits := []string{"", "", "", "", "stays", "opens", "opens-lesser", "leads", "leads", "whole", "whole-lesser", "panics"}
	var sources []fixer.Source
	for i := range n {
		sources = append(sources, fixer.Source{Path: fmt.Sprintf("f%02d.yaml", i), Kind: fixer.Kubernetes, Data: fmt.Appendf(nil,
			"apiVersion: v1\nkind: Pod\ntrait: %q\nto: f%02d.yaml\nslots:\n  plain: {n: 1}\n  stays: {n: 1}\n  opens: {n: 1}\n  leads: {n: 1}\n  whole: {n: 1}\n  panics: {n: 1}\n",
			traits[rnd.Intn(len(traits))], rnd.Intn(n))})
	}
	has := func(f *fixer.File, slot, trait string) bool {
		root := f.YAML.Docs[0].Root
		return root.Get("slots").Get(slot).Get("set") != nil && root.Get("trait").Text() == trait
	}
	lead := fixer.NewIndex(func(f *fixer.File) bool { return has(f, "leads", "leads") }, func(files []*fixer.File) map[string]bool {
		out := map[string]bool{}
		for _, f := range files {
			out[f.YAML.Docs[0].Root.Get("to").Text()] = true
		}
		return out
	})
	found := func(p *fixer.Pass, f *fixer.File, severity fixer.Severity) {
		p.Report(fixer.Finding{File: f.Path, Path: "opened", Severity: severity, End: 1, Message: "opened"})
	}
	rules := []*fixer.Rule{
		slotRule("plain", nil), slotRule("opens", nil), slotRule("leads", nil), slotRule("whole", nil), slotRule("panics", nil),
		slotRule("stays", func(f *fixer.File) bool { return f.YAML.Docs[0].Root.Get("trait").Text() == "stays" }),
		{Name: "k/opened", Severity: fixer.High, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
			if has(p.File, "opens", "opens") {
				found(p, p.File, fixer.High)
			}
			if has(p.File, "opens", "opens-lesser") {
				found(p, p.File, fixer.Low)
			}
		}},
		{Name: "k/led", Severity: fixer.High, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
			if lead.Of(p)[p.File.Path] {
				found(p, p.File, fixer.High)
			}
		}},
		{Name: "k/whole", Severity: fixer.High, Check: func(p *fixer.Pass) {
			for f := range p.Snapshot.Files() {
				if has(f, "whole", "whole") {
					found(p, p.Snapshot.File("f00.yaml"), fixer.High)
					return
				}
			}
			for f := range p.Snapshot.Files() {
				if has(f, "whole", "whole-lesser") {
					found(p, p.Snapshot.File("f01.yaml"), fixer.Low)
					return
				}
			}
		}},
		{Name: "k/panics", Severity: fixer.High, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
			if has(p.File, "panics", "panics") {
				panic("oh")
			}
		}},
	}
	snap := fixer.NewSnapshot(sources)
	c := newChecker(nil, rules)
	baseline := c.check(snap)
	decisions := Decisions{}
	for _, finding := range baseline.Findings {
		if rnd.Intn(4) > 0 {
			decisions[finding.Key()] = Decision{Verdict: Accept, Level: fixer.Safe}
		}
	}
	f := newFolding(c, snap, baseline, maps.Clone(decisions))
	f.nextWave()
	return f, f.selectBatch()
}

// slotRule wants a slot of the file to be set, and where stays is true it is not
// content with that either.
func slotRule(slot string, stays func(f *fixer.File) bool) *fixer.Rule {
	return &fixer.Rule{Name: "k/" + slot, Severity: fixer.Medium, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		doc := p.File.YAML.Docs[0]
		set := doc.Root.Get("slots").Get(slot).Get("set") != nil
		if set && (stays == nil || !stays(p.File)) {
			return
		}
		p.Report(fixer.Finding{Path: slot, End: 1, Message: "not set", Fixes: []fixer.Fix{{ID: "f", Title: "set it", Level: fixer.Safe,
			Edit: func(d *fixer.Draft) error {
				d.YAML(doc, yamldoc.Set(yamldoc.P("slots", slot, "set"), "x"))
				return nil
			}}}})
	}}
}
