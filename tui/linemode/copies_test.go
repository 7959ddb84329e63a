package linemode

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestACopyOfAnObjectIsAskedAboutOnce: the same object in a base and in a release is one
// question, and its answer is for both. What a tool generates is not edited.
func TestACopyOfAnObjectIsAskedAboutOnce(t *testing.T) {
	pod := []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web}]}\n")
	sources := func() []fixer.Source {
		return []fixer.Source{
			{Path: "base/web.yaml", Kind: fixer.Kubernetes, Data: pod},
			{Path: "chart/web.yaml", Kind: fixer.Kubernetes, Data: pod},
			{Path: "out/web.yaml", Kind: fixer.Kubernetes, Data: pod, Generated: "its header says so"},
			{Path: "release/all.yaml", Kind: fixer.Kubernetes, Data: pod},
		}
	}
	rule := &fixer.Rule{Name: "kubernetes/x", Severity: fixer.Medium, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		o := p.File.Objects[0]
		if o.Node.Get("spec").Get("set") == nil {
			p.Report(fixer.Finding{Path: o.ID(), Start: o.Node.Start, End: o.Node.End, Message: "set is missing",
				Fixes: []fixer.Fix{{ID: "set", Title: "set it", Level: fixer.Safe, Edit: fixer.EditYAML(o.Doc, yamldoc.Set(yamldoc.P("spec", "set"), true))}}})
		}
	}}
	for answer, want := range map[string]engine.Verdict{"accept": engine.Accept, "skip": engine.Skip} {
		s := engine.NewSession(fixer.NewSnapshot(sources()), nil, []*fixer.Rule{rule})
		var said strings.Builder
		if _, err := Run(t.Context(), strings.NewReader(answer+"\n"), &said, s, &fakeBackend{disk: map[string]string{}}); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{
			"The same object is in chart/web.yaml, line 1.\nThe same object is in release/all.yaml, line 1.\nOne answer is for all of them.\n",
			"The same for the copy of the object in chart/web.yaml.", "The same for the copy of the object in release/all.yaml.",
		} {
			if !strings.Contains(said.String(), line) {
				t.Errorf("%s: does not say %q:\n%s", answer, line, said.String())
			}
		}
		for _, file := range []string{"base/web.yaml", "chart/web.yaml", "out/web.yaml", "release/all.yaml"} {
			v, decided := s.Decision(fixer.Key{Rule: "kubernetes/x", File: file, Path: "Pod/web"})
			if decided != (file != "out/web.yaml") || decided && v.Verdict != want {
				t.Errorf("%s: %s has %v, %v", answer, file, v, decided)
			}
		}
		if label, ok := s.Undo(); !ok || len(s.Decisions()) != 0 {
			t.Errorf("%s: %q takes back one of three", answer, label)
		}
	}
}
