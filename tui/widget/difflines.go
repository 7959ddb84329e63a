package widget

import (
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"

	"oakum/tui/widget/syntax"
)

// A diffFile is a file with what was found out about its change.
type diffFile struct {
	DiffFile
	old, new       side
	blocks         []block
	added, removed int
}

// A side is one version of a file, in lines.
type side struct {
	lines  []string // with their endings
	lang   syntax.Language
	states []syntax.State // at the start of each line
}

// A block is a run of lines that differ: old lines a0 to a1 became new lines
// b0 to b1, counted from 0, the ends not included. pairs holds for each old
// line the new one it became, or -1; it rises.
type block struct {
	a0, a1, b0, b1 int
	pairs          []int
}

func compare(f DiffFile) *diffFile {
	d := &diffFile{DiffFile: f, old: newSide(f.Before, f.Kind), new: newSide(f.After, f.Kind)}
	d.blocks = compareLines(d.old.lines, d.new.lines)
	for i := range d.blocks {
		b := &d.blocks[i]
		d.removed += b.a1 - b.a0
		d.added += b.b1 - b.b0
		b.pairs = pair(d.old.lines[b.a0:b.a1], d.new.lines[b.b0:b.b1], b.b0)
	}
	return d
}

func newSide(data []byte, kind string) side {
	s := side{lang: syntax.Of(kind)}
	if len(data) > 0 {
		s.lines = strings.SplitAfter(string(data), "\n")
		if n := len(s.lines); s.lines[n-1] == "" {
			s.lines = s.lines[:n-1]
		}
	}
	s.states = make([]syntax.State, len(s.lines))
	for i := 1; i < len(s.lines); i++ {
		if l := trimEnding(s.lines[i-1]); len(l) <= longestLine {
			s.states[i] = syntax.Next(s.lang, s.states[i-1], l)
		}
	}
	return s
}

// line returns a line, from 1, without its ending.
func (s *side) line(n int) string { return trimEnding(s.lines[n-1]) }

// ending returns the bytes that end a line: "\n", "\r\n" or nothing.
func (s *side) ending(n int) string {
	l := s.lines[n-1]
	return l[len(trimEnding(l)):]
}

func trimEnding(l string) string {
	if t, ok := strings.CutSuffix(l, "\r\n"); ok {
		return t
	}
	return strings.TrimSuffix(l, "\n")
}

// compareLines returns the blocks in which the lines differ, in order.
func compareLines(a, b []string) []block {
	c := comparer{a: a, b: b}
	c.between(0, len(a), 0, len(b), 8)
	return c.blocks
}

type comparer struct {
	a, b   []string
	blocks []block
}

// between compares a range of lines on each side. Lines that come up once on
// both sides are taken as equal first: they hold even when there is too much
// that differs for the exact search, which gives up after about a hundred
// differences. depth bounds how often this is tried again within a range.
func (c *comparer) between(a0, a1, b0, b1, depth int) {
	for a0 < a1 && b0 < b1 && c.a[a0] == c.b[b0] {
		a0, b0 = a0+1, b0+1
	}
	for a0 < a1 && b0 < b1 && c.a[a1-1] == c.b[b1-1] {
		a1, b1 = a1-1, b1-1
	}
	if a0 == a1 || b0 == b1 {
		c.differ(a0, a1, b0, b1)
		return
	}
	const few = 200 // lines for which the exact search is quick and complete
	if depth > 0 && a1-a0+b1-b0 > few {
		if anchors := c.anchors(a0, a1, b0, b1); len(anchors) > 0 {
			for _, p := range anchors {
				c.between(a0, p[0], b0, p[1], depth-1)
				a0, b0 = p[0]+1, p[1]+1
			}
			c.between(a0, a1, b0, b1, depth-1)
			return
		}
	}
	for _, d := range lcs.DiffLines(c.a[a0:a1], c.b[b0:b1]) {
		c.differ(a0+d.Start, a0+d.End, b0+d.ReplStart, b0+d.ReplEnd)
	}
}

// differ adds a block, or makes the last one longer when this one follows it.
func (c *comparer) differ(a0, a1, b0, b1 int) {
	if a0 == a1 && b0 == b1 {
		return
	}
	if n := len(c.blocks); n > 0 && c.blocks[n-1].a1 == a0 && c.blocks[n-1].b1 == b0 {
		c.blocks[n-1].a1, c.blocks[n-1].b1 = a1, b1
		return
	}
	c.blocks = append(c.blocks, block{a0: a0, a1: a1, b0: b0, b1: b1})
}

// anchors returns the longest list of pairs of equal lines that are unique in
// the range on both sides and whose order agrees.
func (c *comparer) anchors(a0, a1, b0, b1 int) [][2]int {
	type seen struct{ a, b, na, nb int }
	lines := make(map[string]*seen, a1-a0)
	for i := a0; i < a1; i++ {
		s := lines[c.a[i]]
		if s == nil {
			s = &seen{}
			lines[c.a[i]] = s
		}
		s.a, s.na = i, s.na+1
	}
	for j := b0; j < b1; j++ {
		if s := lines[c.b[j]]; s != nil {
			s.b, s.nb = j, s.nb+1
		}
	}
	var pairs [][2]int
	for i := a0; i < a1; i++ {
		if s := lines[c.a[i]]; s.na == 1 && s.nb == 1 {
			pairs = append(pairs, [2]int{i, s.b})
		}
	}
	return rising(pairs)
}
