package text

import (
	"bytes"
	"sort"
)

// Lines maps between byte offsets and lines of a file. A line ends after its
// '\n'; a file that does not end in '\n' has a last line without one.
type Lines struct {
	src    []byte
	starts []int
}

// NewLines builds the table. It keeps src.
func NewLines(src []byte) *Lines {
	starts := make([]int, 1, 1+bytes.Count(src, []byte{'\n'}))
	for i, c := range src {
		if c == '\n' && i+1 < len(src) {
			starts = append(starts, i+1)
		}
	}
	return &Lines{src: src, starts: starts}
}

// Count returns the number of lines; an empty file has one.
func (l *Lines) Count() int { return len(l.starts) }

// At returns the line, from 1, that holds the byte at offset. Offsets beyond
// the file are on its last line.
func (l *Lines) At(offset int) int {
	return sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > offset })
}

// Start returns the offset of the first byte of a line. Lines beyond the file
// start at its end.
func (l *Lines) Start(line int) int {
	if line < 1 {
		return 0
	}
	if line > len(l.starts) {
		return len(l.src)
	}
	return l.starts[line-1]
}

// End returns the offset after the line's last byte, its line ending excluded.
func (l *Lines) End(line int) int {
	end := l.Next(line)
	if end > l.Start(line) && l.src[end-1] == '\n' {
		end--
		if end > l.Start(line) && l.src[end-1] == '\r' {
			end--
		}
	}
	return end
}

// Next returns the offset of the first byte of the following line, or the
// length of the file.
func (l *Lines) Next(line int) int { return l.Start(line + 1) }

// Text returns a line without its ending.
func (l *Lines) Text(line int) string { return string(l.src[l.Start(line):l.End(line)]) }

// Column returns the place of offset in its line, in bytes, from 1.
func (l *Lines) Column(offset int) int { return offset - l.Start(l.At(offset)) + 1 }
