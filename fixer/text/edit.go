package text

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// An Edit replaces the bytes [Start, End) of a file with New. Start == End is
// an insertion, an empty New a deletion.
type Edit struct {
	Start int
	End   int
	New   string
}

// Insert returns the edit that puts s before the byte at offset at.
func Insert(at int, s string) Edit { return Edit{Start: at, End: at, New: s} }

// Overlaps reports whether two edits of the same file may not be applied
// together: their ranges share a byte, or one inserts at a point the other
// touches. Edits that merely stand next to each other do conflict when one of
// them is an insertion, because the order of the two would then matter.
func (e Edit) Overlaps(o Edit) bool {
	if e.Start == e.End || o.Start == o.End {
		return e.Start <= o.End && o.Start <= e.End
	}
	return e.Start < o.End && o.Start < e.End
}

// Conflict reports whether any edit of a overlaps any edit of b.
func Conflict(a, b []Edit) bool {
	for _, x := range a {
		for _, y := range b {
			if x.Overlaps(y) {
				return true
			}
		}
	}
	return false
}

// Sort orders edits by their place in the file.
func Sort(edits []Edit) {
	slices.SortStableFunc(edits, func(a, b Edit) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return a.End - b.End
	})
}

// Apply returns src with the edits made. The edits need not be sorted. It
// fails when an edit lies outside src or two of them overlap; src is never
// modified.
func Apply(src []byte, edits []Edit) ([]byte, error) {
	sorted, err := inOrder(edits, len(src))
	if err != nil {
		return nil, err
	}
	size := len(src)
	for _, e := range sorted {
		size += len(e.New) - (e.End - e.Start)
	}
	out := make([]byte, 0, size)
	pos := 0
	for _, e := range sorted {
		out = append(out, src[pos:e.Start]...)
		out = append(out, e.New...)
		pos = e.End
	}
	return append(out, src[pos:]...), nil
}

// inOrder returns the edits sorted. It fails when one lies outside a file of that
// many bytes or two overlap.
func inOrder(edits []Edit, size int) ([]Edit, error) {
	sorted := slices.Clone(edits)
	Sort(sorted)
	for i, e := range sorted {
		if e.Start < 0 || e.End < e.Start || e.End > size {
			return nil, fmt.Errorf("edit [%d,%d) lies outside a file of %d bytes", e.Start, e.End, size)
		}
		if i > 0 && sorted[i-1].Overlaps(e) {
			return nil, fmt.Errorf("edits [%d,%d) and [%d,%d) overlap", sorted[i-1].Start, sorted[i-1].End, e.Start, e.End)
		}
	}
	return sorted, nil
}

// EOL returns the line ending a file uses: "\r\n" when its first line ends so,
// else "\n".
func EOL(src []byte) string {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// Trim shrinks an edit to the bytes that really change, so that a replaced
// block whose first lines stay equal does not claim them. The cut never splits
// a line ending or a UTF-8 sequence.
func Trim(src []byte, e Edit) Edit {
	old := string(src[e.Start:e.End])
	p := 0
	for p < len(old) && p < len(e.New) && old[p] == e.New[p] {
		p++
	}
	for p > 0 && (splitsCharacter(old, p) || splitsCharacter(e.New, p)) {
		p--
	}
	old, repl := old[p:], e.New[p:]
	s := 0
	for s < len(old) && s < len(repl) && old[len(old)-1-s] == repl[len(repl)-1-s] {
		s++
	}
	for s > 0 && (splitsCharacter(old, len(old)-s) || splitsCharacter(repl, len(repl)-s)) {
		s--
	}
	return Edit{Start: e.Start + p, End: e.End - s, New: strings.Clone(repl[:len(repl)-s])}
}

// splitsCharacter reports whether cutting s at i would split a CRLF or a UTF-8 sequence.
func splitsCharacter(s string, i int) bool {
	if i <= 0 || i >= len(s) {
		return false
	}
	return s[i]&0xC0 == 0x80 || (s[i-1] == '\r' && s[i] == '\n')
}
