package yamldoc

import (
	"bytes"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// An aliasValue is written as an alias of an anchor.
type aliasValue string

// Share writes a mapping once, with an anchor and under a new key of the root before
// another one, and an alias of it at each of the paths, which must be absent by meaning,
// too. The result is read again, and holds the mapping at all of them. It refuses where
// the key or the anchor is there already.
func (d *Doc) Share(key, anchor string, v Map, before string, paths []Path) (Change, error) {
	value, err := normalize(v)
	if err != nil {
		return Change{Doc: d.Index}, refuse(RefuseValue, 0, "%v", err)
	}
	at := -1
	if d.Root.Is(Mapping) && d.Root.Style == Block && d.Root.col() == 0 {
		at = d.Root.entry(before)
	}
	switch {
	case at < 0:
		return Change{Doc: d.Index}, refuse(RefuseUnsupported, d.Line, "there is no key %s that another one could be put before", before)
	case d.Root.Get(key) != nil:
		return Change{Doc: d.Index}, refuse(RefuseExists, d.Root.Line, "%s is already set", key)
	case d.Anchored(anchor) != nil:
		return Change{Doc: d.Index}, refuse(RefuseExists, d.Root.Line, "there is an anchor &%s already", anchor)
	}
	e := newEditor(d, true)
	w := e.style(d.Root)
	lines := w.key(key, false) + ": &" + anchor + strings.TrimPrefix(w.entry(key, value, 0), w.key(key, false)+":") + w.eol
	from := e.aboveKey(d.Root.Entries()[at].Key)
	return d.alias(anchor, value, paths, []Path{P(key)}, []text.Edit{{Start: from, End: from, New: lines + w.eol}})
}

// Use writes an alias of an anchor that is there at each of the paths, which must be
// absent by meaning, too, and stand after it.
func (d *Doc) Use(anchor *Node, paths []Path) (Change, error) {
	data, err := anchor.Data()
	if err != nil {
		return Change{Doc: d.Index}, refuse(RefuseValue, anchor.Line, "%v", err)
	}
	value, err := normalize(data)
	if err != nil {
		return Change{Doc: d.Index}, refuse(RefuseValue, anchor.Line, "%v", err)
	}
	return d.alias(anchor.Anchor(), value, paths, nil, nil)
}

// Anchored returns the node that has an anchor, the last one of several.
func (d *Doc) Anchored(name string) *Node {
	var out *Node
	walk(d.Root, func(n *Node) {
		if n.Anchor() == name && n.Kind != Alias {
			out = n
		}
	})
	return out
}

// alias adds an alias at each path to the edits, and reads and compares the result.
func (d *Doc) alias(anchor string, value any, paths, declared []Path, edits []text.Edit) (Change, error) {
	c := Change{Doc: d.Index, Paths: declared}
	if err := d.editable(); err != nil {
		return c, err
	}
	for _, p := range paths {
		e := newEditor(d, true)
		if err := e.run(Insert(p, nil), aliasValue(anchor)); err != nil {
			return c, err
		}
		edits = append(edits, e.keepComments(join(e.edits))...)
		c.Paths = append(c.Paths, e.path)
	}
	c.Edits = join(edits)
	src, err := text.Apply(d.File.Source, c.Edits)
	if err != nil {
		return c, refuse(RefuseInternal, 0, "the edits overlap: %v", err)
	}
	after, err := Parse(src)
	if err != nil || len(after.Docs) != len(d.File.Docs) {
		return c, refuse(RefuseInternal, 0, "the result would not be readable: %v", err)
	}
	if err := Equal(d.File, after, d.Index, c.Paths); err != nil {
		return c, refuse(RefuseInternal, 0, "the result would not be what was asked: %v", err)
	}
	for _, p := range paths {
		if n := after.Docs[d.Index].Root.written(p); n == nil || n.Kind != Alias || n.Value != anchor || !n.Resolve().matches(value) {
			return c, refuse(RefuseInternal, 0, "%s reads back as another value", p)
		}
	}
	return c, nil
}

// aboveKey returns the start of the line of a key, or of the comments directly above it.
// Comments at the top of a file are about the file, and those that are indented deeper about
// what stands above them.
func (e *editor) aboveKey(key *Node) int {
	start := e.lineStart(key.Start)
	first := start
	for first > e.d.Start {
		line := e.lineStart(e.breakBefore(first))
		l := bytes.TrimLeft(e.src[line:first], " \t")
		if len(l) == 0 || l[0] != '#' || first-line-len(l) > key.Start-start {
			break
		}
		first = line
	}
	top := len(bytes.TrimSpace(bytes.TrimPrefix(e.src[e.d.Start:first], bom))) == 0
	if !top {
		start = first
	}
	if start == 0 && bytes.HasPrefix(e.src, bom) {
		start = len(bom)
	}
	return start
}
