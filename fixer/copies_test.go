package fixer_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

// TestOneObject: copies of an object in a base and in a release are one, whatever their tags.
// One that has another namespace or runs other images is another.
func TestOneObject(t *testing.T) {
	pod := func(namespace, image string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: " + namespace + "}\nspec: {containers: [{name: web, image: \"" + image + "\"}]}\n"
	}
	base := pod("shop", "registry.example.org/web:1.4")
	for name, c := range map[string]struct {
		other string
		want  bool
	}{
		"the same":                        {base, true},
		"another tag and registry":        {pod("shop", "web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), true},
		"further down in a file":          {"apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n" + base, true},
		"another namespace":               {pod("stage", "registry.example.org/web:1.4"), false},
		"another image":                   {pod("shop", "registry.example.org/api:1.4"), false},
		"another object of a longer name": {"apiVersion: v1\nkind: Pod\nmetadata: {name: web-2, namespace: shop}\nspec: {containers: [{name: web, image: web}]}\n", false},
	} {
		snap := fixer.NewSnapshot([]fixer.Source{
			{Path: "base/web.yaml", Kind: fixer.Kubernetes, Data: []byte(base)},
			{Path: "release/all.yaml", Kind: fixer.Kubernetes, Data: []byte(c.other)},
		})
		finding := func(file string) *fixer.Finding {
			return &fixer.Finding{Rule: "kubernetes/x", File: file, Path: "Pod/shop/web containers[web]"}
		}
		a, b := finding("base/web.yaml"), finding("release/all.yaml")
		if got := snap.OneObject(a, b); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if snap.OneObject(a, a) {
			t.Errorf("%s: a finding is its own copy", name)
		}
		b.Path = "Pod/web containers[other]"
		if snap.OneObject(a, b) {
			t.Errorf("%s: another place is a copy", name)
		}
	}
}
