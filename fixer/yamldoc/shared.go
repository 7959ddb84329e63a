package yamldoc

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
