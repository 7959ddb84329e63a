package yamldoc

import (
	"iter"
	"strconv"
	"strings"
)

// Kind is what a node is.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota
	Mapping
	Sequence
	Alias
)

// String names the kind for messages.
func (k Kind) String() string {
	return [...]string{"scalar", "mapping", "list", "alias"}[k]
}

// Style is how a node is written.
type Style uint8

// The styles of nodes. Block and Flow are for mappings and sequences, the
// others for scalars; an alias is Plain.
const (
	Plain Style = iota
	SingleQuoted
	DoubleQuoted
	Literal
	Folded
	Block
	Flow
)

// A Node is one value of a document and the bytes that write it. Nodes are
// read only: changes go through [Doc.Edit].
//
// All reading methods may be called on a nil Node, which stands for "absent",
// so that chains of Get need no checks between them.
type Node struct {
	Kind  Kind
	Style Style

	key    bool // the node is a mapping key
	tagged bool // a tag is written
	pair   bool // a mapping `a: b` inside [ ], without braces of its own

	contentAt int32 // where the value starts, after anchor and tag
	column    int32 // of a block collection: bytes before it on its line
	place     int32 // among the parent's entries or items

	Tag string // resolved, short form: !!str, !!int, !!bool, !!null, !!map, …, or a custom tag

	// Value is a scalar's value, unescaped and unfolded but not converted:
	// 0440 stays "0440". For an alias it is the anchor's name.
	Value string

	// Start and End are byte offsets in the file, half open. They include the
	// anchor and tag, exclude trailing comments and the line ending after the
	// last line. An empty value is an empty range right after its colon or dash.
	Start, End int

	// Line and EndLine are the lines, from 1, of the first and the last byte.
	Line, EndLine int

	Parent *Node // nil for a document's root

	inside *inside // of a mapping or a sequence that is not empty
	links  *links  // of an alias or an anchor
}

func (n *Node) content() int { return int(n.contentAt) }

func (n *Node) col() int { return int(n.column) }

func (n *Node) index() int { return int(n.place) }

// An Entry is one key of a mapping with its value; neither is ever nil.
type Entry struct{ Key, Value *Node }

// Resolve returns the node an alias stands for, any other node itself. It
// returns nil for an alias inside its own anchor, which has no finite value.
func (n *Node) Resolve() *Node {
	if n == nil || n.Kind != Alias {
		return n
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p == n.target() {
			return nil
		}
	}
	return n.target()
}

// Own returns the value written under key in the mapping itself (or, for an
// alias, in the mapping it stands for), not what a merge key supplies. Of
// duplicate keys the last one counts, as for the readers that accept them.
func (n *Node) Own(key string) *Node {
	n = n.Resolve()
	if n == nil || n.Kind != Mapping {
		return nil
	}
	for i := len(n.Entries()) - 1; i >= 0; i-- {
		if n.Entries()[i].Key.keyIs(key) {
			return n.Entries()[i].Value
		}
	}
	return nil
}

// keyIs reports whether the node, as a mapping key, is addressed by name. A
// plain << is the merge key and has no name.
func (n *Node) keyIs(name string) bool {
	k := n.Resolve()
	return k != nil && k.Kind == Scalar && k.Value == name && k.Tag != mergeTag
}

// Get returns the value of key as the document means it: aliases are followed
// and merge keys (<<) supply what the mapping itself does not have.
func (n *Node) Get(key string) *Node {
	if v := n.Own(key); v != nil {
		return v
	}
	return n.viaMerge(key)
}

// At walks a path with [Node.Get] and list indices.
func (n *Node) At(p Path) *Node {
	for _, s := range p {
		if !s.IsIndex {
			n = n.Get(s.Key)
			continue
		}
		n = n.Item(s.Index)
	}
	return n
}

// Item returns the i-th item of a sequence, or nil.
func (n *Node) Item(i int) *Node {
	n = n.Resolve()
	if n == nil || i < 0 || i >= len(n.Items()) {
		return nil
	}
	return n.Items()[i]
}

// List returns the items of a sequence, following an alias; nil for any other node.
func (n *Node) List() []*Node {
	n = n.Resolve()
	if n == nil {
		return nil
	}
	return n.Items()
}

// ListOrOne is [Node.List] where one value may stand for a list of one.
func (n *Node) ListOrOne() []*Node {
	if n == nil || n.Is(Sequence) {
		return n.List()
	}
	return []*Node{n}
}

// Len returns the number of a mapping's own entries or of a sequence's items.
func (n *Node) Len() int {
	n = n.Resolve()
	if n == nil {
		return 0
	}
	return len(n.Entries()) + len(n.Items())
}

