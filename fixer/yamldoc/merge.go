package yamldoc

import "iter"

// layers yields the mapping itself and then every mapping its merge keys
// bring in, nearest first, each at most once. Visiting each mapping once makes
// a lookup linear in the size of the document, whatever aliases do: what a
// mapping lacked on the first visit it lacks on the second.
func (n *Node) layers() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		m := n.Resolve()
		if m == nil || m.Kind != Mapping {
			return
		}
		if !m.hasMergeKey() { // the usual case needs no bookkeeping
			yield(m)
			return
		}
		seen := map[*Node]bool{}
		var visit func(m *Node) bool
		visit = func(m *Node) bool {
			m = m.Resolve()
			if m == nil || seen[m] {
				return true
			}
			seen[m] = true
			switch m.Kind {
			case Mapping:
				if !yield(m) {
					return false
				}
				for _, e := range m.Entries() {
					if e.Key.Tag == mergeTag && !visit(e.Value) {
						return false
					}
				}
			case Sequence: // <<: [*a, *b]
				for _, it := range m.Items() {
					// A list inside the list supplies nothing.
					if it.Is(Mapping) && !visit(it) {
						return false
					}
				}
			}
			return true
		}
		visit(m)
	}
}

// hasMergeKey reports whether the mapping has a merge key of its own.
func (n *Node) hasMergeKey() bool {
	for _, e := range n.Entries() {
		if e.Key.Tag == mergeTag {
			return true
		}
	}
	return false
}

func (n *Node) viaMerge(key string) *Node {
	for m := range n.layers() {
		if v := m.Own(key); v != nil {
			return v
		}
	}
	return nil
}

// Merged reports whether key has a value only through a merge key. Writing
// such a key in the mapping itself overrides the value, and replaces it whole:
// YAML never joins lists or mappings on merge.
func (n *Node) Merged(key string) bool {
	return n.Own(key) == nil && n.viaMerge(key) != nil
}
