package yamldoc

import (
	"bytes"
	"fmt"
	"sort"

	"go.yaml.in/yaml/v3"
)

// builder turns the reader's nodes, which know where they start, into nodes
// that know their bytes. It walks in file order, once.
type builder struct {
	doc           *Doc
	src           []byte // up to the document's end; offsets are the file's
	lines         []int  // offset of the first column of each line, by YAML's line breaks
	unusualBreaks bool   // lines end in other ways than \n and \r\n
	fileLines     []int  // when unusualBreaks: the lines of the file, which counts only \n
	nonASCII      bool   // bytes beyond ASCII: columns are not bytes

	line, col, off int // a place already known, to count runes from

	nodes        map[*yaml.Node]*Node // those with an anchor
	aliases      []*Node
	targets      []*yaml.Node
	repeatedKeys [][2]*Node // keys that occur twice in a mapping: the first, another
	room         room       // for all that is to be built
}

// build locates every node of the document and sets Root and Duplicates.
func (d *Doc) build(y *yaml.Node, parent *Node, depth int) error {
	var all sizes
	all.add(y)
	d.nodes = all.nodes
	b := &builder{doc: d, src: d.File.Source[:d.End], room: all.room()}
	b.indexLines()
	root, err := b.node(y, parent, -1, depth)
	if err != nil {
		return err
	}
	d.linked = len(b.nodes)+len(b.aliases) > 0
	for i, a := range b.aliases {
		anchor := b.nodes[b.targets[i]]
		a.links = &links{target: anchor}
		anchor.links.users = append(anchor.links.users, a)
	}
	for _, k := range b.repeatedKeys {
		d.Duplicates = append(d.Duplicates, Duplicate{Path: k[1].Path(), First: k[0].Line, Line: k[1].Line})
	}
	if root.isEmpty() && root.Anchor() == "" && !root.tagged {
		return nil
	}
	d.Root = root
	return nil
}

// indexLines finds the lines. A BOM at the start is not a column.
func (b *builder) indexLines() {
	src, at := b.src, b.doc.Start
	if bytes.HasPrefix(src[at:], bom) {
		at += len(bom)
	}
	b.lines = append(make([]int, 0, 1+bytes.Count(src[at:], []byte{'\n'})), at)
	for i := at; i < len(src); i++ {
		switch c := src[i]; {
		case c == '\n':
			b.lines = append(b.lines, i+1)
		case c == '\r' && !(i+1 < len(src) && src[i+1] == '\n'):
			b.unusualBreaks = true
			b.lines = append(b.lines, i+1)
		case c >= 0x80:
			b.nonASCII = true
			if n := breakLen(src, i); n > 0 {
				b.unusualBreaks = true
				i += n - 1
				b.lines = append(b.lines, i+1)
			}
		}
	}
	if b.unusualBreaks {
		for i := at; i < len(src); i++ {
			if src[i] == '\n' {
				b.fileLines = append(b.fileLines, i)
			}
		}
	}
}

// offset turns the reader's line and column (both from 1, columns in runes)
// into a byte offset.
func (b *builder) offset(line, col int) int {
	if line < 1 || line > len(b.lines) {
		return len(b.src)
	}
	off := b.lines[line-1]
	if !b.nonASCII {
		return min(off+col-1, len(b.src))
	}
	n := 1
	if line == b.line && col >= b.col {
		off, n = b.off, b.col
	}
	for ; n < col && off < len(b.src); n++ {
		off++
		for off < len(b.src) && b.src[off]&0xC0 == 0x80 {
			off++
		}
	}
	b.line, b.col, b.off = line, n, off
	return off
}

// lineOf returns the line of the file, counted by \n, that holds an offset.
func (b *builder) lineOf(off int) int {
	if b.unusualBreaks {
		return b.doc.Line + sort.SearchInts(b.fileLines, off)
	}
	return b.doc.Line + max(0, sort.SearchInts(b.lines, off+1)-1)
}

