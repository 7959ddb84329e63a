package yamldoc

import (
	"fmt"
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

// graftable are documents in which what stands around a collection could be
// mistaken for a part of it, or the other way round.
var graftable = []string{
	"a:\n  b: 1\n  c:\n    d: x\n    e:\n    - 1\n    - f: 2\n      g: 3\nh:\n- i: 4\n  j: {k: 5}\n- - 6\n  - l: 7\n",
	"# first\na: # of a\n  # of b\n  b:\n    c: 1 # of c\n  # after b\n\n# of d\nd:\n  # of e\n  e: 2\n  # last\n# end\n",
	"a:\n  b: |+\n    text\n\n  c: |\n    more\n\n\nd:\n  e: >-\n    folded\n    text\n\n  f: plain\n    goes on\n",
	"a:\r\n  b: 1\r\n  c:\r\n  - d: 2\r\n    e: 3\r\nf:\r\n  g: 4\r\n",
	"\ufeffé:\n  ü: ß # ñ\n  c:\n    d: 'ö'\ne:\n  - f: ä\n    g: î\n",
	"%YAML 1.1\n---\na:\n  b: 1\n...\n---\nc:\n  d: {e: 1}\n  f:\n    g: 2\n...\n# rest\n",
	"a:\n  b:\n  c:\n    d:\n    e: ~\nf:\n  g: []\n  h: {}",
	"--- # of the document\n- a: 1\n  b: 2\n- c:\n    d: 3\n-\n  e: 4\n  f: 5",
	"a: !t\n  b: 1\n? c\n: d: 2\n  e: 3\nf:\n  ? [g]\n  : h: 4\n    i: 5\n",
	"a: &x\n  b: 1\nc:\n  d: *x\n  e: 2\n",
	"x: &x\n  a: 1\n  b: &y [2]\nc:\n  <<: *x\n  d:\n    e: *y\n    f: 3\ng:\n  <<: [*x]\n  h: &y\n    i: 4\nj:\n- *y\n- k: *x\n  l: 5\n",
	"x: &base\n  k: &v one\n  l: [*v, &w two]\na:\n  <<: *base\n  m: 1\nb:\n  c:\n    <<: [*base]\n    n: *w\n  d:\n    o: 2\n    p:\n    - 3\ne: &base\n  q: *v\nf:\n  - *base\n  - g: 4\n    h: *w\n",
	"a:\n  &k b: &unused 1\n  *k : 2\n  c:\n    d: 3\ne:\n  f: &g\n    h:\n    - &i j\n    - k: *i\n  l: *g\n  m:\n    n: 4\n",
}

// TestGraft makes operations at every node and expects of what was read in part
// that it is what reading the whole gives, node by node.
func TestGraft(t *testing.T) {
	grafts, alone, linked := 0, 0, 0
	for _, src := range graftable {
		f, err := Parse([]byte(src))
		if err != nil {
			t.Fatalf("%q: %v", src, err)
		}
		everyNode(f, 1000, func(d *Doc, n *Node) {
			p := n.Path()
			for _, op := range []Op{
				Set(p, "new"), Set(p, Map{{"x", 1}, {"y", []any{true}}}), Insert(p.Join("new"), "0440"), Append(p, Map{{"z", 1}}), Remove(p),
			} {
				n := checkGraft(t, d, op, &alone)
				grafts += n
				if d.linked {
					linked += n
				}
			}
		})
	}
	if grafts < 200 {
		t.Errorf("only %d operations were read in part", grafts)
	}
	if linked < 40 {
		t.Errorf("only %d of them in documents with anchors", linked)
	}
	if alone < 50 {
		t.Errorf("only %d of them by the lines that were added", alone)
	}
}

// TestGraftInPlace adds something at every node after something was added at another
// one: the second operation changes the tree that the first one left.
func TestGraftInPlace(t *testing.T) {
	inPlace := 0
	for _, src := range graftable {
		f, err := Parse([]byte(src))
		if err != nil {
			t.Fatalf("%q: %v", src, err)
		}
		everyNode(f, 1000, func(d *Doc, n *Node) {
			first := Insert(n.Path().Join("new"), "0440")
			middle := func() *Doc {
				next, edits, _, err := d.apply(first, reached)
				if err != nil || len(edits) == 0 {
					return nil
				}
				return next
			}
			if d.editable() != nil || middle() == nil {
				return
			}
			everyNode(&File{Source: middle().File.Source, Docs: []*Doc{middle()}}, 1000, func(_ *Doc, m *Node) {
				for _, op := range []Op{Insert(m.Path().Join("more"), Map{{"x", 1}, {"y", 2}}), Append(m.Path(), "z")} {
					was := middle()
					want, _, _, err := was.apply(op, whole)
					if err != nil || want == was {
						continue
					}
					got, _, _, err := was.apply(op, reached)
					if err != nil {
						t.Errorf("%q: %v after %v: %v", src, op, first, err)
						continue
					}
					if got.Root == was.Root {
						inPlace++
					}
					if a, b := dump(got.Root, nil), dump(want.Root, nil); a != b || got.nodes != want.nodes {
						t.Errorf("%q: %v after %v:\n%s\nin place, not\n%s", src, op, first, a, b)
					}
				}
			})
		})
	}
	if inPlace < 500 {
		t.Errorf("only %d trees were changed in place", inPlace)
	}
}

// checkGraft returns 1 when the operation was read in part, and counts those of
// which only the added lines were.
func checkGraft(t *testing.T, d *Doc, op Op, alone *int) int {
	t.Helper()
	v, err := normalize(op.value)
	if err != nil || d.editable() != nil {
		return 0
	}
	e := newEditor(d, true)
	if e.run(op, v) != nil || len(e.edits) == 0 {
		return 0
	}
	edits := join(e.edits)
	src, err := text.Apply(d.File.Source, edits)
	if err != nil {
		t.Fatal(err)
	}
	got := d.version(src)
	if !d.graft(got, edits, e.effect, true) {
		return 0
	}
	if d.inserted(edits, e.effect) != nil {
		*alone++
	}
	want, err := d.after(edits, e.effect, whole)
	if err != nil {
		t.Errorf("%q: %v: read in part, but reading the whole says: %v", d.File.Source, op, err)
		return 1
	}
	if got.nodes != want.nodes || got.End != want.End {
		t.Errorf("%q: %v: %d nodes up to %d, not %d up to %d", d.File.Source, op, got.nodes, got.End, want.nodes, want.End)
	}
	if a, b := dump(got.Root, nil), dump(want.Root, nil); a != b {
		t.Errorf("%q: %v:\n%s\nread in part, not\n%s", d.File.Source, op, a, b)
	}
	return 1
}

// dump writes all there is in a tree, and which node is not where its parent is.
func dump(n, parent *Node) string {
	if n == nil {
		return ""
	}
	flat := *n
	flat.inside, flat.Parent, flat.links = nil, nil, nil
	out := fmt.Sprintf("%+v anchor %q here %t\n", flat, n.Anchor(), n.Parent == parent)
	for _, other := range append(n.users(), n.target()) {
		if other != nil {
			out += fmt.Sprintf("linked to %s at %d in one tree %t\n", other.Path(), other.Start, top(other) == top(n))
		}
	}
	for _, en := range n.Entries() {
		out += dump(en.Key, n) + dump(en.Value, n)
	}
	for _, it := range n.Items() {
		out += dump(it, n)
	}
	return out
}

// top returns the root of the tree that a node is in.
func top(n *Node) *Node {
	for n.Parent != nil {
		n = n.Parent
	}
	return n
}

// TestGraftBesideAnchors: an anchor somewhere in a document made every edit read all of
// it again, so that a Compose file with a common part took time by its square.
func TestGraftBesideAnchors(t *testing.T) {
	f, err := Parse([]byte("x: &x\n  a: 1\nb:\n  <<: *x\n  c:\n    d: 2\n  e: 3\nf: {<<: *x}\n"))
	if err != nil {
		t.Fatal(err)
	}
	d, alone := f.Docs[0], 0
	for _, op := range []Op{
		Insert(P("b", "new"), "x"), Append(P("b", "list"), "x"), Set(P("b", "c", "d"), "new"), Set(P("b", "c", "new"), true), Remove(P("b", "c", "d")),
	} {
		if checkGraft(t, d, op, &alone) == 0 && op.kind != opRemove {
			t.Errorf("%v reads the whole document again", op)
		}
	}
	if alone != 3 {
		t.Errorf("of %d operations only the added lines were read, want 3", alone)
	}
}
