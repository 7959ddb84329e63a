package text

import "bytes"

// A Hunk says that lines [A0, A1) of the old version, counted from 0, became
// lines [B0, B1) of the new one. Either range may be empty.
type Hunk struct{ A0, A1, B0, B1 int }

// SplitLines cuts data into lines, endings included. Data without a final
// newline has a last line without one; empty data has no lines.
func SplitLines(data []byte) []string {
	var out []string
	for len(data) > 0 {
		n := bytes.IndexByte(data, '\n') + 1
		if n == 0 {
			n = len(data)
		}
		out = append(out, string(data[:n]))
		data = data[n:]
	}
	return out
}

// DiffLines returns a shortest list of hunks that turns the lines a into b, by
// the algorithm of Myers in linear space. It is exact where a and b differ in
// up to maxEffort places between two common lines; beyond that, which no fix
// reaches, the rest counts as replaced.
//
// The libraries for this give up being shortest after a hundred differences or
// so, and the diff of a long file is what people judge a fixer by.
func DiffLines(a, b []string) []Hunk {
	d := &differ{}
	ids := map[string]int{}
	intern := func(lines []string) []int {
		out := make([]int, len(lines))
		for i, l := range lines {
			id, ok := ids[l]
			if !ok {
				id = len(ids)
				ids[l] = id
			}
			out[i] = id
		}
		return out
	}
	d.a, d.b = intern(a), intern(b)
	size := 2*(len(a)+len(b)) + 4
	d.forward, d.backward = make([]int, size), make([]int, size)
	d.compare(0, len(a), 0, len(b))
	return d.slide()
}

// maxEffort bounds the search in one stretch, and with it the time on hostile
// input, to some hundred million steps for the largest files that are read.
const maxEffort = 20000

type differ struct {
	a, b              []int
	forward, backward []int // furthest x by diagonal
	hunks             []Hunk
}

// compare finds the hunks between a[a0:a1] and b[b0:b1].
func (d *differ) compare(a0, a1, b0, b1 int) {
	for a0 < a1 && b0 < b1 && d.a[a0] == d.b[b0] {
		a0, b0 = a0+1, b0+1
	}
	for a0 < a1 && b0 < b1 && d.a[a1-1] == d.b[b1-1] {
		a1, b1 = a1-1, b1-1
	}
	if a0 == a1 || b0 == b1 {
		d.add(a0, a1, b0, b1)
		return
	}
	x, y, ok := d.middle(a0, a1, b0, b1)
	if !ok {
		d.add(a0, a1, b0, b1)
		return
	}
	d.compare(a0, x, b0, y)
	d.compare(x, a1, y, b1)
}

// middle finds a point on a shortest path through the two stretches, searching
// from both ends until the searches meet.
func (d *differ) middle(a0, a1, b0, b1 int) (x, y int, ok bool) {
	n, m := a1-a0, b1-b0
	delta := n - m
	off := n + m + 1 // of diagonal 0
	f, r := d.forward, d.backward
	f[off+1], r[off+1] = 0, 0
	for e := 0; e <= min((n+m+1)/2, maxEffort); e++ {
		for k := -e; k <= e; k += 2 {
			x := furthest(f, off, k, e)
			y := x - k
			startX, startY := x, y
			for x < n && y < m && d.a[a0+x] == d.b[b0+y] {
				x, y = x+1, y+1
			}
			f[off+k] = x
			if back := delta - k; delta%2 != 0 && back > -e && back < e && x+r[off+back] >= n {
				return d.cut(a0, b0, n, m, startX, startY, x, y)
			}
		}
		for k := -e; k <= e; k += 2 {
			x := furthest(r, off, k, e)
			y := x - k
			startX, startY := x, y
			for x < n && y < m && d.a[a1-1-x] == d.b[b1-1-y] {
				x, y = x+1, y+1
			}
			r[off+k] = x
			if front := delta - k; delta%2 == 0 && front >= -e && front <= e && x+f[off+front] >= n {
				return d.cut(a0, b0, n, m, n-x, m-y, n-startX, m-startY)
			}
		}
	}
	return 0, 0, false
}

// cut chooses an end of the middle run that parts the stretches into two
// smaller ones; a run at a corner has one end that does not.
func (d *differ) cut(a0, b0, n, m, x0, y0, x1, y1 int) (x, y int, ok bool) {
	if (x0 > 0 || y0 > 0) && (x0 < n || y0 < m) && x0 >= 0 && y0 >= 0 && x0 <= n && y0 <= m {
		return a0 + x0, b0 + y0, true
	}
	if (x1 > 0 || y1 > 0) && (x1 < n || y1 < m) && x1 >= 0 && y1 >= 0 && x1 <= n && y1 <= m {
		return a0 + x1, b0 + y1, true
	}
	return 0, 0, false
}

func furthest(v []int, off, k, e int) int {
	if k == -e || (k != e && v[off+k-1] < v[off+k+1]) {
		return v[off+k+1]
	}
	return v[off+k-1] + 1
}

// add appends a hunk, joining it to one that ends where it starts.
func (d *differ) add(a0, a1, b0, b1 int) {
	if a0 == a1 && b0 == b1 {
		return
	}
	if k := len(d.hunks) - 1; k >= 0 && d.hunks[k].A1 == a0 && d.hunks[k].B1 == b0 {
		d.hunks[k].A1, d.hunks[k].B1 = a1, b1
		return
	}
	d.hunks = append(d.hunks, Hunk{a0, a1, b0, b1})
}

// slide moves pure insertions and deletions down as far as they go: of the
// equal ways to show a diff it is the one in which a new block stands after
// the one that it repeats, which is how it was inserted.
func (d *differ) slide() []Hunk {
	for i := range d.hunks {
		h := &d.hunks[i]
		next, nextB := len(d.a), len(d.b)
		if i+1 < len(d.hunks) {
			next, nextB = d.hunks[i+1].A0, d.hunks[i+1].B0
		}
		for h.A0 == h.A1 && h.A1 < next && h.B1 < nextB && d.b[h.B0] == d.b[h.B1] {
			h.A0, h.A1, h.B0, h.B1 = h.A0+1, h.A1+1, h.B0+1, h.B1+1
		}
		for h.B0 == h.B1 && h.A1 < next && h.B1 < nextB && d.a[h.A0] == d.a[h.A1] {
			h.A0, h.A1, h.B0, h.B1 = h.A0+1, h.A1+1, h.B0+1, h.B1+1
		}
	}
	out := d.hunks
	d.hunks = nil
	for _, h := range out { // slid hunks may touch now
		d.add(h.A0, h.A1, h.B0, h.B1)
	}
	return d.hunks
}
