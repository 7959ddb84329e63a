package yamldoc

import (
	"testing"
	"unsafe"
)

// TestNodesAreSmall: a repository is in memory whole, and a third of what it took were
// nodes of 176 bytes, most of them scalars that have neither entries, items nor an anchor.
func TestNodesAreSmall(t *testing.T) {
	if n := unsafe.Sizeof(Node{}); n > 112 {
		t.Errorf("a node takes %d bytes, not at most 112", n)
	}
	f, err := Parse([]byte("a: &x {b: [1, 2]}\nc: *x\nd: []\n"))
	if err != nil {
		t.Fatal(err)
	}
	walk(f.Docs[0].Root, func(n *Node) {
		if full := n.Len() > 0 && n.Kind != Alias; full != (n.inside != nil) {
			t.Errorf("%s at line %d: room for entries and items %t", n.Path(), n.Line, n.inside != nil)
		}
		if linked := n.Kind == Alias || n.Anchor() != ""; linked != (n.links != nil) {
			t.Errorf("%s at line %d: room for links %t", n.Path(), n.Line, n.links != nil)
		}
	})
}

// TestEntriesOfACopy: what is added to a copy of a node is not in the node.
func TestEntriesOfACopy(t *testing.T) {
	f, err := Parse([]byte("a: {b: 1}\nc: [1, 2]\n"))
	if err != nil {
		t.Fatal(err)
	}
	m, l := f.Docs[0].Root.Get("a"), f.Docs[0].Root.Get("c")
	mapping, list := *m, *l
	mapping.SetEntries(append(m.Entries(), Entry{m, m}))
	list.SetItems(append(l.Items(), m))
	if mapping.Len() != 2 || m.Len() != 1 || list.Len() != 3 || l.Len() != 2 {
		t.Errorf("%d of %d entries, %d of %d items", mapping.Len(), m.Len(), list.Len(), l.Len())
	}
	if root := f.Docs[0].Root; len(root.Entries()) != 2 || root.Get("c") != l {
		t.Error("what stands after it in the document is another")
	}
}
