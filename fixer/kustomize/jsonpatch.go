package kustomize

import (
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// operations applies a JSON patch (RFC 6902). What an operation cannot be
// applied to is left as it is: kustomize says so.
func (t *target) operations(patch *yamldoc.Node, from source) {
	for _, op := range patch.List() {
		o := operation{t, from, op}
		at, ok := o.pointer("path")
		if !ok {
			continue
		}
		switch kind := op.Get("op").Text(); kind {
		case "add", "replace":
			o.put(at, op.Get("value"), kind == "add", true)
		case "remove":
			o.put(at, nil, false, true)
		case "test":
			o.note(Change{Path: at, Place: from.place(op), Kind: Tested, Known: true, Strict: true})
		case "copy", "move":
			if of, ok := o.pointer("from"); ok {
				value := t.node.At(of)
				if kind == "move" {
					o.put(of, nil, false, true)
				}
				if value != nil {
					o.put(at, value, true, true)
				}
			}
		}
	}
}

// An operation is one of a JSON patch.
type operation struct {
	*target
	from source
	op   *yamldoc.Node
}

// pointer reads a JSON pointer. The numbers of lists are taken for what they are
// where there is a list.
func (o operation) pointer(key string) (yamldoc.Path, bool) {
	text, ok := strings.CutPrefix(o.op.Get(key).Text(), "/")
	if !ok || o.node == nil {
		return nil, false
	}
	var at yamldoc.Path
	n := o.node
	for _, step := range strings.Split(text, "/") {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		if !n.Is(yamldoc.Sequence) {
			at, n = at.Join(step), n.Get(step)
			continue
		}
		i := len(n.List())
		if step != "-" {
			number, err := strconv.Atoi(step)
			if err != nil || number < 0 || number > len(n.List()) {
				return nil, false
			}
			i = number
		}
		at, n = at.Join(i), n.Item(i)
	}
	return at, true
}

// put changes what is at a path: value is what is put there, nil to take it
// out. In a list it is put before what has the number.
func (o operation) put(at yamldoc.Path, value *yamldoc.Node, add, known bool) {
	parent := o.node.At(at.Parent())
	last := at[len(at)-1]
	if parent == nil || !add && o.node.At(at) == nil {
		return // it fails, and kustomize says so
	}
	c := Change{Path: at, Place: o.from.place(o.op), Kind: Replaced, Known: known, Strict: true}
	switch {
	case value == nil:
		c.Kind = Removed
		if last.IsIndex {
			o.moved()
		}
	case add && last.IsIndex:
		c.Kind = Added
		if last.Index < len(parent.List()) {
			o.moved()
		}
	}
	o.note(c)
	o.node = o.edit(o.node, at, func(list *yamldoc.Node) *yamldoc.Node {
		switch {
		case !last.IsIndex && value == nil:
			return without(list, last.Key)
		case !last.IsIndex:
			place := list.Get(last.Key)
			if place == nil {
				place = list
			}
			return with(list, last.Key, o.take(value, place, o.from))
		}
		out := copyOf(list)
		switch {
		case value == nil:
			out.SetItems(slices.Delete(out.Items(), last.Index, last.Index+1))
		case add:
			out.SetItems(slices.Insert(out.Items(), last.Index, o.take(value, list, o.from)))
		default:
			out.Items()[last.Index] = o.take(value, out.Items()[last.Index], o.from)
		}
		return out
	})
}

// edit returns the node with the collection above a path changed.
func (t *target) edit(n *yamldoc.Node, at yamldoc.Path, change func(*yamldoc.Node) *yamldoc.Node) *yamldoc.Node {
	if len(at) == 1 {
		if !n.Is(yamldoc.Mapping) && !n.Is(yamldoc.Sequence) {
			return n
		}
		return change(n)
	}
	if at[0].IsIndex {
		out := copyOf(n)
		out.Items()[at[0].Index] = t.edit(out.Items()[at[0].Index], at[1:], change)
		return out
	}
	return with(n, at[0].Key, t.edit(n.Get(at[0].Key), at[1:], change))
}
