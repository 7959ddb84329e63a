package yamldoc

import (
	"bytes"
)

// remove takes out the entry or item at a path.
func (e *editor) remove(p Path) error {
	if len(p) == 0 {
		return refuse(RefuseUnsupported, 0, "oakum does not remove whole YAML documents")
	}
	m, rest, err := e.resolve(p.Parent())
	s := last(p)
	if err != nil {
		return err
	}
	if m == nil || len(rest) > 0 {
		return refuse(RefuseAbsent, lineOf(m), "%s is absent", p)
	}
	i := -1
	switch {
	case s.Key == "<<" && m.Kind == Mapping && m.hasMergeKey():
		return refuse(RefuseMerge, m.Line, "oakum does not edit the merge key (<<) of %s", displayPath(p.Parent()))
	case s.IsIndex && m.Kind == Sequence:
		i = s.Index
		if i < 0 || i >= len(m.Items()) {
			return refuse(RefuseAbsent, m.Line, "%s is absent", p)
		}
		e.path = p.Parent() // the items after it move up
		if err := checkDroppable(m.Items()[i]); err != nil {
			return err
		}
	case !s.IsIndex && m.Kind == Mapping:
		if i = m.entry(s.Key); i < 0 {
			if m.Merged(s.Key) {
				return refuse(RefuseMerge, m.Line, "%s is set through a merge key (<<) and cannot be removed at this place", p)
			}
			return refuse(RefuseAbsent, m.Line, "%s is absent", p)
		}
		e.path = p
		for _, n := range []*Node{m.Entries()[i].Key, m.Entries()[i].Value} {
			if err := checkDroppable(n); err != nil {
				return err
			}
		}
	case m.canBecome(Mapping) || m.canBecome(Sequence):
		return refuse(RefuseAbsent, m.Line, "%s is absent", p)
	default:
		return refuse(RefuseKind, m.Line, "%s is a %s and cannot contain %s", displayPath(p.Parent()), m.Kind, p)
	}
	if m.pair {
		return refuse(RefuseUnsupported, m.Line, "oakum does not edit a key in a flow list ([key: value]) that has no braces")
	}
	start, end, err := e.child(m, i)
	if err != nil {
		return err
	}
	e.effect = effect{kind: removed, node: m, index: i, start: start, end: lineEnd(e.src, end)}
	if m.Style == Flow {
		e.removeFlow(m, i, start, end)
		return nil
	}
	return e.removeBlock(m, i, start, end)
}

// child returns the bytes of a whole entry or item, its ? or dash included.
func (e *editor) child(m *Node, i int) (start, end int, err error) {
	if m.Kind == Sequence {
		it := m.Items()[i]
		if m.Style == Flow {
			return it.Start, it.End, nil
		}
		// The dash is before the item with only white space and comments between.
		from := m.content()
		if i > 0 {
			from = m.Items()[i-1].End
		}
		return skipGap(e.src, from), it.End, nil
	}
	k, v := m.Entries()[i].Key, m.Entries()[i].Value
	start, end = k.Start, max(k.End, v.End)
	if lead := bytes.TrimRight(e.before(start), " \t"); len(lead) > 0 && lead[len(lead)-1] == '?' {
		start = min(e.lineStart(start), start) + len(lead) - 1
	} else if m.Style == Block && len(e.before(start)) != m.col() {
		return 0, 0, refuse(RefuseUnsupported, k.Line, "oakum does not edit keys that are written with ?")
	}
	return start, end, nil
}

// child returns the i-th value or item.
func (m *Node) child(i int) *Node {
	if m.Kind == Mapping {
		return m.Entries()[i].Value
	}
	return m.Items()[i]
}

func (e *editor) removeBlock(m *Node, i, start, end int) error {
	n := m.Len()
	switch {
	case n == 1:
		return e.removeOnly(m, start, end)
	case e.startsLine(start):
		var prev *Node
		if i > 0 {
			prev = m.child(i - 1)
		}
		e.cutLines(start, end, prev)
	default:
		// The first child, on the line of a dash or such: the next one moves up
		// in its place, unless comments stand between.
		next, _, err := e.child(m, 1)
		if err != nil {
			return err
		}
		to := lineEnd(e.src, end)
		if isWhitespace(e.src[to:next]) {
			e.replace(start, next, "")
		} else {
			e.replace(e.trimLeft(start), to, "")
		}
	}
	return nil
}

// removeOnly leaves an empty {} or [].
func (e *editor) removeOnly(m *Node, start, end int) error {
	empty := "{}"
	if m.Kind == Sequence {
		empty = "[]"
	}
	p := m.Parent
	if p != nil && p.Kind == Mapping && e.startsLine(start) {
		// Back to the line of the key.
		k := p.Entries()[m.index()].Key
		colon := skipGap(e.src, k.End)
		if colon < len(e.src) && e.src[colon] == ':' && bytes.IndexByte(e.before(k.Start), '?') < 0 {
			at := colon + 1
			if m.content() > m.Start { // keep the anchor and the tag
				at = max(at, e.propsEnd(m))
			}
			if e.lineStart(at) < e.lineStart(start) {
				e.replace(at, at, " "+empty)
				e.cutLines(start, end, nil)
				return nil
			}
		}
	}
	e.replace(start, lineEnd(e.src, end), empty)
	return nil
}

// propsEnd returns where a collection's anchor and tag end.
func (e *editor) propsEnd(m *Node) int {
	at, end := m.Start, m.Start
	for at < m.content() {
		if c := e.src[at]; c != '&' && c != '!' {
			break
		}
		end = tagEnd(e.src, at)
		at = skipGap(e.src, end)
	}
	return end
}

func (e *editor) removeFlow(m *Node, i, start, end int) {
	n := m.Len()
	stop := m.End - 1
	comma := e.comma(end, stop)
	if n == 1 {
		to := end
		if comma >= 0 {
			to = comma + 1
		}
		if isWhitespace(e.src[m.content()+1:start]) && isWhitespace(e.src[to:stop]) {
			e.replace(m.content()+1, stop, "")
			return
		}
		e.replace(start, end, "")
		if comma >= 0 {
			e.replace(comma, comma+1, "")
		}
		return
	}
	own := e.startsLine(start) && e.lineStart(start) > m.content() // starts its line
	if comma >= 0 {
		row := e.rowEnd(comma+1, stop)
		if own && breakLen(e.src, row) > 0 { // and fills it
			e.cutLines(start, row, nil)
			return
		}
		if i < n-1 {
			next, _, _ := e.child(m, i+1)
			e.replace(start, next, "")
			return
		}
	}
	_, prev, _ := e.child(m, i-1)
	before := e.comma(prev, stop)
	row := e.rowEnd(end, stop)
	if comma < 0 && own && before >= 0 {
		gone := "" // of the comma; a comment must not touch what stands before it
		if e.src[before+1] == '#' {
			gone = " "
		}
		e.replace(before, before+1, gone)
		switch {
		case breakLen(e.src, row) > 0:
			e.cutLines(start, row, nil)
		case isWhitespace(e.src[before+1 : start]):
			// The closing bracket is on the line: it moves up.
			e.replace(e.breakBefore(e.lineStart(start)), end, "")
		default:
			e.replace(start, end, "")
		}
		return
	}
	e.replace(prev, end, "")
}
