package yamldoc

import (
	"bytes"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A graft is a document after an edit of which only the block collection that
// the edit reaches was read again. The rest of the tree is the old one, moved.
//
// It is made only where the lines of a collection mean the same read alone, and
// where reading them shows what was asked and nothing else; where either is in
// doubt the whole document is read. Who makes many changes reads the whole
// result once ([Equal]).
type graft struct {
	was, now     *Node
	child        *Node // in place of now: a collection with what was gains
	at, before   int   // the bytes and lines before it
	end, endLine int   // of was after the edit
	bytes, lines int   // by how much everything after was moves
	slab         []Node
	linked       []movedLink // anchors and aliases that were copied
}

// A movedLink is an anchor or an alias before and after the edit.
type movedLink struct{ was, now *Node }

// graft reads what the edits reach in next, which has the bytes after them, and
// verifies the effect there. It reports whether that could be done; where not,
// the whole document has to be read. With tree it also fills next, from that and
// from d.
func (d *Doc) graft(next *Doc, edits []text.Edit, eff effect, tree bool) bool {
	if eff.node == nil {
		return false
	}
	if d.insert(next, edits, eff) {
		return true
	}
	was, start, end := d.reach(edits, eff)
	if was == nil || d.linked && was.isLinked() {
		return false // an anchor and its aliases may stand in different parts
	}
	src := next.File.Source
	part := &Doc{File: next.File, Start: start, End: end + len(src) - len(d.File.Source), Line: was.Line}
	lines := bytes.Clone(src[start:part.End])
	copy(lines, bytes.Repeat([]byte{' '}, was.Start-start)) // for the dashes of lists around it
	depth := 0
	for p := was.Parent; p != nil; p = p.Parent {
		depth++
	}
	if len(split(lines)) != 1 || part.parse(lines, was.Parent, depth) != nil {
		return false
	}
	now := part.Root
	if now == nil || now.Start != was.Start || now.Kind != was.Kind || now.Style != Block || part.linked || len(part.Duplicates) > 0 {
		return false
	}
	now.place = was.place
	old := &Doc{File: d.File, Root: was, Start: was.Start, End: end}
	part.Start = was.Start
	if verify(old, part, eff) != nil {
		return false
	}
	if !tree {
		return true
	}
	g := &graft{
		was: was, now: now, bytes: part.End - end, slab: make([]Node, d.nodes),
		lines: bytes.Count(lines, []byte{'\n'}) - bytes.Count(d.File.Source[start:end], []byte{'\n'}),
	}
	g.end, g.endLine = now.End, now.EndLine
	g.fill(next, d)
	next.nodes = d.nodes - len(g.slab) + part.nodes
	return true
}

// isLinked reports whether an anchor or an alias stands in the node.
func (n *Node) isLinked() bool {
	linked := false
	walk(n, func(n *Node) { linked = linked || n.Anchor() != "" || n.Kind == Alias })
	return linked
}

// fill gives next the tree of d with what was read again, in which aliases stand for
// the anchors of the same tree.
func (g *graft) fill(next, d *Doc) {
	next.Root, next.linked = g.copy(d.Root, nil), d.linked
	if len(g.linked) == 0 {
		return
	}
	now := make(map[*Node]*Node, len(g.linked))
	for _, l := range g.linked {
		now[l.was] = l.now
	}
	for _, l := range g.linked {
		l.now.links = &links{anchor: l.was.Anchor(), target: now[l.was.target()]}
		for _, alias := range l.was.users() {
			l.now.links.users = append(l.now.links.users, now[alias])
		}
	}
}

// place takes the next node of the slab as the copy of n below parent.
func (g *graft) place(n, parent *Node) *Node {
	c := &g.slab[0]
	g.slab = g.slab[1:]
	*c = *n
	c.Parent = parent
	if n.links != nil {
		g.linked = append(g.linked, movedLink{n, c})
	}
	return c
}

// reach returns the smallest block collection, below the root, that holds the
// effect and all edits, with the range of its lines: from where the one begins
// on which it starts, up to the one with whatever comes next.
func (d *Doc) reach(edits []text.Edit, eff effect) (n *Node, start, end int) {
	src := d.File.Source[:d.End]
	n = eff.node
	if eff.kind == replaced {
		n = n.Parent
	}
	for ; n != nil && n.Parent != nil; n = n.Parent {
		if n.Style != Block || n.key || n.content() != n.Start {
			continue
		}
		e := &editor{src: src}
		if start = e.lineStart(n.Start); start < d.Start || !consistsOf(src[start:n.Start], " -") {
			continue
		}
		if end = skipGap(src, n.End); end < d.End {
			end = e.lineStart(end)
		}
		if end > n.End && edits[0].Start >= n.Start && edits[len(edits)-1].End <= end {
			return n, start, end
		}
	}
	return nil, 0, 0
}

// copy returns a node of the tree after the edit: the one that was read again,
// or one that was there, at its new place.
func (g *graft) copy(n, parent *Node) *Node {
	switch {
	case n != g.was:
	case g.child != nil:
		c := g.moved(n, parent, 0, 0)
		g.gain(c)
		return c
	default:
		g.now.Parent = parent
		return g.now
	}
	c := g.place(n, parent)
	g.move(c, g.was.End)
	if n.Entries() != nil {
		entries := make([]Entry, len(n.Entries()))
		for i, en := range n.Entries() {
			entries[i] = Entry{g.copy(en.Key, c), g.copy(en.Value, c)}
		}
		c.SetEntries(entries)
	}
	if n.Items() != nil {
		items := make([]*Node, len(n.Items()))
		for i, it := range n.Items() {
			items[i] = g.copy(it, c)
		}
		c.SetItems(items)
	}
	return c
}

// move gives a node, as it was before the edit, the place that it has after it; end is
// where the collection ended that was read again.
func (g *graft) move(n *Node, end int) {
	switch {
	case n.Start >= end:
		n.Start, n.contentAt, n.End = n.Start+g.bytes, n.contentAt+int32(g.bytes), n.End+g.bytes
		n.Line, n.EndLine = n.Line+g.lines, n.EndLine+g.lines
	case n.End == end:
		n.End, n.EndLine = g.end, g.endLine
	case n.End > end:
		n.End, n.EndLine = n.End+g.bytes, n.EndLine+g.lines
	}
}
