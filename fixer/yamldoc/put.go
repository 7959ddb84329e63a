package yamldoc

import (
	"bytes"
	"strings"
)

// put writes a value in the place of a node. A nil node stands for a document
// without content.
func (e *editor) put(n *Node, v any) error {
	if n == nil {
		return e.fill(v)
	}
	if err := checkDroppable(n); err != nil {
		return err
	}
	if n.hasCustomTag() {
		return refuse(RefuseTag, n.Line, "%s has the tag %s, which a new value would not keep", n.displayPlace(), n.Tag)
	}
	p := n.Parent
	switch {
	case p.isFlow() || p == nil && n.isFlow() && e.d.File.JSON:
		return e.putFlow(n, v)
	case p == nil:
		return e.putRoot(n, v)
	case p.Kind == Sequence:
		e.putItem(n, v)
		return nil
	}
	return e.putValue(n, v)
}

// fill writes the first content of a document: after its --- line, else before
// a line of three dots, else at its end.
func (e *editor) fill(v any) error {
	w := e.style(nil)
	s := w.inline(v, false)
	if isCollection(v) {
		s = w.block(v, 0)
	}
	at := e.d.marker
	if at >= 0 {
		at = lineEnd(e.src, at)
	} else {
		at = e.d.Start
		for l := e.d.Start; l < e.d.End; {
			next := nextLine(e.src, l)
			if isMarker(e.src[l:next], "...") {
				break
			}
			at, l = lineEnd(e.src, l), next
		}
		if bytes.HasPrefix(e.src[at:], bom) && at == 0 {
			at = len(bom)
		}
	}
	switch l := breakLen(e.src, at); {
	case l > 0:
		e.replace(at+l, at+l, s+w.eol)
	case at == 0 || at == len(bom) && bytes.HasPrefix(e.src, bom):
		e.replace(at, at, s+w.eol) // an empty file has no habit to keep
	default:
		e.replace(at, at, w.eol+s)
	}
	return nil
}

// putFlow replaces a value inside brackets.
func (e *editor) putFlow(n *Node, v any) error {
	if n.pair || n.Parent != nil && n.Parent.pair {
		return refuse(RefuseUnsupported, n.Line, "oakum does not edit a key in a flow list ([key: value]) that has no braces")
	}
	around := n.Parent
	if around == nil {
		around = n
	}
	w := e.replacementStyle(n, around, v)
	s := ""
	if isCollection(v) && w.spansLines(v) && around.EndLine > around.Line && e.startsLine(n.entryStart()) {
		indent := string(e.before(n.entryStart()))
		s = w.pretty(v, indent, e.flowIndent(around, indent))
	} else if s = w.inline(v, true); n.Parent == nil && isCollection(v) && bytes.IndexByte(e.src, '\n') >= 0 && n.Len() > 0 {
		s = w.pretty(v, "", "  ")
	}
	switch {
	case !n.isEmpty():
		if n.Len() == 0 && n.Kind != Scalar && isCollection(v) && !isWhitespace(e.src[n.content()+1:n.End-1]) {
			// A comment inside the empty brackets: write before it.
			s = s[1 : len(s)-1]
			e.replace(n.content()+1, n.content()+1, s)
			return nil
		}
		e.replaceNode(n, s)
	case n.Start > 0 && e.src[n.Start-1] == ':' && n.Start > n.Parent.Entries()[n.index()].Key.End:
		e.replace(n.Start, n.Start, " "+s)
	default:
		e.replace(n.Start, n.Start, w.colon+s)
	}
	return nil
}

func isWhitespace(s []byte) bool { return len(bytes.TrimSpace(s)) == 0 }

// entryStart returns where the entry or item that holds the value starts.
func (n *Node) entryStart() int {
	if n.Parent != nil && n.Parent.Kind == Mapping {
		return n.Parent.Entries()[n.index()].Key.Start
	}
	return n.Start
}

// putRoot replaces the whole content of a document.
func (e *editor) putRoot(n *Node, v any) error {
	w := e.style(n)
	lead := e.before(n.Start)
	switch {
	case !isCollection(v):
		e.replaceNode(n, w.scalar(v, len(lead))+e.headerComment(n))
	case consistsOf(lead, " "):
		e.replaceNode(n, w.block(v, len(lead))+e.headerComment(n))
	default:
		// After --- on its line; a block collection needs lines of its own.
		e.replace(e.trimLeft(n.Start), n.End, e.headerComment(n))
		e.lines(n, w.block(v, 0), w.eol)
	}
	return nil
}