// column returns the bytes between an offset and the start of its line. For
// block collections, before which only ASCII can stand, these are columns.
func (b *builder) column(off int) int {
	i := sort.SearchInts(b.lines, off+1) - 1
	if i < 0 {
		return 0
	}
	return off - b.lines[i]
}

// sizes are how much there is to be built.
type sizes struct{ nodes, collections, entries, items int }

func (s *sizes) add(y *yaml.Node) {
	s.nodes++
	if len(y.Content) > 0 {
		s.collections++
	}
	switch y.Kind {
	case yaml.MappingNode:
		s.entries += len(y.Content) / 2
	case yaml.SequenceNode:
		s.items += len(y.Content)
	}
	for _, c := range y.Content {
		s.add(c)
	}
}

// room is what the nodes of a document are put into, allocated at once.
type room struct {
	nodes   []Node
	inside  []inside
	entries []Entry
	items   []*Node
}

func (s sizes) room() room {
	return room{make([]Node, s.nodes), make([]inside, s.collections), make([]Entry, s.entries), make([]*Node, s.items)}
}

// take cuts n off what is left. Appending to them does not touch what comes after.
func take[T any](left *[]T, n int) []T {
	out := (*left)[:n:n]
	*left = (*left)[n:]
	return out
}

func (b *builder) positionError(y *yaml.Node, want string) error {
	return &SyntaxError{Line: b.doc.Line + y.Line - 1, Column: y.Column,
		Reason: fmt.Sprintf("cannot find the %s that the YAML reader sees here", want)}
}

// node builds y and what is below it. indent is the column of the enclosing
// block collection, -1 at the root: a block scalar's own indicator counts from
// there.
func (b *builder) node(y *yaml.Node, parent *Node, indent, depth int) (*Node, error) {
	if depth > MaxDepth {
		return nil, &SyntaxError{Line: b.doc.Line + y.Line - 1, Reason: fmt.Sprintf("nested more than %d levels deep", MaxDepth)}
	}
	n := &take(&b.room.nodes, 1)[0]
	*n = Node{Tag: y.Tag, Value: y.Value, Parent: parent, tagged: y.Style&yaml.TaggedStyle != 0}
	n.Start = b.offset(y.Line, y.Column)
	n.contentAt, n.End = int32(n.Start), n.Start
	if b.unusualBreaks {
		n.Line = b.lineOf(n.Start)
	} else {
		n.Line = b.doc.Line + y.Line - 1
	}
	n.EndLine = n.Line
	if y.Anchor != "" {
		n.links = &links{anchor: y.Anchor}
		if b.nodes == nil {
			b.nodes = map[*yaml.Node]*Node{}
		}
		b.nodes[y] = n
	}
	switch y.Kind {
	case yaml.AliasNode:
		n.Kind = Alias
		if n.Start >= len(b.src) || b.src[n.Start] != '*' {
			return nil, b.positionError(y, "alias")
		}
		n.End = n.Start + 1 + len(y.Value)
		b.aliases = append(b.aliases, n)
		b.targets = append(b.targets, y.Alias)
		return n, nil
	case yaml.MappingNode:
		n.Kind = Mapping
		return n, b.collection(y, n, indent, depth)
	case yaml.SequenceNode:
		n.Kind = Sequence
		return n, b.collection(y, n, indent, depth)
	default:
		return n, b.scalar(y, n, indent)
	}
}

