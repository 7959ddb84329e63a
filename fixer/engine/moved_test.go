package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// TestBisectionKnowsWhatFixesMoved makes two stages in three files, of which one opens a
// severe finding. The other two are made all the same: that their last stage, which has
// another place now, runs as root was known before.
func TestBisectionKnowsWhatFixesMoved(t *testing.T) {
	root := &fixer.Rule{Name: "d/root", Severity: fixer.High, Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		p.Report(fixer.Finding{Path: fmt.Sprintf("stage %d", len(f.Stages)-1), Message: f.Final().Image + " runs as root", Advice: "no"})
	}}
	opened := &fixer.Rule{Name: "d/opened", Severity: fixer.High, Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		if p.File.Dockerfile.Final().Image == "bad:1" {
			p.Report(fixer.Finding{Path: "opened", Message: "bad", Advice: "no"})
		}
	}}
	stages := &fixer.Rule{Name: "d/stages", Severity: fixer.Medium, Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		if len(f.Stages) > 1 {
			return
		}
		image := "good:1"
		if strings.HasPrefix(p.File.Path, "bad") {
			image = "bad:1"
		}
		from := f.Final().From
		p.Report(fixer.Finding{Path: "stage 0: FROM", Message: "one stage", Fixes: []fixer.Fix{{
			ID: "two", Title: "make two", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
				edits := []text.Edit{text.Insert(from.Words[0].End, " AS build"), text.Insert(len(f.Source), "FROM "+image+"\nCOPY --from=build /a /a\n")}
				d.At(d.File).Stages(edits, map[string][]string{"stage 0": {"stage build", "stage 1"}}, dockerfile.FieldBase, dockerfile.FieldStage)
				return nil
			},
		}}})
	}}
	var sources []fixer.Source
	for _, dir := range []string{"a", "bad", "c"} {
		sources = append(sources, fixer.Source{Path: dir + "/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM big:1\nRUN touch /a\n")})
	}
	s := engine.NewSession(fixer.NewSnapshot(sources), nil, []*fixer.Rule{opened, root, stages})
	plan := acceptAll(t, s, fixer.Safe)
	for dir, want := range map[string]engine.Result{"a": engine.Fixed, "bad": engine.Blocked, "c": engine.Fixed} {
		if got := outcome(t, plan, "d/stages", dir+"/Dockerfile", "stage 0: FROM"); got.Result != want {
			t.Errorf("%s: %v (%s), want %v", dir, got.Result, got.Reason, want)
		}
	}
}

// TestAFindingOfAnotherMessageIsNew makes two stages of which the second opens a finding
// of a rule that found something else in the file before: it is new, and blocks the fix.
// One with the same message is about a line that now stands in two stages.
func TestAFindingOfAnotherMessageIsNew(t *testing.T) {
	for second, want := range map[string]engine.Result{"RUN touch /a": engine.Fixed, "RUN touch /b": engine.Blocked} {
		step := &fixer.Rule{Name: "d/step", Severity: fixer.High, Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
			for _, st := range p.File.Dockerfile.Stages {
				for _, i := range st.Instructions {
					p.Report(fixer.Finding{Path: fmt.Sprintf("line %d of stage %d", i.Line, st.Index), Message: i.Text(), Advice: "no"})
				}
			}
		}}
		stages := &fixer.Rule{Name: "d/stages", Severity: fixer.Medium, Kind: fixer.Dockerfile, Phase: fixer.Structure, Check: func(p *fixer.Pass) {
			f := p.File.Dockerfile
			if len(f.Stages) > 1 {
				return
			}
			p.Report(fixer.Finding{Path: "stage 0: FROM", Message: "one stage", Fixes: []fixer.Fix{{
				ID: "two", Title: "make two", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
					edits := []text.Edit{text.Insert(f.Final().From.Words[0].End, " AS build"), text.Insert(len(f.Source), "FROM small:1\n"+second+"\n")}
					d.At(d.File).Stages(edits, map[string][]string{"stage 0": {"stage build", "stage 1"}}, dockerfile.FieldBase, dockerfile.FieldStage)
					return nil
				},
			}}})
		}}
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM big:1\nRUN touch /a\n")}})
		plan := acceptAll(t, engine.NewSession(snap, nil, []*fixer.Rule{step, stages}), fixer.Safe)
		if got := outcome(t, plan, "d/stages", "Dockerfile", "stage 0: FROM"); got.Result != want {
			t.Errorf("%s: %v (%s), want %v", second, got.Result, got.Reason, want)
		}
	}
}

// TestStagesAreMadeAlone makes two stages of one beside another fix in the same file: the
// other waits for what the first makes. A finding that moved is known by both names.
func TestStagesAreMadeAlone(t *testing.T) {
	step := &fixer.Rule{Name: "d/step", Severity: fixer.Medium, Kind: fixer.Dockerfile, Phase: fixer.Identity, Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		at := f.Stages[0].Instructions[0]
		if at.Text() != "touch /a" {
			return
		}
		p.Report(fixer.Finding{Path: fmt.Sprintf("stage %s: RUN[1]", strings.TrimPrefix(f.Stages[0].Label(), "stage ")), Message: "touches", Fixes: []fixer.Fix{{
			ID: "other", Title: "touch another", Level: fixer.Safe,
			Edit: fixer.EditDockerfile(func() ([]text.Edit, error) {
				return f.ReplaceArgs(at, fmt.Sprintf("touch /a /stages-%d", len(f.Stages)))
			}),
		}}})
	}}
	stages := &fixer.Rule{Name: "d/zstages", Severity: fixer.Medium, Kind: fixer.Dockerfile, Phase: fixer.Structure, Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		if len(f.Stages) > 1 {
			return
		}
		from := f.Final().From
		p.Report(fixer.Finding{Path: "stage 0: FROM", Message: "one stage", Fixes: []fixer.Fix{{
			ID: "two", Title: "make two", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
				edits := []text.Edit{text.Insert(from.Words[0].End, " AS build"), text.Insert(len(f.Source), "FROM small:1\nCOPY --from=build /a /a\n")}
				d.At(d.File).Stages(edits, map[string][]string{"stage 0": {"stage build", "stage 1"}}, dockerfile.FieldBase, dockerfile.FieldStage)
				return nil
			},
		}}})
	}}
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM big:1\nRUN touch /a\n")}})
	plan := acceptAll(t, engine.NewSession(snap, nil, []*fixer.Rule{step, stages}), fixer.Safe)
	if got := contents(t, plan, "Dockerfile"); !strings.Contains(got, "touch /a /stages-2") {
		t.Errorf("both were made in one pass:\n%s", got)
	}
	was, is := fixer.Key{Rule: "d/step", File: "Dockerfile", Path: "stage 0: RUN[1]"}, fixer.Key{Rule: "d/step", File: "Dockerfile", Path: "stage build: RUN[1]"}
	if a, b := plan.Outcome(was), plan.Outcome(is); a == nil || a != b || a.Result != engine.Fixed || a.New {
		t.Errorf("%+v and %+v are not one outcome", a, b)
	}
	if n := len(plan.Outcomes); n != 2 {
		t.Errorf("%d outcomes, want 2", n)
	}
}
