package yamldoc

import "slices"

// leastAlone is from how many bytes on a document among others is edited in a file of its
// own: to make an edit copies the file.
const leastAlone = 16 << 10

// alone returns the document in a file of its own; nil where it is most of its file anyway,
// or would be read otherwise there.
func (d *Doc) alone() *Doc {
	if size := len(d.File.Source); size < leastAlone || size < 4*(d.End-d.Start) {
		return nil
	}
	return d.isolated()
}

func (d *Doc) isolated() *Doc {
	f, err := Parse(d.File.Source[d.Start:d.End])
	if err != nil || len(f.Docs) != 1 || f.JSON {
		return nil
	}
	own := f.Docs[0]
	own.Index = d.Index
	f.EOL, f.Docs = d.File.EOL, slices.Clone(d.File.Docs) // whose habits it follows
	f.Docs[d.Index] = own
	return own
}

// editFor makes the operations on the document, which is another one in a file of its own,
// and returns the change to that; ok is false where they are refused, with lines of another
// file.
func (d *Doc) editFor(other *Doc, ops []Op, verified bool) (c Change, ok bool) {
	c, err := d.editInTurn(ops, verified)
	for i := range c.Edits {
		c.Edits[i].Start += other.Start
		c.Edits[i].End += other.Start
	}
	return c, err == nil
}
