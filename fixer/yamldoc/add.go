package yamldoc

import (
	"bytes"
	"strings"
)

// add puts a value after the last child of a collection that has some: under
// a key in a mapping, as an item in a sequence.
func (e *editor) add(n *Node, key string, v any) error {
	if n.pair {
		return refuse(RefuseUnsupported, n.Line, "oakum does not edit a key in a flow list ([key: value]) that has no braces")
	}
	if n.Style == Flow {
		return e.addFlow(n, key, v)
	}
	w := e.style(n)
	line := ""
	if n.Kind == Mapping {
		line = w.entry(key, v, n.col())
	} else {
		w.dash = e.dash(n)
		line = w.dash + w.item(v, n.col()+len(w.dash))
	}
	if lineEnd(e.src, n.End) == len(e.src) {
		e.keepFinalValue(n)
	}
	e.linesAt(e.trailingCommentsEnd(n), strings.Repeat(" ", n.col())+line, w.eol)
	return nil
}

// trailingCommentsEnd returns the end of a block collection with the comments that follow
// on lines of their own and are deeper than its children: what was commented
// out of the last child, which an entry put before it would take over.
func (e *editor) trailingCommentsEnd(n *Node) int {
	end := lineEnd(e.src, n.End)
	for at := end; ; at = lineEnd(e.src, at) {
		l := breakLen(e.src, at)
		if l == 0 {
			return end
		}
		start := at + l
		at = start
		for at < len(e.src) && e.src[at] == ' ' {
			at++
		}
		switch {
		case at < len(e.src) && e.src[at] == '#' && at-start > n.col():
			end = lineEnd(e.src, at)
		case at < len(e.src) && breakLen(e.src, at) == 0:
			return end
		}
	}
}

// dash returns the dash and the spaces after it, as the last item has them.
func (e *editor) dash(n *Node) string {
	it := n.Items()[len(n.Items())-1]
	lead := e.before(it.Start)
	if i := bytes.LastIndexByte(lead, '-'); i >= 0 {
		if d := lead[i:]; len(d) >= 2 && len(d) <= 8 && consistsOf(d[1:], " ") {
			return string(d)
		}
	}
	return "- "
}

// lines puts whole lines after the line on which a node ends. A file without
// final newline stays without.
func (e *editor) lines(n *Node, s, eol string) { e.linesAt(lineEnd(e.src, n.End), s, eol) }

// linesAt puts whole lines after the line that ends at at.
func (e *editor) linesAt(at int, s, eol string) {
	if l := breakLen(e.src, at); l > 0 {
		e.replace(at+l, at+l, s+eol)
		return
	}
	e.replace(at, at, eol+s)
}

// keepFinalValue keeps the value of a block scalar that ends the file without a line
// break. Such a scalar has no final newline in its value; once a line follows
// it would get one, unless its header says to strip it.
func (e *editor) keepFinalValue(n *Node) {
	n = n.lastLeaf()
	if !n.isBlockScalar() || strings.HasSuffix(n.Value, "\n") || n.Value == "" {
		return
	}
	at := n.content() + 1
	for ; at < n.End && bytes.IndexByte([]byte("+-0123456789"), e.src[at]) >= 0; at++ {
		switch e.src[at] {
		case '-':
			return
		case '+':
			e.replace(at, at+1, "-")
			return
		}
	}
	e.replace(at, at, "-")
}

// lastLeaf returns the last scalar, alias or empty collection at or below n.
func (n *Node) lastLeaf() *Node {
	for n.Kind != Alias && n.Len() > 0 {
		if n.Kind == Mapping {
			n = n.Entries()[len(n.Entries())-1].Value
		} else {
			n = n.Items()[len(n.Items())-1]
		}
	}
	return n
}

// isBlockScalar reports whether the node is a block scalar.
func (n *Node) isBlockScalar() bool {
	return n.Kind == Scalar && (n.Style == Literal || n.Style == Folded)
}

// addFlow puts a value after the last child of a flow collection, on a line
// of its own where the others have one.
func (e *editor) addFlow(n *Node, key string, v any) error {
	w := e.style(n)
	start, end := n.lastChild()
	comma := e.comma(end, n.End-1)
	if l := n.lastLeaf(); n.Kind == Mapping && l.Parent == n && l.isEmpty() && l.Start > n.Entries()[l.index()].Key.End {
		// The reader takes "a:," for the text "a:"; a space must come between.
		if end < n.End && isSpaceOrTab(e.src[end]) {
			end++
		} else {
			e.replace(end, end, " ")
		}
	}
	lead := e.before(start)
	own := consistsOf(lead, " \t") && n.EndLine > n.Line && e.lineStart(start) > n.content()
	text := func(indent string) string {
		s := ""
		if n.Kind == Mapping {
			s = w.key(key, true) + w.colon
		}
		if own && w.spansLines(v) {
			return s + w.pretty(v, indent, e.flowIndent(n, indent))
		}
		return s + w.inline(v, true)
	}
	if !own {
		e.replace(end, end, strings.TrimRight(w.comma, " ")+spacesAfter(w.comma)+text(""))
		return nil
	}
	indent := string(lead)
	line := w.eol + indent + text(indent)
	if comma >= 0 { // a comma follows the last child already: keep the habit
		at := e.rowEnd(comma+1, n.End-1)
		e.replace(at, at, line+",")
		return nil
	}
	e.replace(end, end, ",")
	at := e.rowEnd(end, n.End-1)
	e.replace(at, at, line)
	return nil
}

// spacesAfter returns the spaces of a separator, which follow its comma.
func spacesAfter(comma string) string { return comma[len(strings.TrimRight(comma, " ")):] }

// spansLines reports whether a value added on a line of its own takes several: in
// JSON it does.
func (w *writer) spansLines(v any) bool { return isCollection(v) && (w.json || w.keys == '"') }

// flowIndent returns the text by which a child's line is deeper than the line of its
// flow collection's bracket.
func (e *editor) flowIndent(n *Node, indent string) string {
	lead := e.before(n.content())
	lead = lead[:len(lead)-len(bytes.TrimLeft(lead, " \t"))]
	if u, ok := strings.CutPrefix(indent, string(lead)); ok && u != "" {
		return u
	}
	return "  "
}

// lastChild returns the range of the last entry or item.
func (n *Node) lastChild() (start, end int) {
	if n.Kind == Mapping {
		en := n.Entries()[len(n.Entries())-1]
		return en.Key.Start, max(en.Value.End, en.Key.End)
	}
	it := n.Items()[len(n.Items())-1]
	return it.Start, it.End
}

// comma returns the offset of the first comma in [at, stop), past spaces and
// comments, or -1.
func (e *editor) comma(at, stop int) int {
	at = skipGap(e.src[:stop], at)
	if at < stop && e.src[at] == ',' {
		return at
	}
	return -1
}

// rowEnd returns the end of the row at at: after a comment on the line, before
// the line break or the closing bracket at stop.
func (e *editor) rowEnd(at, stop int) int {
	i := at
	for i < stop && isSpaceOrTab(e.src[i]) {
		i++
	}
	if i < stop && e.src[i] == '#' {
		return lineEnd(e.src, i)
	}
	return at
}
