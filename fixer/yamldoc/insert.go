package yamldoc

import (
	"bytes"
	"strings"

	"oakum/fixer/text"
)

// inserted reports whether the edits put whole lines after all that a block
// collection holds, and these lines read alone are the one new child. That is
// most of what operations come to, and then nothing else has to be read:
//
//   - the lines begin at the column of the collection, so that they are its next
//     child whatever stands before them but a block scalar, whose text could go on;
//   - what stands after them began at a smaller column and still does;
//   - they hold no comment and lie inside none.
//
// The child is in file, which has the lines at offset at; before and after it
// must be what was there.
func (d *Doc) inserted(edits []text.Edit, eff effect, file *File, at int) (child *Doc) {
	n := eff.node
	if d.linked || n == nil || eff.kind != added || len(edits) != 1 || !n.endsInLines() {
		return nil
	}
	e, src := edits[0], d.File.Source
	if e.Start != e.End || e.Start < n.End || src[e.Start-1] != '\n' || skipGap(src[:d.End], n.End) < e.Start ||
		!strings.HasSuffix(e.New, "\n") || strings.Contains(e.New, "#") || severalLines(eff.value) {
		return nil
	}
	if n.Kind == Mapping {
		for _, en := range n.Entries {
			if en.Key.Kind == Scalar && en.Key.Value == eff.key {
				return nil
			}
		}
	}
	depth := 0
	for p := n.Parent; p != nil; p = p.Parent {
		depth++
	}
	lines := []byte(e.New)
	child = &Doc{File: file, Start: at, End: at + len(lines), Line: d.Line + bytes.Count(src[d.Start:e.Start], []byte{'\n'})}
	if len(split(lines)) != 1 || child.parse(lines, n.Parent, depth) != nil {
		return nil
	}
	r := child.Root
	if r == nil || r.Kind != n.Kind || r.Style != Block || r.Start != at+n.col || r.content != r.Start || r.Len() != 1 ||
		child.linked || child.template != nil || len(child.Duplicates) > 0 {
		return nil
	}
	if n.Kind == Sequence {
		if !r.Items[0].matches(eff.value) {
			return nil
		}
	} else if en := r.Entries[0]; en.Key.Kind != Scalar || en.Key.Value != eff.key || en.Key.Tag != strTag || !en.Value.matches(eff.value) {
		return nil
	}
	return child
}

// endsInLines reports whether the node is a block collection, without a tag, that
// a line at its column would end what is in it.
func (n *Node) endsInLines() bool {
	if n.Style != Block || n.key || n.content != n.Start || n.Len() == 0 {
		return false
	}
	last := n
	for last.Len() > 0 && last.Kind != Alias {
		if last.Kind == Sequence {
			last = last.Items[len(last.Items)-1]
		} else {
			last = last.Entries[len(last.Entries)-1].Value
		}
	}
	return !last.isBlockScalar()
}

// insert fills next, which has the lines of the edit, with the old tree and the
// new child.
func (d *Doc) insert(next *Doc, edits []text.Edit, eff effect) bool {
	e := edits[0]
	child := d.inserted(edits, eff, next.File, e.Start)
	if child == nil {
		return false
	}
	was := eff.node
	g := &graft{was: was, child: child.Root, bytes: len(e.New), lines: strings.Count(e.New, "\n"), slab: make([]Node, d.nodes)}
	g.end, g.endLine = child.Root.End, child.Root.EndLine
	next.Root = g.copy(d.Root, nil)
	next.nodes = d.nodes + child.nodes - 1
	return true
}

// extend returns the collection with the new child.
func (g *graft) extend(n, parent *Node) *Node {
	c := g.still(n, parent)
	c.End, c.EndLine = g.end, g.endLine
	if n.Kind == Sequence {
		it := g.child.Items[0]
		it.Parent, it.index = c, len(c.Items)
		c.Items = append(c.Items, it)
		return c
	}
	en := g.child.Entries[0]
	en.Key.Parent, en.Key.index = c, len(c.Entries)
	en.Value.Parent, en.Value.index = c, len(c.Entries)
	c.Entries = append(c.Entries, en)
	return c
}

// still copies a node that stays where it is.
func (g *graft) still(n, parent *Node) *Node {
	c := &g.slab[0]
	g.slab = g.slab[1:]
	*c = *n
	c.Parent = parent
	if n.Entries != nil {
		c.Entries = make([]Entry, len(n.Entries), len(n.Entries)+1)
		for i, en := range n.Entries {
			c.Entries[i] = Entry{g.still(en.Key, c), g.still(en.Value, c)}
		}
	}
	if n.Items != nil {
		c.Items = make([]*Node, len(n.Items), len(n.Items)+1)
		for i, it := range n.Items {
			c.Items[i] = g.still(it, c)
		}
	}
	return c
}
