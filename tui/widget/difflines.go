package widget

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget/syntax"
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
	states []syntax.State     // at the start of each line
	shown  func(n int) string // a line as it is shown; nil for as it is
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
	if f.Line != nil {
		d.old.shown = func(n int) string { return f.Line(false, n) }
		d.new.shown = func(n int) string { return f.Line(true, n) }
	}
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

// line returns a line, from 1, as it is shown, without its ending.
func (s *side) line(n int) string {
	if s.shown != nil {
		return trimEnding(s.shown(n))
	}
	return trimEnding(s.lines[n-1])
}

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

// compareLines returns the blocks in which the lines differ, in order: those of
// the patch that is written, so that the preview and the patch cannot differ.
func compareLines(a, b []string) []block {
	var out []block
	for _, h := range text.DiffLines(a, b) {
		out = append(out, block{a0: h.A0, a1: h.A1, b0: h.B0, b1: h.B1})
	}
	return out
}
