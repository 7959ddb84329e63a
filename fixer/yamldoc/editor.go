package yamldoc

import (
	"fmt"
	"math"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// editor computes the edits of one operation.
type editor struct {
	d    *Doc
	src  []byte
	fold bool

	shared bool // anchors on the way are meant to be changed

	lead manner // by how much the habits of the document lead that decided how to write

	edits  []text.Edit
	effect effect
	path   Path // declared: the topmost place that changes
}

func newEditor(d *Doc, fold bool) *editor {
	return &editor{d: d, src: d.File.Source, fold: fold, lead: manner{math.MaxInt, math.MaxInt, math.MaxInt}}
}

func (e *editor) replace(start, end int, s string) {
	if start != end || s != "" {
		e.edits = append(e.edits, text.Edit{Start: start, End: end, New: s})
	}
}

// replaceNode replaces a node's bytes by other text. A comment may follow a bracket or
// a quote directly, but not a plain scalar.
func (e *editor) replaceNode(n *Node, s string) {
	if n.End < len(e.src) && e.src[n.End] == '#' {
		s += " "
	}
	e.replace(n.Start, n.End, s)
}

// run resolves the path and calls what writes the change.
func (e *editor) run(op Op, v any) error {
	if op.kind == opRemove {
		return e.remove(op.path)
	}
	n, rest, err := e.resolve(op.path)
	if err != nil {
		return err
	}
	if op.shared && (n == nil || len(rest) > 0) {
		return refuse(RefuseAbsent, lineOf(n), "%s is absent", op.path)
	}
	at := op.path[:len(op.path)-len(rest)]
	if op.kind == opInsert {
		if len(rest) == 0 {
			return refuse(RefuseExists, lineOf(n), "%s is already set", op.path)
		}
		if s := rest[0]; len(rest) == 1 && !s.IsIndex && n != nil && n.Merged(s.Key) {
			return refuse(RefuseMerge, n.Line, "%s is already set through a merge key (<<)", op.path)
		}
	}
	if op.kind == opAppend {
		if len(rest) == 0 && n.Is(Sequence) && len(n.Items()) > 0 {
			e.path = at.Join(len(n.Items()))
			e.effect = effect{kind: added, node: n, value: v}
			return e.add(n, "", v)
		}
		if s := last(rest); len(rest) == 1 && !s.IsIndex && n != nil && n.Merged(s.Key) {
			return refuse(RefuseMerge, n.Line, "%s is set through a merge key (<<): a list here would replace that list instead of extending it", op.path)
		}
		v = []any{v}
		if len(rest) == 0 && !n.canBecome(Sequence) {
			return refuse(RefuseKind, n.Line, "%s is a %s, not a list", op.path, n.Kind)
		}
	}
	if len(rest) > 0 && n != nil && !n.canBecome(Mapping) && !n.canBecome(Sequence) {
		// A collection with content: the new thing is its last child.
		s := rest[0]
		v = nest(rest[1:], v)
		e.path = at.Join(s)
		e.effect = effect{kind: added, node: n, key: s.Key, value: v}
		return e.add(n, s.Key, v)
	}
	v = nest(rest, v)
	e.path = at
	e.effect = effect{kind: replaced, node: n, value: v}
	if n != nil && n.matches(v) && !n.hasCustomTag() {
		return nil // already so
	}
	if op.shared {
		return e.putShared(n, v)
	}
	return e.put(n, v)
}

func lineOf(n *Node) int {
	if n == nil {
		return 0
	}
	return n.Line
}

func last(p Path) Step {
	if len(p) == 0 {
		return Step{}
	}
	return p[len(p)-1]
}

// nest wraps a value into the mappings and lists of a path.
func nest(p Path, v any) any {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i].IsIndex {
			v = []any{v}
		} else {
			v = Map{{p[i].Key, v}}
		}
	}
	return v
}

// canBecome reports whether the node can become a collection of the kind: it
// is null, or an empty one.
func (n *Node) canBecome(k Kind) bool {
	return n != nil && (n.Kind == Scalar && n.Tag == nullTag || n.Kind == k && n.Len() == 0)
}

