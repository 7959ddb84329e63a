package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"oakum/fixer"
	"oakum/fixer/disk"
	"oakum/fixer/text"
)

// Undo takes the last [Commit] under root back, byte for byte: files get
// their old content, new files are removed. Called again it takes back the
// one before. A commit that was interrupted is taken back the same way,
// however far it came; so is an undo that was interrupted.
//
// A file that holds neither what the commit wrote nor what was there before
// has been changed since: then nothing is touched and a [fixer.RefusedError] names
// it. Without a record the error is [ErrNoRecord]; a record that cannot be
// trusted is a [DamagedRecordError].
//
// The result lists only the files that were restored now.
func Undo(ctx context.Context, root string) (*fixer.Receipt, error) {
	w, err := newWriter(root)
	if err != nil {
		return nil, err
	}
	defer w.close()
	s, err := openStore(ctx, w.base, false)
	if err != nil {
		return nil, err
	}
	defer s.close()
	e, err := s.last()
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, fmt.Errorf("%s: %w", text.VisibleLine(w.base), ErrNoRecord)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, f := range e.Files {
		w.clear(f.Temp) // left by a commit or undo that was interrupted
	}
	todo, err := w.replacementsBack(e)
	if err != nil {
		return nil, err
	}
	if err := w.restore(todo); err != nil {
		return nil, err
	}
	w.removeDirs(e.Dirs)
	if err := w.hook("drop", ""); err != nil {
		return nil, err
	}
	if err := s.drop(e.name); err != nil {
		return nil, err
	}
	receipt := &fixer.Receipt{Warnings: w.warnings}
	for _, a := range todo {
		if a.new == nil {
			receipt.Removed = append(receipt.Removed, a.path)
		} else {
			receipt.Written = append(receipt.Written, a.path)
		}
	}
	return receipt, nil
}

// Interrupted reports whether the last commit under root did not finish, so
// that some of its files may be new and others old. [Undo] takes it back; the
// next [Commit] leaves its files as they are and keeps it undoable.
func Interrupted(root string) (bool, error) {
	w, err := newWriter(root)
	if err != nil {
		return false, err
	}
	defer w.close()
	s, err := openStore(context.Background(), w.base, false)
	if errors.Is(err, ErrNoRecord) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer s.close()
	e, err := s.last()
	return e != nil && e.State == statePending, err
}

// A condition is what a recorded file is found to be.
type condition int

const (
	isNew     condition = iota // what the commit wrote
	isOld                      // what was there before it
	isNeither                  // neither: changed since
)

// compare compares a recorded file with the disk. The bytes are those on disk.
func (w *writer) compare(f entryFile) (condition, []byte, *fixer.Skip) {
	info, err := w.root.Lstat(f.Path)
	if errors.Is(err, fs.ErrNotExist) && f.New {
		return isOld, nil, nil
	}
	if err != nil {
		return isNeither, nil, disk.SkipFor(err)
	}
	if !info.Mode().IsRegular() {
		return isNeither, nil, disk.Irregular(info.Mode())
	}
	data, skip := disk.Read(w.root, f.Path, maxRecord)
	if skip != nil {
		return isNeither, nil, skip
	}
	switch s := sum(data); {
	case s == f.AfterSum:
		return isNew, data, nil
	case !f.New && s == f.BeforeSum:
		return isOld, data, nil
	}
	return isNeither, data, nil
}

// replacementsBack works out what undoing a record takes, and refuses it where a file
// is neither old nor new.
func (w *writer) replacementsBack(e *entry) ([]replacement, error) {
	var todo []replacement
	var refused refusals
	for _, f := range e.Files {
		cond, data, skip := w.compare(f)
		switch {
		case skip != nil && skip.Reason == "it is gone":
			refused.add(f.Path, fixer.RefusedMissing, "the file has been removed since it was written", nil)
		case skip != nil:
			refused.add(f.Path, fixer.RefusedIrregular, skip.Reason, nil)
		case cond == isNeither:
			refused.add(f.Path, fixer.RefusedChanged, "the file has changed since it was written", nil)
		case cond == isNew:
			a := replacement{path: f.Path, temp: f.Temp, old: data, new: f.Before}
			if f.New {
				a.new = nil
			} else if a.new == nil {
				a.new = []byte{} // an empty file, which JSON leaves out
			}
			w.inspect(&a, &refused)
			todo = append(todo, a)
		}
	}
	return todo, refused.err(false)
}

// restore carries out what aimBack worked out. What fails on the way is left
// as it is, whole: the record stays and undo can be called again.
func (w *writer) restore(todo []replacement) error {
	var refused refusals
	for i := range todo {
		if todo[i].new == nil {
			continue
		}
		if err := w.stage(&todo[i]); err != nil {
			refused.system(todo[i].path, "the old content cannot be written beside the file", err)
		}
	}
	moved := false
	for i := range todo {
		if len(refused.refusals) > 0 {
			break
		}
		if err := w.swap(&todo[i]); err != nil {
			refused.swap(todo[i], err)
		}
		moved = moved || todo[i].moved
	}
	if len(refused.refusals) > 0 {
		for _, a := range todo {
			w.clear(a.temp)
		}
		return refused.err(moved)
	}
	if err := w.hook("sync", ""); err != nil {
		return err
	}
	return w.syncDirs(todo)
}

// recover clears what an interrupted commit left behind before a new one
// begins. Where some of its files had been replaced they stay, and its record
// becomes an ordinary one.
func (w *writer) recover(s *store) {
	e, err := s.last()
	if err != nil {
		w.warn(err.Error()) // undo cannot use it either; the new commit gets its own
		return
	}
	if e == nil || e.State != statePending {
		return
	}
	untouched := true
	for _, f := range e.Files {
		w.clear(f.Temp)
		cond, _, skip := w.compare(f)
		untouched = untouched && skip == nil && cond == isOld
	}
	if untouched {
		w.removeDirs(e.Dirs)
		err = s.drop(e.name)
	} else {
		e.State = stateDone
		err = s.write(e)
		w.warn("an earlier run was interrupted while writing; undo, called twice, takes its part back as well")
	}
	if err != nil {
		w.warn(err.Error())
	}
}
