package yamldoc

import "slices"

// SetShared gives another text to a scalar that stands at an anchor or below one,
// and so in every place where the anchor is used: for a change that is meant in all
// of them. The scalar must be there, on one line; its anchor and its quotes stay.
//
// [Change.Paths] then also has the places of the aliases.
func SetShared(p Path, text string) Op { return Op{kind: opSet, path: p, value: text, shared: true} }

// SetText is [Set] for a text that is there, or [SetShared] where an anchor makes it
// stand in other places, too. n is the scalar itself, not an alias.
func SetText(n *Node, text string) Op {
	if len(sharedPlaces(n)) > 0 {
		return SetShared(n.Path(), text)
	}
	return Set(n.Path(), text)
}

// Everywhere makes an operation hold in all places where an anchor makes the mapping
// stand that it changes, which [Set], [Append] and [Remove] refuse: for a change that is
// meant in all of them.
//
// [Change.Paths] then also has the places of the aliases.
func Everywhere(ops ...Op) []Op {
	out := slices.Clone(ops)
	for i := range out {
		out[i].all = true
	}
	return out
}

// nearest returns the node at a path, or the deepest one on the way to it that is there.
func (n *Node) nearest(p Path) *Node {
	for {
		if at := n.written(p); at != nil || len(p) == 0 {
			return at
		}
		p = p[:len(p)-1]
	}
}

// Users returns the aliases of the node's anchor.
func (n *Node) Users() []*Node { return n.users() }

// Takes reports whether a mapping has from another one, by its merge keys or because it is
// an alias of it, what is written there under a key.
func (n *Node) Takes(from *Node, key string) bool {
	from = from.Resolve()
	for m := range n.layers() {
		if m == from {
			return true
		}
		if m.Own(key) != nil {
			return false
		}
	}
	return false
}

// putShared writes the text of a scalar behind its anchor.
func (e *editor) putShared(n *Node, v any) error {
	around := n.Parent
	if n.Kind != Scalar || n.Tag != strTag || n.tagged || n.Line != n.EndLine || n.isBlockScalar() || around == nil || n.isEmpty() {
		return refuse(RefuseUnsupported, n.Line, "%s is not a single-line string", n.displayPlace())
	}
	e.replace(n.content(), n.End, e.replacementStyle(n, around, v).inline(v, around.isFlow()))
	return nil
}

// sharedPlaces returns the paths of the aliases that a change of a node reaches, each
// once: those of its own anchor and of the anchors around it, and those that stand
// for what holds such an alias.
func sharedPlaces(n *Node) []Path {
	var out []Path
	seen := map[*Node]bool{}
	var reach func(n *Node)
	reach = func(n *Node) {
		for ; n != nil; n = n.Parent {
			if n.Anchor() == "" {
				continue
			}
			for _, alias := range n.users() {
				if !seen[alias] {
					seen[alias] = true
					out = append(out, alias.Path())
					reach(alias.Parent)
				}
			}
		}
	}
	reach(n)
	return out
}
