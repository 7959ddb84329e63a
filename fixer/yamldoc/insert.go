package yamldoc

import (
	"bytes"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer/text"
)

// inserted reports whether the edits put whole lines after all that a block
// collection holds, and these lines read alone are the one new child. That is
// most of what operations come to, and then nothing else has to be read:
//
//   - the lines begin at the column of the collection, so that they are its next
//     child whatever stands before them but a block scalar, whose text could go on;
//   - what stands after them began at a smaller column and still does;
//   - they hold no comment and lie inside none;
//   - they hold no anchor and no alias, so that those around them mean what they did.
//
// It returns the lines as a document of their own, which is shared, or nil.
func (d *Doc) inserted(edits []text.Edit, eff effect) (child *Doc) {
	n := eff.node
	if n == nil || eff.kind != added || len(edits) != 1 || !n.endsInLines() {
		return nil
	}
	e, src := edits[0], d.File.Source
	if e.Start != e.End || e.Start < n.End || src[e.Start-1] != '\n' || skipGap(src[:d.End], n.End) < e.Start ||
		!strings.HasSuffix(e.New, "\n") || strings.Contains(e.New, "#") || severalLines(eff.value) {
		return nil
	}
	if n.Kind == Mapping {
		for _, en := range n.Entries() {
			if en.Key.Kind == Scalar && en.Key.Value == eff.key {
				return nil
			}
		}
	}
	depth := 0
	for p := n.Parent; p != nil; p = p.Parent {
		depth++
	}
	child = addedLines.read(e.New)
	if child == nil || depth > MaxDepth/2 {
		return nil
	}
	r := child.Root
	if r.Kind != n.Kind || r.Style != Block || r.Start != n.col() || r.content() != r.Start || r.Len() != 1 {
		return nil
	}
	if n.Kind == Sequence {
		if !r.Items()[0].matches(eff.value) {
			return nil
		}
	} else if en := r.Entries()[0]; en.Key.Kind != Scalar || en.Key.Value != eff.key || en.Key.Tag != strTag || !en.Value.matches(eff.value) {
		return nil
	}
	return child
}

// endsInLines reports whether the node is a block collection, without a tag, that
// a line at its column would end what is in it.
func (n *Node) endsInLines() bool {
	if n.Style != Block || n.key || n.content() != n.Start || n.Len() == 0 {
		return false
	}
	last := n
	for last.Len() > 0 && last.Kind != Alias {
		if last.Kind == Sequence {
			last = last.Items()[len(last.Items())-1]
		} else {
			last = last.Entries()[len(last.Entries())-1].Value
		}
	}
	return !last.isBlockScalar()
}

// insert fills next, which has the lines of the edit, with the old tree and the
// new child. A tree that nobody else has is changed in place.
func (d *Doc) insert(next *Doc, edits []text.Edit, eff effect) bool {
	e := edits[0]
	child := d.inserted(edits, eff)
	if child == nil {
		return false
	}
	before := d.Line - 1 + bytes.Count(d.File.Source[d.Start:e.Start], []byte{'\n'})
	g := &graft{was: eff.node, child: child.Root, at: e.Start, before: before, bytes: len(e.New), lines: strings.Count(e.New, "\n")}
	g.end, g.endLine = e.Start+child.Root.End, before+child.Root.EndLine
	next.nodes = d.nodes + child.nodes - 1
	if d.own {
		g.slab = make([]Node, child.nodes-1)
		g.shift(d.Root, g.was.End)
		next.Root, next.linked = d.Root, d.linked
		return true
	}
	g.slab = make([]Node, next.nodes)
	g.fill(next, d)
	return true
}

// shift moves what comes after end, where the collection ended that gains a child.
func (g *graft) shift(n *Node, end int) {
	if n.End < end {
		return
	}
	if n == g.was {
		g.gain(n)
		return
	}
	g.move(n, end)
	for _, en := range n.Entries() {
		g.shift(en.Key, end)
		g.shift(en.Value, end)
	}
	for _, it := range n.Items() {
		g.shift(it, end)
	}
}

// gain gives the collection the new child.
func (g *graft) gain(n *Node) {
	n.End, n.EndLine = g.end, g.endLine
	if n.Kind == Sequence {
		it := g.moved(g.child.Items()[0], n, g.at, g.before)
		it.place = int32(len(n.Items()))
		n.SetItems(append(n.Items(), it))
		return
	}
	en := g.child.Entries()[0]
	en = Entry{g.moved(en.Key, n, g.at, g.before), g.moved(en.Value, n, g.at, g.before)}
	en.Key.place, en.Value.place = int32(len(n.Entries())), int32(len(n.Entries()))
	n.SetEntries(append(n.Entries(), en))
}

// moved copies a node to a place so many bytes and lines further down.
func (g *graft) moved(n, parent *Node, bytes, lines int) *Node {
	c := g.place(n, parent)
	c.Start, c.contentAt, c.End = n.Start+bytes, n.contentAt+int32(bytes), n.End+bytes
	c.Line, c.EndLine = n.Line+lines, n.EndLine+lines
	if n.Entries() != nil {
		entries := make([]Entry, len(n.Entries()), len(n.Entries())+1)
		for i, en := range n.Entries() {
			entries[i] = Entry{g.moved(en.Key, c, bytes, lines), g.moved(en.Value, c, bytes, lines)}
		}
		c.SetEntries(entries)
	}
	if n.Items() != nil {
		items := make([]*Node, len(n.Items()), len(n.Items())+1)
		for i, it := range n.Items() {
			items[i] = g.moved(it, c, bytes, lines)
		}
		c.SetItems(items)
	}
	return c
}

// addedLines remembers what lines read as: fixes of one kind add the same ones in
// a thousand places.
var addedLines lineReader

type lineReader struct {
	mu    sync.Mutex
	known map[string]*Doc // nil for lines that are not a document of their own
}

const maxKnownLines = 512

func (r *lineReader) read(lines string) *Doc {
	r.mu.Lock()
	d, ok := r.known[lines]
	r.mu.Unlock()
	if ok {
		return d
	}
	d = &Doc{File: &File{Source: []byte(lines)}, End: len(lines), Line: 1}
	if len(split(d.File.Source)) != 1 || d.parse(d.File.Source, nil, 0) != nil || d.Root == nil ||
		d.linked || d.template != nil || len(d.Duplicates) > 0 {
		d = nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) >= maxKnownLines {
		r.known = map[string]*Doc{}
	}
	r.known[lines] = d
	return d
}
