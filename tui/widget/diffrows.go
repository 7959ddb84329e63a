package widget

// A row is a line of a diff before it is drawn. Lines are counted from 1, 0
// means none.
type row struct {
	kind rowKind
	file int32
	a, b int32 // the old and the new line; of a delRow b is what it became
}

type rowKind uint8

const (
	fileRow rowKind = iota // the name of a file
	hunkRow                // the place of the changes below; b is the line below, a the first new line that changed
	sameRow                // a line that stays
	delRow                 // unified: a removed line
	addRow                 // unified: an added line
	pairRow                // split: an old line and what became of it
	sideRow                // split: lines that have nothing to do with each other
)

// arrange makes the rows for the present way of showing.
func (d *Diff) arrange() {
	d.rows, d.changes, d.drawn = nil, nil, nil
	for i, f := range d.files {
		whole := d.context < 0
		if !whole && len(f.blocks) == 0 && (f.Before == nil) == (f.After == nil) {
			continue
		}
		if len(d.files) > 1 || d.split {
			d.rows = append(d.rows, row{kind: fileRow, file: int32(i)})
		}
		a := arranger{d: d, f: f, file: int32(i)}
		if whole {
			a.until(len(f.old.lines), f.blocks)
		} else {
			a.hunks()
		}
	}
}

// An arranger makes the rows of one file. It is before old line a and new
// line b, counted from 0.
type arranger struct {
	d    *Diff
	f    *diffFile
	file int32
	a, b int
}

// hunks makes the rows of the blocks and the lines around them. Blocks whose
// surroundings meet are one hunk.
func (a *arranger) hunks() {
	n := a.d.context
	for rest := a.f.blocks; len(rest) > 0; {
		k := 1
		for k < len(rest) && rest[k].a0-rest[k-1].a1 <= 2*n {
			k++
		}
		first, last := rest[0], rest[k-1]
		lead := min(n, first.a0-a.a)
		a.a, a.b = first.a0-lead, first.b0-lead
		changed := min(first.b0, len(a.f.new.lines)-1) + 1 // when lines only went, the one after them
		a.add(row{kind: hunkRow, a: int32(changed), b: int32(a.b + 1)})
		a.until(min(last.a1+n, len(a.f.old.lines)), rest[:k])
		rest = rest[k:]
	}
}

// until makes the rows up to old line end, with the blocks on the way.
func (a *arranger) until(end int, blocks []block) {
	for i := range blocks {
		b := &blocks[i]
		a.same(b.a0)
		a.d.changes = append(a.d.changes, len(a.d.rows))
		if a.d.split {
			a.beside(b)
		} else {
			a.below(b)
		}
		a.a, a.b = b.a1, b.b1
	}
	a.same(end)
}

func (a *arranger) add(r row) {
	r.file = a.file
	a.d.rows = append(a.d.rows, r)
}

func (a *arranger) same(end int) {
	for ; a.a < end; a.a, a.b = a.a+1, a.b+1 {
		a.add(row{kind: sameRow, a: int32(a.a + 1), b: int32(a.b + 1)})
	}
}

// below makes the rows of a block for unified form: what went, what came.
func (a *arranger) below(b *block) {
	became := make([]int32, b.b1-b.b0) // for each new line the old one, from 1
	for i, j := range b.pairs {
		if j >= 0 {
			became[j-b.b0] = int32(b.a0 + i + 1)
		}
		a.add(row{kind: delRow, a: int32(b.a0 + i + 1), b: int32(j + 1)})
	}
	for j := b.b0; j < b.b1; j++ {
		a.add(row{kind: addRow, a: became[j-b.b0], b: int32(j + 1)})
	}
}

// beside makes the rows of a block for split form. Lines that are no pair fill
// up the rows between pairs.
func (a *arranger) beside(b *block) {
	i, j := b.a0, b.b0
	fill := func(i1, j1 int) {
		for i < i1 || j < j1 {
			r := row{kind: sideRow}
			if i < i1 {
				i++
				r.a = int32(i)
			}
			if j < j1 {
				j++
				r.b = int32(j)
			}
			a.add(r)
		}
	}
	for k, partner := range b.pairs {
		if partner < 0 {
			continue
		}
		fill(b.a0+k, partner)
		i, j = i+1, j+1
		a.add(row{kind: pairRow, a: int32(i), b: int32(j)})
	}
	fill(b.a1, b.b1)
}
