package yamldoc

import (
	"fmt"
	"sort"
)

// Text returns the text of a scalar as [Node.Str] does, and "" for anything
// that has none: absent and null values, mappings and lists.
func (n *Node) Text() string {
	v, _ := n.Str()
	return v
}

// Texts returns the text of each item of a sequence; nil for any other node.
func (n *Node) Texts() []string {
	var out []string
	for _, item := range n.List() {
		out = append(out, item.Text())
	}
	return out
}

// KeyOrSelf returns the key of a mapping's value, because that is where a reader
// looks for a setting; any other node is its own place.
func (n *Node) KeyOrSelf() *Node {
	if n == nil || n.Parent == nil || n.Parent.Kind != Mapping {
		return n
	}
	return n.Parent.Entries()[n.index()].Key
}

// EqualData is [Equal] without the comments: for an edit that adds one and may
// alter no data at all.
func EqualData(before, after *File, doc int) error {
	if doc < 0 || doc >= len(before.Docs) || doc >= len(after.Docs) {
		return fmt.Errorf("there is no document %d", doc)
	}
	c := &comparison{seen: map[[2]*Node]bool{}}
	return c.node(before.Docs[doc].Root, after.Docs[doc].Root, nil)
}

// InScalar reports whether the byte at offset is part of the text of a scalar,
// in a block scalar or a multi-line string as well: what looks like a comment
// there is content. So is everything in a document that was not read.
func (f *File) InScalar(offset int) bool {
	i := sort.Search(len(f.Docs), func(i int) bool { return f.Docs[i].End > offset })
	if i == len(f.Docs) {
		return false
	}
	return f.Docs[i].Skipped || inScalar(f.Docs[i].Root, offset)
}

func inScalar(n *Node, offset int) bool {
	if n == nil || offset < n.Start || offset >= n.End {
		return false
	}
	if n.Kind == Scalar {
		return true
	}
	children := len(n.Items())
	if n.Kind == Mapping {
		children = 2 * len(n.Entries())
	}
	child := func(i int) *Node {
		if n.Kind == Sequence {
			return n.Items()[i]
		}
		if e := n.Entries()[i/2]; i%2 == 0 {
			return e.Key
		} else {
			return e.Value
		}
	}
	i := sort.Search(children, func(i int) bool { return child(i).End > offset })
	return i < children && inScalar(child(i), offset)
}

// IsTrue reports whether the node is the boolean true.
func (n *Node) IsTrue() bool {
	v, ok := n.Bool()
	return ok && v
}

// IsFalse reports whether the node is the boolean false.
func (n *Node) IsFalse() bool {
	v, ok := n.Bool()
	return ok && !v
}
