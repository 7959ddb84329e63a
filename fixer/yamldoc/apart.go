package yamldoc

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer/text"
)

// apart computes the edits of operations that have nothing to do with each other, each on
// the document as it is: most fixes give one thing several keys. The document
// needs no version in between then, which would cost as much as all of it.
//
// It reports false where operations meet, and they are to be made one after the other.
func (d *Doc) apart(ops []Op) (Change, bool) {
	c := Change{Doc: d.Index}
	var written manner // by earlier operations
	var ends []*Node   // of each edit, the collection after whose last child it writes, or nil
	for _, op := range ops {
		if op.kind == opRemove || op.shared || op.all {
			return c, false
		}
		v, err := normalize(op.value)
		if err != nil {
			return c, false
		}
		e := newEditor(d, true)
		if e.run(op, v) != nil {
			return c, false // made one after the other, it may be possible
		}
		writes := mannerOf(e.effect.value)
		if writes.follows(written, e.lead) {
			return c, false // what is written before would decide how this is written
		}
		written.add(writes)
		if len(e.edits) == 0 {
			continue
		}
		if slices.ContainsFunc(c.Paths, func(p Path) bool { return p.HasPrefix(e.path) || e.path.HasPrefix(p) }) {
			return c, false
		}
		edits := e.keepComments(join(e.edits))
		var end *Node
		if n := e.effect.node; e.effect.kind == added && n != nil && n.Style == Block && len(edits) == 1 && edits[0].Start == edits[0].End {
			end = n
		}
		for _, edit := range edits {
			i := slices.IndexFunc(c.Edits, edit.Overlaps)
			switch {
			case i < 0:
				c.Edits, ends = append(c.Edits, edit), append(ends, end)
			case end != nil && ends[i] == end && c.Edits[i].Start == edit.Start:
				c.Edits[i].New += edit.New
			default:
				return c, false
			}
		}
		c.Paths = append(c.Paths, e.path)
		if op.adds {
			c.Adds = append(c.Adds, e.path)
		}
	}
	text.Sort(c.Edits)
	return c, true
}

// together makes one operation of those that append to one list that is absent, so that
// the list is written as a whole.
func (d *Doc) together(ops []Op) []Op {
	out := make([]Op, 0, len(ops))
	for _, op := range ops {
		i := slices.IndexFunc(out, func(o Op) bool { return o.adds && op.kind == opAppend && o.all == op.all && o.path.Equal(op.path) })
		if i < 0 || !d.absent(op.path) {
			out = append(out, op)
			continue
		}
		list := []any{out[i].value}
		if out[i].kind != opAppend {
			list = slices.Clone(out[i].value.([]any))
		}
		out[i] = Op{kind: opSet, path: op.path, value: append(list, op.value), adds: true, all: op.all}
	}
	return out
}

// absent reports whether nothing is written at a path, and no merge supplies it.
func (d *Doc) absent(p Path) bool {
	if d.Root.written(p) != nil {
		return false
	}
	key := last(p)
	return key.IsIndex || !d.Root.written(p.Parent()).Merged(key.Key)
}
