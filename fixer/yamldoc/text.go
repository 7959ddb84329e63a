package yamldoc

import "sort"

// Text returns the text of a scalar as [Node.Str] does, and "" for anything
// that has none: absent and null values, mappings and lists.
func (n *Node) Text() string {
	v, _ := n.Str()
	return v
}

// InScalar reports whether the byte at offset belongs to the text of a scalar,
// in a block scalar or a multi-line string as well: what looks like a comment
// there is content.
func (f *File) InScalar(offset int) bool {
	i := sort.Search(len(f.Docs), func(i int) bool { return f.Docs[i].End > offset })
	return i < len(f.Docs) && inScalar(f.Docs[i].Root, offset)
}

func inScalar(n *Node, offset int) bool {
	if n == nil || offset < n.Start || offset >= n.End {
		return false
	}
	if n.Kind == Scalar {
		return true
	}
	children := len(n.Items)
	if n.Kind == Mapping {
		children = 2 * len(n.Entries)
	}
	child := func(i int) *Node {
		if n.Kind == Sequence {
			return n.Items[i]
		}
		if e := n.Entries[i/2]; i%2 == 0 {
			return e.Key
		} else {
			return e.Value
		}
	}
	i := sort.Search(children, func(i int) bool { return child(i).End > offset })
	return i < children && inScalar(child(i), offset)
}
