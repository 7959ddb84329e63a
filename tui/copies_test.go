package tui

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestACopyOfAnObjectIsAnsweredOnce: by file the list shows each copy of an object, and one
// answer is for all that it shows. Taking it back does so for all.
func TestACopyOfAnObjectIsAnsweredOnce(t *testing.T) {
	rule := &fixer.Rule{Name: "kubernetes/x", Title: "x is missing", Doc: doc("x"), Severity: fixer.Medium, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			if o.Node.Get("spec").Get("set") == nil {
				p.Report(fixer.Finding{Path: o.ID(), Start: o.Node.Start, End: o.Node.End, Message: "set is missing",
					Fixes: []fixer.Fix{{ID: "set", Title: "set it", Level: fixer.Safe, Edit: fixer.EditYAML(o.Doc, yamldoc.Set(yamldoc.P("spec", "set"), true))}}})
			}
		}
	}}
	pod := func(name string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "}\nspec: {containers: [{name: web, image: web}]}\n"
	}
	var sources []fixer.Source
	for _, f := range [][2]string{{"base/web.yaml", "web"}, {"release/other.yaml", "other"}, {"release/web.yaml", "web"}} {
		sources = append(sources, fixer.Source{Path: f[0], Kind: fixer.Kubernetes, Data: []byte(pod(f[1]))})
	}
	b := newFake(sources)
	b.rules = []*fixer.Rule{rule}
	d := start(t, b, 200, 60)
	d.press("space")
	decides(2)(t, d, "")
	d.wants("Accepted x in 2 places")
	d.press("space")
	decides(0)(t, d, "")
	d.wants("Took back: accept x in 2 places")
	d.press("enter")
	d.wants("2: Pod/web (base/web.yaml:1), Pod/web (release/web.yaml:1)", "accept all places")
	d.press("esc", "/")
	d.typeText("base/")
	d.press("enter", "space")
	decides(1)(t, d, "")
}
