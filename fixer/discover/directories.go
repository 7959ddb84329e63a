package discover

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/disk"
)

// directories reads every directory of a tree at most once: what the search for
// container files has seen serves the list of names that builds are sent.
type directories struct {
	root *os.Root
	read map[string][]fs.DirEntry
}

// errTooMany is returned for a directory that has more entries than are wanted.
var errTooMany = errors.New("too many names")

// entries returns what a directory holds, in byte order, so that nothing depends
// on the disk's. Of one with more entries than limit it returns none, because
// part of them would be a part that the disk chose; a negative limit is none.
func (d *directories) entries(dir string, limit int) ([]fs.DirEntry, error) {
	entries, known := d.read[dir]
	if !known {
		var err error
		if entries, err = d.list(dir, limit); err != nil {
			return nil, err
		}
		d.read[dir] = entries
	}
	if limit >= 0 && len(entries) > limit {
		return nil, errTooMany
	}
	return entries, nil
}

func (d *directories) list(dir string, limit int) ([]fs.DirEntry, error) {
	f, err := d.root.OpenFile(dir, os.O_RDONLY|disk.OpenFlags, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(limit + 1) // all of them without a limit
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	case limit >= 0 && len(entries) > limit:
		return nil, errTooMany
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}
