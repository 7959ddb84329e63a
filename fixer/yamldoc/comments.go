package yamldoc

import (
	"bytes"
	"fmt"
)

type span struct{ start, end int }

// remark is one comment: its text from # on, where it starts, whether it has a
// line of its own, and whether it may go because it starts inside a cut.
type remark struct {
	text string
	at   int
	own  bool
	cut  bool
}

// comments returns the document's comments in order. They are found in what the scalars leave
// over; anything there that is neither structure nor comment means that a
// scalar was not where it was thought to be, and is an error.
func (d *Doc) comments(cut []span) ([]remark, error) {
	s := &commentScan{src: d.File.Source[:d.End], at: d.Start, cut: cut}
	if bytes.HasPrefix(s.src[s.at:], bom) {
		s.at += len(bom)
	}
	var err error
	walk(d.Root, func(n *Node) {
		if err != nil || n.Kind != Scalar && n.Kind != Alias {
			return
		}
		if err = s.gap(n.content(), d); err == nil {
			s.scalar(n)
		}
	})
	if err == nil {
		err = s.gap(d.End, d)
	}
	return s.out, err
}

type commentScan struct {
	src []byte
	at  int
	out []remark
	cut []span
}

func (s *commentScan) add(from, to int) {
	r := remark{text: string(bytes.TrimRight(s.src[from:to], " \t\r")), at: from}
	e := editor{src: s.src}
	r.own = e.startsLine(from)
	for _, c := range s.cut {
		r.cut = r.cut || from >= c.start && from < c.end
	}
	s.out = append(s.out, r)
}

// scalar steps over a scalar; the header of a block scalar may hold a comment.
func (s *commentScan) scalar(n *Node) {
	if n.isBlockScalar() {
		end := lineEnd(s.src, n.content())
		if i := bytes.IndexByte(s.src[n.content():end], '#'); i >= 0 {
			s.add(n.content()+i, end)
		}
	}
	s.at = max(s.at, n.End)
}

// gap reads what stands between two scalars.
func (s *commentScan) gap(to int, d *Doc) error {
	for s.at < to {
		switch c := s.src[s.at]; {
		case c == '#':
			end := lineEnd(s.src, s.at)
			s.add(s.at, end)
			s.at = end
		case c == '!':
			s.at = tagEnd(s.src, s.at)
		case c == '&':
			for s.at++; s.at < to && bytes.IndexByte([]byte(" \t\r\n,[]{}:"), s.src[s.at]) < 0; {
				s.at++
			}
		case c == '%' && (s.at == d.Start || s.src[s.at-1] == '\n' || s.src[s.at-1] == '\r'):
			s.at = lineEnd(s.src, s.at) // a directive
		case c == '.' && bytes.HasPrefix(s.src[s.at:], []byte("...")):
			s.at += 3
		case bytes.IndexByte([]byte(" \t\r\n-?:,[]{}"), c) >= 0:
			s.at++
		default:
			if l := spaceLen(s.src[s.at:]); l > 0 {
				s.at += l
				continue
			}
			if bytes.HasPrefix(s.src[s.at:], bom) {
				s.at += len(bom)
				continue
			}
			return fmt.Errorf("byte %d (%q) belongs to no value", s.at, c)
		}
	}
	return nil
}

// sameComments compares two sets of comments. Those in a cut may be missing on
// the other side, the others may not.
func sameComments(a, b []remark) error {
	count := func(rs []remark) map[string]int {
		m := make(map[string]int, len(rs))
		for _, r := range rs {
			m[r.text]++
		}
		return m
	}
	missing := func(from []remark, in map[string]int) (string, bool) {
		for _, r := range from {
			if !r.cut {
				if in[r.text]--; in[r.text] < 0 {
					return r.text, true
				}
			}
		}
		return "", false
	}
	if t, ok := missing(a, count(b)); ok {
		return fmt.Errorf("the comment %q is gone", t)
	}
	if t, ok := missing(b, count(a)); ok {
		return fmt.Errorf("the comment %q appeared", t)
	}
	return nil
}
