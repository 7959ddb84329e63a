package yamldoc

import (
	"bytes"
	"math"
)

// style finds how things are written around a node: the container a child is
// added to, or whose child is replaced.
func (e *editor) style(at *Node) *writer {
	w := &writer{eol: e.d.File.EOL, json: e.d.File.JSON, dash: "- ", fold: e.fold, colon: ": ", comma: ", "}
	var lead manner
	w.step, w.list, lead.maps, lead.lists = e.d.indents(at)
	w.quote, w.needed, lead.strings = e.d.quotes(at)
	e.lead = e.lead.least(lead)
	if at != nil && at.Kind == Mapping && len(at.Entries()) > 0 {
		w.keys = keyQuote(at)
	}
	for f := at; f != nil && f.Style == Flow; f = f.Parent {
		if e.separators(w, f) {
			break
		}
	}
	return w
}

// indents returns the columns a mapping and a list are deeper than the key
// they are under: as the siblings are, else as the document mostly is, else
// as the other documents are, else two. With each comes by how much the document's habit
// leads where it decides: so many that were written otherwise would change it.
func (d *Doc) indents(at *Node) (step, list, stepLead, listLead int) {
	var near habits
	if at != nil {
		for _, en := range at.Entries() {
			near.countIndent(en.Value)
		}
	}
	step, list = mostFrequent(near.steps[:]), mostFrequent(near.lists[:])
	stepLead, listLead = math.MaxInt, math.MaxInt
	look := func(o *Doc) {
		if step >= 0 && list >= 0 {
			return
		}
		h := o.habitsOf()
		if step < 0 {
			step, stepLead = mostFrequent(h.steps[:]), min(stepLead, leadOf(h.steps[:]))
		}
		if list < 0 {
			list, listLead = mostFrequent(h.lists[:]), min(listLead, leadOf(h.lists[:]))
		}
	}
	look(d)
	for _, o := range d.File.Docs {
		if o != d {
			look(o)
		}
	}
	if step < 0 {
		step = 2
		if list > 0 {
			step = list
		}
	}
	if list < 0 {
		list = step
	}
	return step, list, stepLead, listLead
}

// leadOf returns by how much the greatest of the counts is greater than the next.
func leadOf(counts []int) int {
	first, second := 0, 0
	for _, c := range counts {
		switch {
		case c > first:
			first, second = c, first
		case c > second:
			second = c
		}
	}
	return first - second
}

// mostFrequent returns the index of the largest count, the smallest of equals, or -1
// when all are zero.
func mostFrequent(counts []int) int {
	best := -1
	for i, c := range counts {
		if c > 0 && (best < 0 || c > counts[best]) {
			best = i
		}
	}
	return best
}

// replacementStyle is the style of what takes the place of a node in a container: a
// text takes over the quotes of the text that it replaces.
func (e *editor) replacementStyle(n, around *Node, v any) *writer {
	w := e.style(around)
	if _, text := v.(string); text && n.Kind == Scalar {
		switch n.Style {
		case SingleQuoted:
			w.quote = '\''
		case DoubleQuoted:
			w.quote = '"'
		}
	}
	return w
}

// quotes returns the quote to put around every string (0: none) and the one
// for strings that need it. Neighbours are followed when all of their strings
// are quoted and at least one of them need not be.
func (d *Doc) quotes(at *Node) (always, needed byte, lead int) {
	var near quoting
	if at != nil {
		for _, en := range at.Entries() {
			near.count(en.Value)
		}
		for _, it := range at.Items() {
			near.count(it)
		}
	}
	if needed = near.mark(); near.plain == 0 && near.free > 0 {
		always = needed
	}
	lead = math.MaxInt
	if needed == 0 {
		all := near
		all.add(d.habitsOf().strings)
		needed = all.mark()
		if all.plain == 0 && all.free > 2 {
			always = needed
		}
		switch {
		case all.plain == 0:
			lead = 0
		case needed != 0:
			lead = max(all.single, all.double) - min(all.single, all.double)
		}
	}
	if needed == 0 {
		needed = '"'
	}
	return always, needed, lead
}

// keyQuote returns the quote that all keys of a mapping have though some
// need none, or 0.
func keyQuote(m *Node) byte {
	free, q := false, byte(0)
	for _, en := range m.Entries() {
		switch en.Key.Style {
		case SingleQuoted:
			q = '\''
		case DoubleQuoted:
			q = '"'
		default:
			return 0
		}
		free = free || plainSafe(en.Key.Value, false)
	}
	if !free {
		return 0
	}
	return q
}

// separators copies the spaces a flow collection puts after colons and commas
// and inside its braces. It reports whether there was something to copy.
func (e *editor) separators(w *writer, f *Node) bool {
	found := false
	var starts, ends []int
	for _, en := range f.Entries() {
		starts, ends = append(starts, en.Key.Start), append(ends, en.Value.End)
		if mid := e.src[en.Key.End:max(en.Value.Start, en.Key.End)]; consistsOf(mid, ": ") && bytes.IndexByte(mid, ':') >= 0 && !en.Value.isEmpty() {
			w.colon = string(mid)
			found = true
		}
	}
	for _, it := range f.Items() {
		starts, ends = append(starts, it.Start), append(ends, it.End)
	}
	for i := 1; i < len(starts); i++ {
		if mid := e.src[ends[i-1]:max(starts[i], ends[i-1])]; consistsOf(mid, ", ") && bytes.IndexByte(mid, ',') >= 0 {
			w.comma = string(mid)
			found = true
			break
		}
	}
	if len(starts) == 1 && w.colon == ":" {
		w.comma = ","
	}
	if f.Kind == Mapping && !f.pair && len(starts) > 0 {
		if mid := e.src[f.content()+1 : starts[0]]; len(mid) < 4 && consistsOf(mid, " ") {
			w.pad = string(mid)
		}
	}
	return found
}

func consistsOf(s []byte, set string) bool { return len(bytes.Trim(s, set)) == 0 }

// lineStart returns where the line that holds offset at starts.
func (e *editor) lineStart(at int) int {
	for at > 0 {
		switch c := e.src[at-1]; {
		case c == '\n', c == '\r' && !(at < len(e.src) && e.src[at] == '\n'):
			return at
		case c == 0x85 && breakLen(e.src, max(at-2, 0)) == 2,
			(c == 0xA8 || c == 0xA9) && breakLen(e.src, max(at-3, 0)) == 3:
			return at
		}
		at--
	}
	if bytes.HasPrefix(e.src, bom) {
		return len(bom)
	}
	return 0
}

// before returns the text between the start of a line and offset at.
func (e *editor) before(at int) []byte { return e.src[min(e.lineStart(at), at):at] }

// startsLine reports whether only white space is before offset at on its line.
func (e *editor) startsLine(at int) bool { return consistsOf(e.before(at), " \t") }