// trimLeft moves an offset back over the spaces before it.
func (e *editor) trimLeft(at int) int {
	for at > 0 && isSpaceOrTab(e.src[at-1]) {
		at--
	}
	return at
}

// putItem replaces an item of a block sequence.
func (e *editor) putItem(n *Node, v any) {
	w := e.replacementStyle(n, n.Parent, v)
	if n.isEmpty() {
		col := len(e.before(n.Start)) + 1
		e.replace(n.Start, n.Start, " "+w.item(v, col))
		return
	}
	col := len(e.before(n.Start))
	if n.Style == Block {
		col = n.col()
	}
	e.replaceNode(n, w.item(v, col)+e.headerComment(n))
}

// headerComment returns the comment after the header of a block scalar,
// inside the scalar's own lines, so that it can outlive the scalar.
func (e *editor) headerComment(n *Node) string {
	if !n.isBlockScalar() {
		return ""
	}
	l := e.src[n.content():lineEnd(e.src, n.content())]
	if i := bytes.IndexByte(l, '#'); i >= 0 {
		return " " + string(bytes.TrimRight(l[i:], " \t"))
	}
	return ""
}

// putValue replaces the value of a key in a block mapping.
func (e *editor) putValue(n *Node, v any) error {
	m := n.Parent
	k := m.Entries()[n.index()].Key
	w := e.replacementStyle(n, m, v)
	colon := skipGap(e.src, k.End)
	if colon >= len(e.src) || e.src[colon] != ':' || k.Line != k.EndLine || bytes.IndexByte(e.before(k.Start), '?') >= 0 {
		return refuse(RefuseUnsupported, k.Line, "oakum does not edit keys that are written with ?")
	}
	colon++
	same := consistsOf(e.src[colon:n.Start], " \t") // the value starts on the key's line
	below := !same && n.Style == Block
	comment := e.headerComment(n)
	switch {
	case !isCollection(v) && n.isEmpty():
		e.replace(n.Start, n.Start, " "+w.scalar(v, m.col()+w.step))
	case !isCollection(v) && below:
		e.replace(colon, colon, " "+w.scalar(v, m.col()+w.step))
		e.cutLines(n.Start, n.End, nil)
	case !isCollection(v):
		e.replaceNode(n, w.scalar(v, m.col()+w.step)+comment)
	case below && n.content() == n.Start:
		in := w.under(v, m.col())
		if _, ok := v.([]any); ok == (n.Kind == Sequence) {
			in = n.col()
		}
		from := e.lineStart(n.Start)
		e.replace(from, n.End, strings.Repeat(" ", in)+w.block(v, in))
	case same:
		in := w.under(v, m.col())
		e.replace(colon, n.End, comment)
		e.lines(n, strings.Repeat(" ", in)+w.block(v, in), w.eol)
	default: // a value that is no block on a line below
		in := w.under(v, m.col())
		from := e.lineStart(n.Start)
		e.replace(from, n.End, strings.Repeat(" ", in)+w.block(v, in)+comment)
	}
	return nil
}

// cutLines deletes the whole lines from the one that holds start to the one
// that holds end. At the end of a file without final newline the break before
// goes instead of the one after, unless the block scalar that then ends the
// file needs it: its value would lose its last newline.
func (e *editor) cutLines(start, end int, prev *Node) {
	from, to := e.lineStart(start), lineEnd(e.src, end)
	if l := breakLen(e.src, to); l > 0 {
		e.replace(from, to+l, "")
		return
	}
	cut := e.breakBefore(from)
	if prev != nil {
		if l := prev.lastLeaf(); l.isBlockScalar() && strings.HasSuffix(l.Value, "\n") && l.End >= cut {
			cut = from
		}
	}
	e.replace(cut, to, "")
}

// breakBefore returns where the line break that ends before offset at starts.
func (e *editor) breakBefore(at int) int {
	for _, l := range []int{1, 2, 3} {
		if at-l >= 0 && breakLen(e.src, at-l) == l && !(l == 1 && at >= 2 && breakLen(e.src, at-2) == 2) {
			return at - l
		}
	}
	return at
}
