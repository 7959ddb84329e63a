package yamldoc

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestAlone makes operations at every collection of documents that stand among others, and
// expects of a document in a file of its own what the document in its file gives.
func TestAlone(t *testing.T) {
	made, refused := 0, 0
	for _, src := range append([]string{
		"a: {b: 1}\n---\n# of the second\nservices:\n  web:\n    image: a\n    # last\n---\nz: 1\n",
		"\ufeffa:\r\n  b: 1\r\n---\r\nc:\r\n  d: [1, 2]\r\n...\r\n---\r\ne:\r\n  f: &x {g: 1}\r\n  h: *x",
		"---\na:\n  b: |\n    text\n--- # named\nc:\n  d: 1\n  e: {}\n---\n",
		"---\na: {b: {c: 1}}\n---\nd:\n- e: 1\n  f: 2\n- g\n",
		"a: 1\n---\n{\"b\": {\"c\": 1}}\n",
	}, graftable...) {
		f, err := Parse([]byte("first: {x: 1}\n---\n" + src))
		if err != nil {
			if f, err = Parse([]byte(src)); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range f.Docs {
			own := d.isolated()
			if own == nil || d.editable() != nil {
				continue
			}
			step, at := max(1, d.nodes/40), 0
			walk(d.Root, func(n *Node) {
				if at++; n.key || at%step != 0 {
					return
				}
				p := n.Path()
				for _, ops := range [][]Op{
					{Set(p.Join("one"), 1), Set(p.Join("two"), "yes")},
					{Set(p.Join("new"), Map{{"x", 1}}), Append(p.Join("new", "list"), "x: y")},
					{Insert(p.Join("new"), Raw("a: 1\nb: 2"))},
					{Remove(p), Set(p, "again")},
					{Remove(p)},
					{Append(p, "z"), Append(p, Map{{"z", 1}})},
				} {
					for _, verified := range []bool{true, false} {
						want, wantErr := d.editInTurn(ops, verified)
						got, ok := own.editFor(d, ops, verified)
						if ok != (wantErr == nil) {
							t.Errorf("%q: %v: %v, want %v", f.Source, ops, ok, wantErr)
						}
						if !ok {
							refused++
							continue
						}
						made++
						if !slices.Equal(got.Edits, want.Edits) || !reflect.DeepEqual(got.Paths, want.Paths) || got.Doc != want.Doc {
							t.Errorf("%q: %v:\n%v\nnot\n%v", f.Source, ops, got, want)
						}
					}
				}
			})
		}
	}
	if made < 500 || refused < 50 {
		t.Errorf("only %d changes were made and %d refused", made, refused)
	}
}

// TestAloneInALargeFile: with many documents around it, a document is edited in a file of
// its own.
func TestAloneInALargeFile(t *testing.T) {
	f, err := Parse([]byte(strings.Repeat("kind: X\nspec:\n  a: 1\n---\n", 2000)))
	if err != nil {
		t.Fatal(err)
	}
	d := f.Docs[1000]
	if d.alone() == nil {
		t.Fatal("a small document of a large file is not edited alone")
	}
	p := Path{}.Join("spec")
	got, err := d.Edit(Set(p.Join("b"), Map{{"c", 1}}), Set(p.Join("b", "d"), 2))
	if err != nil {
		t.Fatal(err)
	}
	want, err := d.editInTurn([]Op{Set(p.Join("b"), Map{{"c", 1}}), Set(p.Join("b", "d"), 2)}, true)
	if err != nil || !slices.Equal(got.Edits, want.Edits) || got.Doc != 1000 {
		t.Errorf("%v, not %v (%v)", got, want, err)
	}
	if small, err := Parse([]byte("a: 1\n---\nb: 1\n")); err != nil || small.Docs[0].alone() != nil {
		t.Errorf("a document of a small file is edited alone (%v)", err)
	}
}