// resolve walks a path through what is written and returns the deepest node
// that exists with the steps that are left. It refuses where a change below
// would be seen elsewhere, or would not be seen at all.
func (e *editor) resolve(p Path) (n *Node, rest Path, err error) {
	n = e.d.Root
	if n == nil {
		if len(p) > 0 && p[0].IsIndex && p[0].Index > 0 {
			return nil, nil, refuse(RefuseAbsent, 0, "%s is absent", p[:1])
		}
		return nil, p, nil
	}
	for i, s := range p {
		here := p[:i]
		if s.Key == "<<" && n.Kind == Mapping && n.hasMergeKey() {
			return nil, nil, refuse(RefuseMerge, n.Line, "oakum does not edit the merge key (<<) of %s", displayPath(here))
		}
		if err := e.checkOwn(n, here); err != nil {
			return nil, nil, err
		}
		switch {
		case n.Kind == Mapping && n.Len() > 0 && s.IsIndex, n.Kind == Sequence && n.Len() > 0 && !s.IsIndex,
			n.Kind == Scalar && n.Tag != nullTag,
			n.Kind == Mapping && s.IsIndex, n.Kind == Sequence && !s.IsIndex:
			return nil, nil, refuse(RefuseKind, n.Line, "%s is a %s and cannot contain %s", displayPath(here), n.Kind, p[:i+1])
		case s.IsIndex:
			if s.Index < 0 || s.Index > len(n.Items()) {
				return nil, nil, refuse(RefuseAbsent, n.Line, "%s is absent: the list has %d items", p[:i+1], len(n.Items()))
			}
			if s.Index == len(n.Items()) {
				return e.checkMissing(n, p, i)
			}
			n = n.Items()[s.Index]
		default:
			j := n.entry(s.Key)
			if j < 0 {
				if i < len(p)-1 && n.Kind == Mapping && n.Merged(s.Key) {
					return nil, nil, refuse(RefuseMerge, n.Line,
						"%s comes through a merge key (<<): writing part of it here would replace all of it", p[:i+1])
				}
				return e.checkMissing(n, p, i)
			}
			n = n.Entries()[j].Value
		}
	}
	if err := e.checkOwn(n, p); err != nil {
		return nil, nil, err
	}
	return n, nil, nil
}

// checkMissing checks that the missing steps can be made.
func (e *editor) checkMissing(n *Node, p Path, i int) (*Node, Path, error) {
	for j := i + 1; j < len(p); j++ {
		if p[j].IsIndex && p[j].Index != 0 {
			return nil, nil, refuse(RefuseAbsent, n.Line, "%s is absent: a new list starts at 0", p[:j+1])
		}
	}
	return n, p[i:], nil
}

// entry returns the index of an own key, or -1.
func (n *Node) entry(key string) int {
	for i, en := range n.Entries() {
		if en.Key.keyIs(key) {
			return i
		}
	}
	return -1
}

// checkOwn refuses nodes that are not this place's own: aliases, and anchors that
// aliases use.
func (e *editor) checkOwn(n *Node, p Path) error {
	if n.Kind == Alias {
		return refuse(RefuseAlias, n.Line, "%s is the alias *%s: change the anchor &%s instead, which applies to every use of it", displayPath(p), n.Value, n.Value)
	}
	if e.shared {
		return nil
	}
	return checkShared(n, p, nil)
}

// checkShared refuses a node whose anchor has users outside the node within.
func checkShared(n *Node, p Path, within *Node) error {
	if n.Anchor() == "" {
		return nil
	}
	var users []string
	if within != nil && len(n.users()) > 0 {
		p = n.Path()
	}
	for _, u := range n.users() {
		if within != nil && u.isInside(within) {
			continue
		}
		users = append(users, fmt.Sprintf("%s (line %d)", u.displayPlace(), u.Line))
	}
	if len(users) == 0 {
		return nil
	}
	more := ""
	if len(users) > 3 {
		more = fmt.Sprintf(" and %d more", len(users)-3)
		users = users[:3]
	}
	return refuse(RefuseAlias, n.Line, "%s has the anchor &%s, so a change would also apply to %s%s", displayPath(p), n.Anchor(), strings.Join(users, ", "), more)
}

func (n *Node) isInside(top *Node) bool {
	for ; n != nil; n = n.Parent {
		if n == top {
			return true
		}
	}
	return false
}

// checkDroppable refuses to drop a node when an anchor in it is used elsewhere.
func checkDroppable(top *Node) error {
	var err error
	walk(top, func(n *Node) {
		if err == nil {
			err = checkShared(n, nil, top)
		}
	})
	return err
}

// walk calls f for a node and all below it, keys included, in file order.
func walk(n *Node, f func(*Node)) {
	if n == nil {
		return
	}
	f(n)
	for _, en := range n.Entries() {
		walk(en.Key, f)
		walk(en.Value, f)
	}
	for _, it := range n.Items() {
		walk(it, f)
	}
}

// displayPath writes a path for people.
func displayPath(p Path) string {
	if len(p) == 0 {
		return "the document"
	}
	return p.String()
}

// displayPlace writes the place of the node for people.
func (n *Node) displayPlace() string { return displayPath(n.Path()) }
