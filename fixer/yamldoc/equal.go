package yamldoc

import "fmt"

// Equal compares one document of two versions of a file. It returns nil when
// the data outside the excepted paths is the same: kinds, types, spelling of
// scalars (0440 is not 440), anchors, order; and when the comments outside
// them are. The error names the first difference.
//
// An alias is compared by what it stands for, so a change below an anchor is
// found where it is used, though the path of the anchor be excepted. Aliases
// are never expanded more than once.
func Equal(before, after *File, doc int, except []Path) error {
	if doc < 0 || doc >= len(before.Docs) {
		return fmt.Errorf("there is no document %d", doc)
	}
	if len(before.Docs) != len(after.Docs) {
		return fmt.Errorf("the file had %d documents and has %d", len(before.Docs), len(after.Docs))
	}
	a, b := before.Docs[doc], after.Docs[doc]
	if a.Skipped || b.Skipped {
		return fmt.Errorf("document %d was not read", doc)
	}
	for _, p := range except {
		if len(p) == 0 {
			return nil
		}
	}
	c := &comparison{except: except, seen: map[[2]*Node]bool{}}
	if err := c.node(a.Root, b.Root, except); err != nil {
		return err
	}
	was, err := a.comments(a.spans(except))
	if err != nil {
		return err
	}
	now, err := b.comments(b.spans(except))
	if err != nil {
		return err
	}
	return sameComments(was, now)
}

// spans returns the byte ranges of what is at the paths, whole lines at the end.
func (d *Doc) spans(paths []Path) []span {
	var out []span
	for _, p := range paths {
		if n := d.Root.written(p); n != nil {
			from := n.entryStart()
			if n.Parent != nil && n.Parent.Kind == Sequence && n.Parent.Style == Block && n.index() > 0 {
				from = min(from, max(n.Parent.Items()[n.index()-1].End, from-64)) // a comment between dash and item
			}
			out = append(out, span{from, lineEnd(d.File.Source, n.End)})
		}
	}
	return out
}

type comparison struct {
	except []Path
	seen   map[[2]*Node]bool // alias targets compared, or being compared
}

// node compares two nodes; except holds the excepted paths from here down.
func (c *comparison) node(a, b *Node, except []Path) error {
	if err := sameNode(a, b); err != nil {
		return err
	}
	if a == nil || b == nil {
		return nil
	}
	switch a.Kind {
	case Alias:
		return c.alias(a, b)
	case Mapping:
		return c.mapping(a, b, except)
	case Sequence:
		return c.sequence(a, b, except)
	}
	return nil
}

// below returns the excepted paths below a step, and whether the step itself
// is excepted.
func below(except []Path, s Step) (sub []Path, all bool) {
	for _, p := range except {
		if p[0] == s {
			if len(p) == 1 {
				return nil, true
			}
			sub = append(sub, p[1:])
		}
	}
	return sub, false
}

func (c *comparison) mapping(a, b *Node, except []Path) error {
	keep := func(n *Node) []Entry {
		if len(except) == 0 {
			return n.Entries()
		}
		var out []Entry
		for _, e := range n.Entries() {
			if _, all := below(except, Step{Key: e.Key.name()}); !all {
				out = append(out, e)
			}
		}
		return out
	}
	ae, be := keep(a), keep(b)
	for i := range max(len(ae), len(be)) {
		switch {
		case i >= len(ae):
			return fmt.Errorf("%s appeared", be[i].Value.Path())
		case i >= len(be):
			return fmt.Errorf("%s is gone", ae[i].Value.Path())
		}
		if err := c.node(ae[i].Key, be[i].Key, nil); err != nil {
			return err
		}
		sub, _ := below(except, Step{Key: ae[i].Key.name()})
		if err := c.node(ae[i].Value, be[i].Value, sub); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparison) sequence(a, b *Node, except []Path) error {
	for i := range max(len(a.Items()), len(b.Items())) {
		sub, all := below(except, Step{Index: i, IsIndex: true})
		switch {
		case all:
			continue
		case i >= len(a.Items()):
			return fmt.Errorf("%s appeared", b.Items()[i].Path())
		case i >= len(b.Items()):
			return fmt.Errorf("%s is gone", a.Items()[i].Path())
		}
		if err := c.node(a.Items()[i], b.Items()[i], sub); err != nil {
			return err
		}
	}
	return nil
}

// alias compares what two aliases stand for. Where nothing excepted touches
// the target, its own place has been or will be compared.
func (c *comparison) alias(a, b *Node) error {
	ap, bp := a.target().Path(), b.target().Path()
	touched := !ap.Equal(bp)
	for _, p := range c.except {
		touched = touched || p.HasPrefix(ap) || ap.HasPrefix(p)
	}
	pair := [2]*Node{a.target(), b.target()}
	if !touched || c.seen[pair] {
		return nil
	}
	c.seen[pair] = true
	if err := c.node(a.target(), b.target(), nil); err != nil {
		return fmt.Errorf("what *%s on line %d stands for differs: %w", a.Value, a.Line, err)
	}
	return nil
}

// written returns the node that is written at a path, without looking behind
// aliases and merge keys; nil where there is none.
func (n *Node) written(p Path) *Node {
	for _, s := range p {
		switch {
		case n == nil:
		case s.IsIndex && s.Index >= 0 && s.Index < len(n.Items()):
			n = n.Items()[s.Index]
		case !s.IsIndex && n.entry(s.Key) >= 0:
			n = n.Entries()[n.entry(s.Key)].Value
		default:
			n = nil
		}
	}
	return n
}
