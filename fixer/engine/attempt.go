package engine

import (
	"fmt"
	"maps"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// An attempt is a snapshot with the fixes of a batch made, and what the rules report of it.
type attempt struct {
	next   *fixer.Snapshot
	report *Report
}

// tryBatch makes the edits of a batch on the current snapshot and verifies them.
// Findings in opened may come up, whatever their severity. Where it fails by what the
// rules report, it returns that, too.
func (f *folding) tryBatch(batch []selected, opened map[fixer.Key]bool) (*attempt, error) {
	files, changes, err := f.editFiles(batch)
	if err != nil {
		return nil, err
	}
	next := f.current.WithFiles(files...)
	if err := fixer.VerifyServices(f.current, next, changes); err != nil {
		return nil, err
	}
	a := &attempt{next, f.checker.check(next)}
	return a, f.verifyFindings(a.report, batch, opened)
}

// editFiles returns the files as the edits of a batch make them, sorted by path
// and each verified by itself, and what the batch does to each.
func (f *folding) editFiles(batch []selected) ([]*fixer.File, map[string]*fixer.FileChange, error) {
	merged := map[string]*fixer.FileChange{}
	for _, s := range batch {
		for _, c := range s.contents {
			m := merged[c.Path]
			if m == nil {
				m = &fixer.FileChange{Path: c.Path, Kind: c.Kind, Create: c.Create, Comment: true}
				merged[c.Path] = m
			}
			m.Merge(c)
		}
	}
	paths := slices.Sorted(maps.Keys(merged))
	files, errs := make([]*fixer.File, len(paths)), make([]error, len(paths))
	fixer.ForEach(len(paths), func(i int) { files[i], errs[i] = f.editFile(merged[paths[i]]) })
	for _, err := range errs {
		if err != nil {
			return nil, nil, err
		}
	}
	return files, merged, nil
}

func (f *folding) editFile(change *fixer.FileChange) (*fixer.File, error) {
	was, data := f.current.File(change.Path), change.Create
	if data == nil {
		edits, err := change.AllEdits(was)
		if err != nil {
			return nil, err
		}
		if data, err = text.Apply(was.Data, edits); err != nil {
			return nil, err
		}
	}
	file := f.checker.cache.next(f.current, fixer.Source{Path: change.Path, Kind: change.Kind, Data: data})
	if err := verifyFile(was, file, change); err != nil {
		return nil, fmt.Errorf("%s: %w", change.Path, err)
	}
	return file, nil
}
