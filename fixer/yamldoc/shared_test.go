package yamldoc

import (
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

// TestSetShared: a text at or below an anchor changes wherever the anchor is used, its
// anchor and quotes stay, and the places are declared.
func TestSetShared(t *testing.T) {
	for _, c := range []struct {
		name, src, path, want string
		places                []string
	}{
		{"a mapping", "x: &a\n  image: nginx:1 # old\nb:\n  <<: *a\nc: *a\n", "x.image",
			"x: &a\n  image: nginx:2 # old\nb:\n  <<: *a\nc: *a\n", []string{"x.image", `b["<<"]`, "c"}},
		{"a scalar", "a: {image: &i \"nginx:1\"}\nb: {image: *i}\n", "a.image",
			"a: {image: &i \"nginx:2\"}\nb: {image: *i}\n", []string{"a.image", "b.image"}},
		{"an anchor in an anchor", "x: &x\n  image: &i nginx:1\ny: &y\n  <<: *x\nz:\n- *y\n", "x.image",
			"x: &x\n  image: &i nginx:2\ny: &y\n  <<: *x\nz:\n- *y\n", []string{"x.image", `y["<<"]`, "z[0]"}},
		{"no anchor at all", "a: 'nginx:1'\n", "a", "a: 'nginx:2'\n", []string{"a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Parse([]byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			p, err := ParsePath(c.path)
			if err != nil {
				t.Fatal(err)
			}
			change, err := f.Docs[0].Edit(SetShared(p, "nginx:2"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := text.Apply(f.Source, change.Edits)
			if err != nil || string(got) != c.want {
				t.Fatalf("got %q (%v), want %q", got, err, c.want)
			}
			var places []string
			for _, p := range change.Paths {
				places = append(places, p.String())
			}
			if !slices.Equal(places, c.places) {
				t.Errorf("places %q, want %q", places, c.places)
			}
			after, err := Parse(got)
			if err != nil {
				t.Fatal(err)
			}
			if err := Equal(f, after, 0, change.Paths); err != nil {
				t.Errorf("a declared change is none: %v", err)
			}
			if len(c.places) > 1 {
				if err := Equal(f, after, 0, change.Paths[:1]); err == nil {
					t.Error("what changes through an alias is not seen when it is not declared")
				}
			}
		})
	}
	for _, c := range [][2]string{
		{"a: &x\n  b: 1\nc: *x\n", "c.b"}, // behind an alias
		{"a: |\n  b\n", "a"},
		{"a: [b]\n", "a"},
		{"a: 1\n", "a"},
		{"a: b\n", "c"},
	} {
		f, err := Parse([]byte(c[0]))
		if err != nil {
			t.Fatal(err)
		}
		p, _ := ParsePath(c[1])
		if change, err := f.Docs[0].Edit(SetShared(p, "x")); err == nil {
			t.Errorf("%q at %s: edited: %+v", c[0], c[1], change)
		}
	}
}

// TestEverywhere: operations below an anchor are made where they are meant in all places,
// and the places are declared; an alias itself is still no place to write to.
func TestEverywhere(t *testing.T) {
	const src = "s:\n  a: &a\n    image: x # old\n    l: [1]\n  b:\n    <<: *a\n    l: [2]\n  c: *a\n  d:\n    <<: [*a]\n"
	f, err := Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	d := f.Docs[0]
	ops := []Op{Set(P("s", "a", "init"), true), Append(P("s", "a", "l"), 3), Set(P("s", "a", "image"), "z"), Set(P("s", "a", "m", "k"), 1), Remove(P("s", "a", "init"))}
	if _, err := d.Edit(ops...); err == nil {
		t.Error("an anchor that others use was edited")
	}
	if _, err := d.Edit(Everywhere(Set(P("s", "c", "init"), true))...); err == nil {
		t.Error("an alias was edited")
	}
	change, err := d.Edit(Everywhere(ops...)...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := text.Apply(f.Source, change.Edits)
	want := "s:\n  a: &a\n    image: z # old\n    l: [1, 3]\n    m:\n      k: 1\n  b:\n    <<: *a\n    l: [2]\n  c: *a\n  d:\n    <<: [*a]\n"
	if err != nil || string(got) != want {
		t.Fatalf("got %q (%v)", got, err)
	}
	after, err := Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	if err := Equal(f, after, 0, change.Paths); err != nil {
		t.Errorf("a declared change is none: %v", err)
	}
	if err := Equal(f, after, 0, []Path{P("s", "a")}); err == nil {
		t.Error("what changes through an alias is not seen when it is not declared")
	}
	a, services := d.Root.Get("s").Get("a"), d.Root.Get("s")
	for _, c := range []struct {
		of, key string
		want    bool
	}{{"b", "image", true}, {"b", "l", false}, {"c", "l", true}, {"d", "l", true}, {"d", "new", true}} {
		if got := services.Own(c.of).Takes(a, c.key); got != c.want {
			t.Errorf("%s takes %s: %t", c.of, c.key, got)
		}
	}
}
