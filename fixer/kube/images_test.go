package kube

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

func imagesOf(t *testing.T, src string) []ImageField {
	t.Helper()
	f, err := yamldoc.Parse([]byte("apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\nspec:\n" + src))
	if err != nil {
		t.Fatal(err)
	}
	objects := Parse(f)
	if len(objects) != 1 {
		t.Fatalf("%d objects", len(objects))
	}
	return Images(objects[0])
}

// TestSearchForImagesIsBounded: a resource that nobody knows costs little, however
// large, deep or full of aliases it is.
func TestSearchForImagesIsBounded(t *testing.T) {
	if n := len(imagesOf(t, "  list:\n"+strings.Repeat("  - image: example.org/a:1\n", 200))); n != 50 {
		t.Errorf("%d fields, want 50", n)
	}
	nested := func(depth int) string {
		var b strings.Builder
		for i := range depth {
			b.WriteString(strings.Repeat("  ", i+1) + "a:\n")
		}
		return b.String() + strings.Repeat("  ", depth+1) + "image: example.org/a:1\n"
	}
	if n := len(imagesOf(t, nested(maxImageDepth))); n != 1 {
		t.Errorf("%d fields at the bound", n)
	}
	if n := len(imagesOf(t, nested(maxImageDepth+1))); n != 0 {
		t.Errorf("%d fields below the bound", n)
	}
	if n := len(imagesOf(t, "  a: &a {image: example.org/a:1}\n  b: [*a, *a, *a]\n")); n != 1 {
		t.Errorf("%d fields: an alias is found at its anchor", n)
	}
}
