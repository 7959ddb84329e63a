package kustomize

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestRenderingKnowsItsFiles: what a rendering was read from decides when it is
// made again, and where a value comes from is for evidence.
func TestRenderingKnowsItsFiles(t *testing.T) {
	doc, err := yamldoc.Parse([]byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"base/kustomization.yaml": []byte("resources: [p.yaml]\n"), "base/p.yaml": nil,
		"prod/kustomization.yaml": []byte("resources: [../base]\npatches: [{path: patch.yaml}, {path: none.yaml}]\ntransformers: [t.yaml]\nreplacements: [{path: r.yaml}]\n"),
		"prod/patch.yaml":         []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true}\n"),
		"prod/t.yaml":             []byte("apiVersion: builtin\nkind: LabelTransformer\n"),
		"prod/r.yaml":             []byte("[]\n"),
	}
	list := New(files).Renderings("base/p.yaml", kube.Parse(doc))
	if len(list) != 1 {
		t.Fatalf("%d renderings", len(list))
	}
	got := strings.Join(list[0].Files(), " ")
	const want = "base/kustomization.yaml prod/kustomization.yaml prod/none.yaml prod/patch.yaml prod/r.yaml prod/t.yaml"
	if got != want {
		t.Errorf("read from %s, want %s", got, want)
	}
}

func show(r *Rendering) []string {
	head := strings.Join(r.Roots, ", ")
	switch {
	case r.AsWritten():
		return []string{head + " as written"}
	case r.Objects[0] == nil:
		return []string{head + " gone"}
	case r.Moved(0):
		head += " moved"
	}
	out := []string{head}
	for _, c := range r.ChangesOf(0) {
		line := fmt.Sprintf("%s %s %s", c.Place, [...]string{"added", "replaced", "removed", "tested"}[c.Kind], c.Path)
		if c.Strict {
			line += " strict"
		}
		if !c.Known {
			line += " unknown"
		}
		n := r.Objects[0].Node.At(c.Path)
		value := n.Text()
		if len(c.Path) == 0 {
			value = "{…}"
		} else if n.Is(yamldoc.Mapping) || n.Is(yamldoc.Sequence) {
			var b strings.Builder
			write(&b, n, 0)
			value = strings.ReplaceAll(b.String(), "!!str", "")
		}
		out = append(out, line+" = "+value)
	}
	return out
}

// TestRenderingsDoNotEndForHostileInput: what is nested, repeated and enormous
// costs no more than it should.
func TestRenderingsDoNotEndForHostileInput(t *testing.T) {
	doc, err := yamldoc.Parse([]byte("apiVersion: v1\nkind: Pod\nmetadata: &m {name: a, labels: {x: *m}}\nspec: {containers: [{name: a, image: a}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"kustomization.yaml": []byte("resources: [p.yaml]\npatches: &p [{patch: *p}]\npatchesStrategicMerge: [" + strings.Repeat("'{kind: Pod, metadata: {name: a}}',", 1000) + "]\n")}
	for i := range 200 { // more ways than are followed
		files[fmt.Sprintf("o%d/kustomization.yaml", i)] = []byte(fmt.Sprintf("resources: [..]\nimages: [{name: a, newTag: v%d}]\n", i))
	}
	r := New(files).Renderings("p.yaml", kube.Parse(doc))
	if len(r) != maxChains || r[len(r)-1].Rest == 0 {
		t.Errorf("%d renderings, and %d more", len(r), r[len(r)-1].Rest)
	}
}
