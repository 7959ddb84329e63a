package yamldoc

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// An Op is one change of a document's data. Make one with [Set], [Insert],
// [Append] or [Remove].
type Op struct {
	kind  opKind
	path  Path
	value any
	moved bool // the comments go with it

	shared bool // it is a text that is meant wherever an anchor makes the place stand
	all    bool // likewise, of any kind
	adds   bool // nothing that holds at the path may go
}

type opKind uint8

const (
	opSet opKind = iota
	opInsert
	opAppend
	opRemove
)

// Set gives the value at the path: it replaces what is there, or adds the last
// key where it is absent, making missing parents. A key that a merge supplies
// is overridden in the mapping itself, whole. An index equal to the length of
// a list appends.
func Set(p Path, v any) Op { return Op{kind: opSet, path: p, value: v} }

// Insert is [Set] for a key that must be absent, by meaning too: a key that a
// merge supplies counts as present.
func Insert(p Path, v any) Op { return Op{kind: opInsert, path: p, value: v} }

// Append adds an item to the list at the path, which is made where it is
// absent, null or empty.
func Append(p Path, v any) Op { return Op{kind: opAppend, path: p, value: v, adds: true} }

// Extend is [Set] for a list that a merge supplies, which is written out in full with more
// items: what is in it holds afterwards, as with [Append].
func Extend(p Path, list []any) Op { return Op{kind: opSet, path: p, value: list, adds: true} }

// Remove takes out a key or an item, with the comment at the end of its lines.
// Comments on lines of their own before it stay. When it was the only one, the
// mapping or list stays too, written {} or []: what is empty, what is null and
// what is absent are three things, and which one is wanted is the caller's to
// say, by removing the parent.
func Remove(p Path) Op { return Op{kind: opRemove, path: p} }

// Move is [Remove] for what the caller writes elsewhere with its comments, which
// do not stay behind.
func Move(p Path) Op { return Op{kind: opRemove, path: p, moved: true} }

// Appends reports whether the operation adds to the list at its path, and leaves
// what is in it alone.
func (o Op) Appends() bool { return o.kind == opAppend }

// Turns reports whether the operation sets its path to the boolean.
func (o Op) Turns(on bool) bool { return o.kind == opSet && o.value == on }

// Removes reports whether the operation takes out what is at its path.
func (o Op) Removes() bool { return o.kind == opRemove }

// Path returns the path the operation was made with.
func (o Op) Path() Path { return o.path }

// A Change is the bytes an edit comes to.
type Change struct {
	Edits []text.Edit // against the file's source, sorted, not overlapping; none when nothing is to do
	Doc   int         // index of the document

	// Paths are the data paths the change may alter, for [Equal]: the place
	// written, the topmost parent made for it, or the list an item left.
	Paths []Path

	// Adds are those of Paths at which the change only adds to what holds.
	Adds []Path
}

// Edit computes the bytes for the operations, made one after the other: paths
// of later ones are those after the earlier ones. Operations that set what
// is already so come to nothing. The result has been read again and compared
// with what was asked before Edit returns.
//
// The error is a *[Refusal], and then nothing is to be changed: an edit is made
// whole or not at all.
func (d *Doc) Edit(ops ...Op) (Change, error) { return d.edit(ops, true) }

// EditUnverified is [Doc.Edit] without the reading of the result: for a caller that
// makes many changes to one document and reads and compares it itself, once,
// with [Equal]. What it returns may turn out not to hold, where Edit would have
// found another way of writing or refused.
func (d *Doc) EditUnverified(ops ...Op) (Change, error) {
	for _, op := range ops {
		if severalLines(op.value) {
			return d.edit(ops, true) // how these are written decides what they mean
		}
	}
	return d.edit(ops, false)
}

func severalLines(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, "\n")
	case Raw:
		return strings.Contains(string(v), "\n")
	case []string:
		return slices.ContainsFunc(v, func(s string) bool { return severalLines(s) })
	case []any:
		return slices.ContainsFunc(v, severalLines)
	case Map:
		return slices.ContainsFunc(v, func(p Pair) bool { return severalLines(p.Value) || strings.Contains(p.Key, "\n") })
	}
	return false
}

func (d *Doc) edit(ops []Op, verified bool) (Change, error) {
	c := Change{Doc: d.Index}
	if err := d.editable(); err != nil {
		return c, err
	}
	ops = d.together(ops)
	if len(ops) > 1 && !verified {
		if c, ok := d.apart(ops); ok {
			return c, nil
		}
	}
	if len(ops) > 1 || verified { // something is read again
		if own := d.alone(); own != nil {
			if c, ok := own.editFor(d, ops, verified); ok {
				return c, nil
			}
		}
	}
	return d.editInTurn(ops, verified)
}

