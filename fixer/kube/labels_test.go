package kube_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

func TestSelects(t *testing.T) {
	for _, c := range []struct {
		selector, labels string
		want             bool
	}{
		{"{app: web}", "{app: web, tier: front}", true},
		{"{app: web, tier: front}", "{app: web}", false},
		{"{app: web}", "{app: api}", false},
		{"{port: 80}", `{port: "80"}`, true}, // both are texts to the API
		{`{app: ""}`, `{app: ""}`, true},
		{`{app: ""}`, "{tier: front}", false},
		{"{}", "{app: web}", false},
		{"{}", "{}", false},
		{"null", "{app: web}", false},
		{"{app: web}", "null", false},
	} {
		f, err := yamldoc.Parse([]byte("selector: " + c.selector + "\nlabels: " + c.labels + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		root := f.Docs[0].Root
		if got := kube.Selects(root.Get("selector"), root.Get("labels")); got != c.want {
			t.Errorf("%s selects %s: %v", c.selector, c.labels, got)
		}
	}
}
