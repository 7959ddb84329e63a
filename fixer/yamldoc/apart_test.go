package yamldoc

import (
	"strconv"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

// TestApart makes operations at every two collections of documents, and expects that
// operations that were made apart write what they write one after the other.
func TestApart(t *testing.T) {
	made, left := 0, 0
	for _, src := range append([]string{
		"services:\n  web:\n    image: a\n    # last\n  db:\n    image: b\n    environment:\n      - X=1\nvolumes:\n  data: {}\n",
		"services:\n" + strings.Repeat("  web%d:\n    image: a\n    environment:\n      B: c\n    ports:\n      - '80'\n", 12) + "volumes:\n  data: {}\n",
		"services:\n  web: {image: a}\n  db:\n    image: b",
		"a:\n  b: 1\n  c: |\n    text",
		"a: '1'\nb: \"2\"\nc:\n  d: '3'\n",
	}, graftable...) {
		for i := 0; strings.Contains(src, "%d"); i++ {
			src = strings.Replace(src, "%d", strconv.Itoa(i), 1)
		}
		f, err := Parse([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Docs {
			var places []Path
			walk(d.Root, func(n *Node) {
				if !n.key && n.Kind == Mapping {
					places = append(places, n.Path())
				}
			})
			for _, p := range places {
				for _, q := range places {
					for _, ops := range [][]Op{
						{Set(p.Join("one"), 1), Set(q.Join("two"), "yes")},
						{Set(p.Join("one"), true), Append(p.Join("list"), "x: y"), Append(q.Join("list"), "z"), Append(p.Join("list"), "w")},
						{Append(q.Join("new", "list"), 1), Set(p.Join("b"), "other"), Insert(q.Join("new"), "no")},
						{Set(p.Join("new", "one"), 1), Set(q.Join("new", "two"), 2)},
						{Extend(p.Join("ext"), []any{"a", "b"}), Append(p.Join("ext"), "c"), Set(q.Join("c"), Map{{"k", "v"}})},
						{Append(p.Join("c"), 1), Append(q.Join("c"), 2)},
					} {
						one, err := d.edit(ops, true)
						c, ok := d.apart(d.together(ops))
						if !ok {
							left++
							continue
						}
						if err != nil {
							continue // reading the result refused it, which the caller does in its place
						}
						made++
						want, err := text.Apply(f.Source, one.Edits)
						if err != nil {
							t.Fatal(err)
						}
						got, err := text.Apply(f.Source, c.Edits)
						if err != nil || string(got) != string(want) {
							t.Errorf("%q, document %d, %v and %v: %v\ngot:\n%s\nwant:\n%s", src, d.Index, ops[0].path, ops[1].path, err, got, want)
						}
						if len(c.Paths) > len(one.Paths) {
							t.Errorf("%q: declares %v, not %v", src, c.Paths, one.Paths)
						}
					}
				}
			}
		}
	}
	if made < 1000 || left < 100 {
		t.Errorf("%d made apart, %d left", made, left)
	}
}
