package dockerfile

import (
	"bytes"
	"sort"
	"strings"
	"unicode"

	"github.com/oakum-sec/oakum/fixer/text"
)

// logical is one instruction as BuildKit reads it: continued lines joined,
// comment lines and blank lines inside them taken out. It keeps where each byte
// came from.
type logical struct {
	text string
	runs []run
}

// run says that the bytes of the logical text from pos on, up to the next run,
// stand in the file from off on.
type run struct{ pos, off int }

// at returns the file offset of byte i of the logical text. i may equal the
// length of the text: the offset after the last byte.
func (l *logical) at(i int) int {
	if len(l.runs) == 0 {
		return 0
	}
	k := sort.Search(len(l.runs), func(k int) bool { return l.runs[k].pos > i }) - 1
	r := l.runs[max(k, 0)]
	return r.off + i - r.pos
}

// span maps a half-open range of the logical text to the file. The end is
// taken after the last byte of the range, never at the first byte of the next
// line, so that a word ends where it ends.
func (l *logical) span(from, to int) (start, end int) {
	if to <= from {
		at := l.at(from)
		return at, at
	}
	return l.at(from), l.at(to-1) + 1
}

// assembled is the result of reading one logical line.
type assembled struct {
	logical
	last     int   // the last line read, from 1
	comments []int // lines that are comments inside the continuation
	dangling bool  // the last line promises another one that does not exist
}

// assemble joins the physical lines of the instruction that starts at line.
// It follows the parser's own order of steps: cut the line ending, drop comment
// lines, drop blank lines that continue, cut the escape character and the
// spaces after it.
func assemble(src []byte, lines *text.Lines, line int, escape byte) assembled {
	var a assembled
	var b strings.Builder
	add := func(from, to int) {
		if from < to {
			a.runs = append(a.runs, run{pos: b.Len(), off: from})
			b.Write(src[from:to])
		}
	}
	count := lines.Count()
	for n := line; n <= count; n++ {
		from, to := lines.Start(n), lines.Next(n)
		if n == 1 {
			from += bomLen(src)
		}
		a.last = n
		to = from + len(bytes.TrimRight(src[from:to], "\r\n"))
		if n == line {
			from = to - len(bytes.TrimLeftFunc(src[from:to], unicode.IsSpace))
		} else if isComment(src[from:to]) {
			a.comments = append(a.comments, n)
			a.dangling = true
			continue
		} else if len(bytes.TrimLeftFunc(src[from:to], unicode.IsSpace)) == 0 {
			a.dangling = true
			continue
		}
		cut, more := continued(src[from:to], escape)
		add(from, from+cut)
		a.dangling = more
		if !more {
			break
		}
	}
	a.text = b.String()
	return a
}

// continued reports whether a line, its ending cut, is continued on the next
// one, and how many of its bytes are part of the instruction. An escape character
// after another one does not continue, not even after a third: that is
// BuildKit's rule, kept because it is what builds.
func continued(line []byte, escape byte) (keep int, more bool) {
	t := bytes.TrimRight(line, " \t")
	n := len(t)
	if n == 0 || t[n-1] != escape || (n > 1 && t[n-2] == escape) {
		return len(line), false
	}
	return n - 1, true
}

func isComment(line []byte) bool {
	line = bytes.TrimLeftFunc(line, unicode.IsSpace)
	return len(line) > 0 && line[0] == '#'
}

func bomLen(src []byte) int {
	if bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) {
		return 3
	}
	return 0
}