// collection locates a mapping or a sequence and its children.
func (b *builder) collection(y *yaml.Node, n *Node, indent, depth int) error {
	n.Style = Block
	if y.Style&yaml.FlowStyle != 0 {
		n.Style = Flow
	}
	// An anchor at the same place as the first child's start is that child's.
	shared := n.Style == Block && n.Kind == Mapping && len(y.Content) > 0 &&
		y.Content[0].Line == y.Line && y.Content[0].Column == y.Column
	if !shared {
		n.contentAt = int32(b.gap(b.props(n)))
	}
	c := byte(0)
	if n.content() < len(b.src) {
		c = b.src[n.content()]
	}
	switch {
	case n.Style == Block && n.Kind == Sequence && c != '-':
		return b.positionError(y, "dash of the list")
	case n.Style == Flow && n.Kind == Sequence && c != '[':
		return b.positionError(y, "[ of the list")
	case n.Style == Flow && n.Kind == Mapping && c != '{':
		if n.Parent == nil || n.Parent.Kind != Sequence || n.Parent.Style != Flow {
			return b.positionError(y, "{ of the mapping")
		}
		n.pair = true
	}
	if n.Style == Block {
		indent = b.column(n.content())
		n.column = int32(indent)
	}
	end := n.content()
	if len(y.Content) > 0 {
		n.inside = &take(&b.room.inside, 1)[0]
	}
	if n.Kind == Sequence && len(y.Content) > 0 {
		items := take(&b.room.items, len(y.Content))
		n.inside.items = items
		for i, cy := range y.Content {
			it, err := b.node(cy, n, indent, depth+1)
			if err != nil {
				return err
			}
			it.place = int32(i)
			items[i] = it
			end, n.EndLine = it.End, it.EndLine
		}
	} else if n.Kind == Mapping && len(y.Content) > 0 {
		entries := take(&b.room.entries, len(y.Content)/2)
		n.inside.entries = entries
		for i := range entries {
			k, err := b.node(y.Content[2*i], n, indent, depth+1)
			if err != nil {
				return err
			}
			k.place, k.key = int32(i), true
			v, err := b.node(y.Content[2*i+1], n, indent, depth+1)
			if err != nil {
				return err
			}
			v.place = int32(i)
			if v.isEmpty() {
				// The reader puts it after the colon or at the next token.
				at := k.End
				if c := b.gap(at); c < v.Start && b.src[c] == ':' {
					at = c + 1
				}
				v.Start, v.contentAt, v.End = at, int32(at), at
				v.Line = b.lineOf(max(at-1, n.Start))
				v.EndLine = v.Line
			}
			if k.Kind == Mapping && k.isFlow() && n.isFlow() && b.doc.template == nil {
				b.doc.template = n // {{ … }}: YAML by accident
			}
			entries[i] = Entry{k, v}
			end, n.EndLine = v.End, v.EndLine
		}
		b.duplicates(n)
	}
	if n.Style == Flow && !n.pair {
		close := byte(']')
		if n.Kind == Mapping {
			close = '}'
		}
		from := end
		if len(y.Content) == 0 {
			from++
		}
		end = b.bracket(from)
		if end >= len(b.src) || b.src[end] != close {
			return b.positionError(y, "closing bracket")
		}
		end++
		n.EndLine = b.lineOf(end - 1)
	}
	n.End = end
	return nil
}

// duplicates records keys of a mapping that paths could not distinguish.
func (b *builder) duplicates(n *Node) {
	if len(n.Entries()) < 2 {
		return
	}
	note := func(first, again *Node) { b.repeatedKeys = append(b.repeatedKeys, [2]*Node{first, again}) }
	if len(n.Entries()) <= 12 { // cheaper than a map, and nearly always the case
		for i, e := range n.Entries() {
			for _, f := range n.Entries()[:i] {
				if e.Key.Kind == Scalar && f.Key.Kind == Scalar && e.Key.Value == f.Key.Value {
					note(f.Key, e.Key)
					break
				}
			}
		}
		return
	}
	seen := make(map[string]*Node, len(n.Entries()))
	for _, e := range n.Entries() {
		if e.Key.Kind != Scalar {
			continue
		}
		if f := seen[e.Key.Value]; f != nil {
			note(f, e.Key)
			continue
		}
		seen[e.Key.Value] = e.Key
	}
}
