package text

import (
	"bytes"
	"slices"
)

// A Buffer composes edits. Each call of [Buffer.Apply] takes edits against the
// current bytes; [Buffer.Edits] gives one equivalent list against the original
// bytes. Original bytes that no edit replaced stay original, so the list never
// claims more than was touched.
type Buffer struct {
	src    []byte
	pieces []piece
}

// piece is a run of original bytes [start, end), or inserted text when new is
// set. Inserted text remembers nothing of its place; its neighbours say it.
type piece struct {
	start, end int
	inserted   bool
	new        string
}

func (p piece) len() int {
	if p.inserted {
		return len(p.new)
	}
	return p.end - p.start
}

// NewBuffer starts with src unchanged. The buffer keeps src and never writes
// to it.
func NewBuffer(src []byte) *Buffer {
	return &Buffer{src: src, pieces: []piece{{start: 0, end: len(src)}}}
}

// Bytes returns the current content.
func (b *Buffer) Bytes() []byte {
	var out bytes.Buffer
	for _, p := range b.pieces {
		if p.inserted {
			out.WriteString(p.new)
		} else {
			out.Write(b.src[p.start:p.end])
		}
	}
	return out.Bytes()
}

// Len returns the length of the current content in bytes.
func (b *Buffer) Len() int {
	n := 0
	for _, p := range b.pieces {
		n += p.len()
	}
	return n
}

// Apply makes edits given against the current content. It fails, and changes
// nothing, when they overlap or lie outside it.
func (b *Buffer) Apply(edits []Edit) error {
	sorted, err := inOrder(edits, b.Len())
	if err != nil {
		return err
	}
	// From the back, so that earlier offsets stay true.
	for _, e := range slices.Backward(sorted) {
		b.replace(e)
	}
	return nil
}

func (b *Buffer) replace(e Edit) {
	var out []piece
	pos, done := 0, false
	put := func() {
		if !done && e.New != "" {
			out = append(out, piece{inserted: true, new: e.New})
		}
		done = true
	}
	for _, p := range b.pieces {
		n := p.len()
		lo, hi := max(e.Start-pos, 0), min(e.End-pos, n)
		switch {
		case pos+n < e.Start || (pos+n == e.Start && n > 0): // wholly before
			out = append(out, p)
		case pos >= e.End && done: // wholly after
			out = append(out, p)
		default:
			if lo > 0 {
				out = append(out, p.cut(0, min(lo, n)))
			}
			put()
			if hi < n {
				out = append(out, p.cut(max(hi, 0), n))
			}
		}
		pos += n
	}
	put()
	b.pieces = out
}

func (p piece) cut(from, to int) piece {
	if p.inserted {
		return piece{inserted: true, new: p.new[from:to]}
	}
	return piece{start: p.start + from, end: p.start + to}
}

// Edits returns the composed edits against the original bytes, sorted, never
// overlapping, and with nothing in them that stayed equal at either end.
func (b *Buffer) Edits() []Edit {
	var out []Edit
	pos, added := 0, ""
	flush := func(next int) {
		if added != "" || next > pos {
			if e := Trim(b.src, Edit{Start: pos, End: next, New: added}); e.Start != e.End || e.New != "" {
				out = append(out, e)
			}
		}
		added = ""
	}
	for _, p := range b.pieces {
		if p.inserted {
			added += p.new
			continue
		}
		if p.start == p.end {
			continue
		}
		flush(p.start)
		pos = p.end
	}
	flush(len(b.src))
	return out
}