// Is reports whether the node, after following an alias, has the kind.
func (n *Node) Is(k Kind) bool {
	n = n.Resolve()
	return n != nil && n.Kind == k
}

// Null reports whether the node is absent or null, in any spelling.
func (n *Node) Null() bool {
	n = n.Resolve()
	return n == nil || n.Kind == Scalar && n.Tag == nullTag
}

// Str returns the text of a scalar as written: the value of a string, and the
// spelling of a number or a boolean. It is not ok for null and collections.
func (n *Node) Str() (v string, ok bool) {
	n = n.Resolve()
	if n == nil || n.Kind != Scalar || n.Tag == nullTag {
		return "", false
	}
	return n.Value, true
}

// Bool returns the value of a boolean. The plain words yes, no, on and off are
// booleans too: YAML 1.1 says so, and Kubernetes' and Compose's readers follow.
func (n *Node) Bool() (v, ok bool) {
	n = n.Resolve()
	if n == nil || n.Kind != Scalar {
		return false, false
	}
	if n.Tag == boolTag || n.Style == Plain && !n.tagged {
		switch n.Value {
		case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON":
			return true, true
		case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF":
			return false, true
		}
	}
	return false, false
}

// Int returns the value of an integer that fits 64 bits, in any base YAML
// knows: 0440 and 0o440 are octal.
func (n *Node) Int() (v int64, ok bool) {
	n = n.Resolve()
	if n == nil || n.Kind != Scalar || n.Tag != intTag {
		return 0, false
	}
	v, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 0, 64)
	return v, err == nil
}

// All yields the entries of a mapping as the document means them: its own in
// file order, then what merge keys supply, nearest first. Keys that are no
// scalars are left out, a key is never yielded twice.
func (n *Node) All() iter.Seq2[string, *Node] {
	return func(yield func(string, *Node) bool) {
		if m := n.Resolve(); m == nil || m.Kind != Mapping || len(m.Entries()) <= fewEntries && !m.hasMergeKey() {
			m.few(yield)
			return
		}
		seen := map[string]bool{}
		for m := range n.layers() {
			last := make(map[string]*Node, len(m.Entries())) // of duplicates the last counts
			for _, e := range m.Entries() {
				if k := e.Key.Resolve(); k != nil && k.Kind == Scalar && k.Tag != mergeTag {
					last[k.Value] = e.Value
				}
			}
			for _, e := range m.Entries() {
				k := e.Key.Resolve()
				if k == nil || k.Kind != Scalar || k.Tag == mergeTag || seen[k.Value] {
					continue
				}
				seen[k.Value] = true
				if !yield(k.Value, last[k.Value]) {
					return
				}
			}
		}
	}
}

// fewEntries is up to how many keys of a mapping are compared with each other: that takes less
// time than a table of them.
const fewEntries = 16

// few yields the entries of a mapping that is small and has no merge key.
func (n *Node) few(yield func(string, *Node) bool) {
	if n == nil || n.Kind != Mapping {
		return
	}
	for i := range n.Entries() {
		k := n.Entries()[i].Key.Resolve()
		if k == nil || k.Kind != Scalar || k.Tag == mergeTag {
			continue
		}
		value, again := n.Entries()[i].Value, false
		for j := range n.Entries() {
			if j != i && n.Entries()[j].Key.keyIs(k.Value) {
				again = again || j < i
				value = n.Entries()[max(i, j)].Value
			}
		}
		if !again && !yield(k.Value, value) {
			return
		}
	}
}

// Path returns where the node is in its document. The path of a key is
// that of its value; what lies inside a key that is a collection has no path of
// its own, and cannot be edited.
func (n *Node) Path() Path {
	var p Path
	for ; n != nil && n.Parent != nil; n = n.Parent {
		p = append(p, n.step())
	}
	for i, j := 0, len(p)-1; i < j; i, j = i+1, j-1 {
		p[i], p[j] = p[j], p[i]
	}
	return p
}

func (n *Node) step() Step {
	if n.Parent.Kind == Sequence {
		return Step{Index: n.index(), IsIndex: true}
	}
	return Step{Key: n.Parent.Entries()[n.index()].Key.name()}
}

// name returns the text by which a key is addressed.
func (n *Node) name() string {
	if k := n.Resolve(); k != nil {
		return k.Value
	}
	return ""
}

// isEmpty reports whether nothing at all is written for the value.
func (n *Node) isEmpty() bool {
	return n.Kind == Scalar && n.Style == Plain && n.Value == "" && n.Start == n.End
}

const (
	mergeTag = "!!merge"
	nullTag  = "!!null"
	boolTag  = "!!bool"
	intTag   = "!!int"
	floatTag = "!!float"
	strTag   = "!!str"
	mapTag   = "!!map"
	seqTag   = "!!seq"
)
