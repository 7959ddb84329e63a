package yamldoc

// There are many nodes, and a repository is in memory whole: what only some nodes have
// is apart.

// inside is what a collection holds.
type inside struct {
	entries []Entry
	items   []*Node
}

// links are a node's own anchor, what an alias stands for, and the aliases that use an
// anchor.
type links struct {
	anchor string
	target *Node
	users  []*Node
}

// Entries returns those of a mapping, in file order.
func (n *Node) Entries() []Entry {
	if n == nil || n.inside == nil {
		return nil
	}
	return n.inside.entries
}

// Items returns those of a sequence, in file order.
func (n *Node) Items() []*Node {
	if n == nil || n.inside == nil {
		return nil
	}
	return n.inside.items
}

// SetEntries gives a mapping that is being made its entries. Copies of it keep theirs.
func (n *Node) SetEntries(list []Entry) { n.inside = &inside{entries: list} }

// SetItems gives a sequence that is being made its items. Copies of it keep theirs.
func (n *Node) SetItems(list []*Node) { n.inside = &inside{items: list} }

// Anchor returns the node's own anchor, without &.
func (n *Node) Anchor() string {
	if n == nil || n.links == nil {
		return ""
	}
	return n.links.anchor
}

func (n *Node) target() *Node {
	if n.links == nil {
		return nil
	}
	return n.links.target
}

func (n *Node) users() []*Node {
	if n.links == nil {
		return nil
	}
	return n.links.users
}
