package yamldoc

// habits are how a whole document is written. They are counted once, when a place that
// is to be written has no neighbours that show how.
type habits struct {
	steps, lists [17]int // how often a mapping and a list are so many columns deeper than their key
	strings      quoting
}

// quoting counts how strings are written.
type quoting struct {
	plain          int
	single, double int
	free           int // in quotes, without need
}

func (h *habits) countIndent(n *Node) {
	if n.Style != Block || n.key || n.Parent == nil || n.Parent.Kind != Mapping || n.Parent.Style != Block {
		return
	}
	in := n.col() - n.Parent.col()
	switch {
	case n.Kind == Mapping && in > 0 && in < len(h.steps):
		h.steps[in]++
	case n.Kind == Sequence && in >= 0 && in < len(h.lists):
		h.lists[in]++
	}
}

func (q *quoting) count(n *Node) {
	if n.key || n.Kind != Scalar || n.Tag != strTag {
		return
	}
	switch n.Style {
	case Plain:
		q.plain++
		return
	case SingleQuoted:
		q.single++
	case DoubleQuoted:
		q.double++
	default:
		return
	}
	if plainSafe(n.Value, false) {
		q.free++
	}
}

// mark returns the quote that most strings in quotes have, 0 where none has any.
func (q *quoting) mark() byte {
	switch {
	case q.single > q.double:
		return '\''
	case q.double > 0:
		return '"'
	}
	return 0
}

func (q *quoting) add(o quoting) {
	q.plain += o.plain
	q.single += o.single
	q.double += o.double
	q.free += o.free
}

// habitsOf returns the habits of the document.
func (d *Doc) habitsOf() *habits {
	if h := d.habits.Load(); h != nil {
		return h
	}
	h := &habits{}
	walk(d.Root, func(n *Node) {
		h.countIndent(n)
		h.strings.count(n)
	})
	d.habits.Store(h)
	return h
}

// A manner counts what is written in one manner or another: mappings and lists below a
// key, and strings.
type manner struct{ maps, lists, strings int }

func (m *manner) add(o manner) {
	m.maps += o.maps
	m.lists += o.lists
	m.strings += o.strings
}

func (m manner) least(o manner) manner {
	return manner{min(m.maps, o.maps), min(m.lists, o.lists), min(m.strings, o.strings)}
}

// follows reports whether what was written before may have changed the habit that the
// manner follows.
func (m manner) follows(written, lead manner) bool {
	return m.maps > 0 && written.maps > 0 && written.maps >= lead.maps ||
		m.lists > 0 && written.lists > 0 && written.lists >= lead.lists ||
		m.strings > 0 && written.strings > 0 && written.strings >= lead.strings
}

// mannerOf counts what is in a normal value.
func mannerOf(v any) manner {
	var m manner
	switch v := v.(type) {
	case string:
		m.strings++
	case Map:
		m.maps++
		for _, p := range v {
			m.add(mannerOf(p.Value))
		}
	case []any:
		m.lists++
		for _, item := range v {
			m.add(mannerOf(item))
		}
	}
	return m
}