// editInTurn makes operations one after the other.
func (d *Doc) editInTurn(ops []Op, verified bool) (Change, error) {
	c := Change{Doc: d.Index}
	buf := text.NewBuffer(d.File.Source)
	cur := d
	for i, op := range ops {
		how := unread
		switch {
		case i+1 < len(ops):
			how = reached
		case verified:
			how = checked
		}
		next, edits, path, err := cur.apply(op, how)
		if err != nil {
			return Change{Doc: d.Index}, err
		}
		if len(edits) == 0 {
			continue
		}
		if err := buf.Apply(edits); err != nil {
			return Change{Doc: d.Index}, refuse(RefuseInternal, 0, "the edits do not compose: %v", err)
		}
		c.Paths = append(c.Paths, path)
		if op.adds {
			c.Adds = append(c.Adds, path)
		}
		if op.shared || op.all {
			places := sharedPlaces(cur.Root.nearest(path))
			c.Paths = append(c.Paths, places...)
			if op.adds {
				c.Adds = append(c.Adds, places...)
			}
		}
		cur = next
	}
	c.Edits = buf.Edits()
	return c, nil
}

// editable refuses documents in which no edit is safe.
func (d *Doc) editable() error {
	switch {
	case d.Skipped:
		return refuse(RefuseUnsupported, d.Line, "oakum did not read this YAML document")
	case len(d.Duplicates) > 0:
		u := d.Duplicates[0]
		return refuse(RefuseDuplicate, u.Line, "%s is set twice (first on line %d), and parsers differ on which value applies", u.Path, u.First)
	case d.template != nil:
		return refuse(RefuseTemplate, d.template.Line, "the file has a template expression ({{ … }}) outside quotes, so only its rendered form is YAML")
	}
	return nil
}

// reading is how much of a document is read again after an operation.
type reading uint8

const (
	unread  reading = iota
	checked         // what the edits reach, or all of it where that cannot be read alone
	reached         // likewise, and the rest of the tree is moved: for a next operation
	whole           // all of it: what tests compare the former with
)

// apply makes one operation: it computes the edits, makes them, reads the
// document again and verifies. Without edits there is nothing to do.
func (d *Doc) apply(op Op, how reading) (*Doc, []text.Edit, Path, error) {
	v, err := normalize(op.value)
	if err != nil {
		return nil, nil, nil, refuse(RefuseValue, 0, "%v", err)
	}
	var first error
	// A second way of writing text is tried when the first does not verify: a
	// literal cannot end a file that has no final newline.
	for _, fold := range []bool{true, false} {
		e := newEditor(d, fold)
		e.shared = op.shared || op.all
		if err := e.run(op, v); err != nil {
			return nil, nil, nil, err
		}
		if len(e.edits) == 0 {
			return d, nil, nil, nil
		}
		e.effect.moved = op.moved
		edits := join(e.edits)
		if !op.moved {
			edits = e.keepComments(edits)
		}
		if how == unread {
			return d, edits, e.path, nil
		}
		next, err := d.after(edits, e.effect, how)
		if err == nil {
			return next, edits, e.path, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, nil, nil, first
}

// after makes edits, reads the document again, and verifies the effect.
func (d *Doc) after(edits []text.Edit, eff effect, how reading) (*Doc, error) {
	if how == checked && d.inserted(edits, eff) != nil {
		return d, nil // nothing comes after, that would need the tree
	}
	src, err := text.Apply(d.File.Source, edits)
	if err != nil {
		return nil, refuse(RefuseInternal, 0, "the edits overlap: %v", err)
	}
	next := d.version(src)
	if how != whole && d.graft(next, edits, eff, how == reached) {
		return next, nil
	}
	line := 0
	if eff.node != nil {
		line = eff.node.Line
	}
	if parts := split(src[next.Start:next.End]); len(parts) != 1 {
		return nil, refuse(RefuseInternal, line, "the result would be several documents")
	}
	if err := next.parse(src[next.Start:next.End], nil, 0); err != nil {
		return nil, refuse(RefuseInternal, line, "the result would not be readable: %v", err)
	}
	if len(next.Duplicates) > 0 {
		return nil, refuse(RefuseInternal, line, "the result would have a duplicate key")
	}
	if err := verify(d, next, eff); err != nil {
		return nil, refuse(RefuseInternal, line, "the result would not be what was asked: %v", err)
	}
	return next, nil
}

// version returns the document, not read yet, in a file that became src. Nobody
// else has what is read of it.
func (d *Doc) version(src []byte) *Doc {
	next := &Doc{Index: d.Index, Start: d.Start, End: d.End + len(src) - len(d.File.Source), Line: d.Line, marker: d.marker, own: true}
	next.File = &File{Source: src, EOL: d.File.EOL, JSON: d.File.JSON}
	next.File.Docs = make([]*Doc, len(d.File.Docs))
	copy(next.File.Docs, d.File.Docs)
	next.File.Docs[d.Index] = next
	return next
}

// join sorts edits and makes one of those that touch, so that their order is
// part of the edit and not of who applies it.
func join(edits []text.Edit) []text.Edit {
	text.Sort(edits)
	out := edits[:0:0]
	for _, e := range edits {
		if n := len(out); n > 0 && out[n-1].End >= e.Start {
			out[n-1].End = max(out[n-1].End, e.End)
			out[n-1].New += e.New
			continue
		}
		out = append(out, e)
	}
	return out
}
