package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Undo takes the last [Commit] under root back, byte for byte: files get
// their old content, new files are removed. Called again it takes back the
// one before. A commit that was interrupted is taken back the same way,
// however far it came; so is an undo that was interrupted.
//
// A file that holds neither what the commit wrote nor what was there before
// has been changed since. It is left alone, as is one that the system does not
// let be written, and does not hold the others: they are restored, and a
// [fixer.RefusedError] beside the receipt names what is left, which stays in the
// record. Where nothing of a record can be restored the error says so once;
// called again, Undo goes on to the commit before. So it is with a record that
// cannot be trusted, or that another version of oakum wrote: the error is a
// [DamagedRecordError], the record stays. Without a record it is [ErrNoRecord].
//
// The receipt lists only the files that were restored now.
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
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	err = fmt.Errorf("%s: %w", text.VisibleLine(w.base), ErrNoRecord)
	for _, name := range slices.Backward(names) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e, damaged := s.read(name)
		if damaged != nil {
			if !s.passed(name) {
				return nil, errors.Join(damaged, s.pass(name))
			}
			w.warn("a later fix cannot be undone: " + damaged.Error())
			if errors.Is(err, ErrNoRecord) {
				err = damaged
			}
			continue
		}
		receipt, left, failed := w.undo(ctx, s, e)
		switch {
		case failed != nil:
			return nil, failed
		case left == nil:
			return receipt, nil
		case receipt != nil:
			return receipt, left
		case !e.Passed:
			e.State, e.Passed = stateDone, true
			return nil, errors.Join(left, s.write(e))
		}
		for _, r := range left.Refusals {
			w.warn("a later fix cannot be undone: " + text.VisibleLine(r.Path) + ": " + r.Reason)
		}
		if errors.Is(err, ErrNoRecord) {
			err = left // what is reported when no older one can be undone either
		}
	}
	return nil, err
}

// undo takes one record back as far as it can. What is left is named and stays
// in the record. There is no receipt when nothing was restored while something
// is left.
func (w *writer) undo(ctx context.Context, s *store, e *entry) (*fixer.Receipt, *fixer.RefusedError, error) {
	w.clearRecord(e) // left by a commit or undo that was interrupted
	if len(e.Files) > 0 {
		w.openStaging(string(e.Files[0].Temp))
		defer w.closeStaging(string(e.Files[0].Temp))
	}
	var refused refusals
	done, err := w.restore(ctx, w.replacementsBack(e, &refused), &refused)
	if err != nil {
		return nil, nil, err
	}
	receipt := &fixer.Receipt{}
	for _, a := range done {
		if a.new == nil {
			receipt.Removed = append(receipt.Removed, a.path)
		} else {
			receipt.Written = append(receipt.Written, a.path)
		}
	}
	if err := w.stepHook("drop", ""); err != nil {
		return nil, nil, err
	}
	if left := refused.remaining(); left != nil {
		if len(done) == 0 {
			return nil, left, nil
		}
		left.Partial = true
		e.Files = slices.DeleteFunc(e.Files, func(f entryFile) bool { return !left.Names(string(f.Path)) })
		e.State, e.Passed = stateDone, false
		receipt.Warnings = w.warnings
		return receipt, left, s.write(e)
	}
	w.removeDirs(e.Dirs)
	receipt.Warnings = w.warnings
	return receipt, nil, s.drop(e.name)
}

// An Interruption is a write that did not finish.
type Interruption struct {
	Replaced  int // files that hold the new content already
	Files     int // files it was about
	Temporary int // staged files that are left in the repository
}

// String says what is left, and what to do.
func (i *Interruption) String() string {
	s := "an earlier fix was interrupted before it replaced a file"
	if i.Replaced > 0 {
		s = fmt.Sprintf("an earlier fix was interrupted: %d of %s contain the new content (run oakum undo to restore them)", i.Replaced, text.Count(i.Files, "file", "files"))
	}
	if i.Temporary > 0 {
		s += fmt.Sprintf("; it left %s (%s*), which the next fix or undo removes", text.Count(i.Temporary, "temporary file", "temporary files"), tempPrefix)
	}
	return s
}

// Interrupted returns the last commit under root if it did not finish, so that
// some of its files may be new and others old, or nil. [Undo] takes it back; the
// next [Commit] leaves its files as they are and keeps it undoable. Nothing is
// changed.
func Interrupted(ctx context.Context, root string) (*Interruption, error) {
	w, err := newWriter(root)
	if err != nil {
		return nil, err
	}
	defer w.close()
	s, err := openStore(ctx, w.base, false)
	if errors.Is(err, ErrNoRecord) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer s.close()
	e, err := s.last()
	if err != nil || e == nil || e.State != statePending {
		return nil, err
	}
	i := &Interruption{Files: len(e.Files)}
	for _, f := range e.Files {
		if cond, _, skip := w.compare(f); skip == nil && cond == isNew {
			i.Replaced++
		}
		i.Temporary += len(w.stagedAt(string(f.Temp)))
	}
	return i, nil
}

// A fileCondition is what a recorded file is found to be.
type fileCondition int

const (
	isNew     fileCondition = iota // what the commit wrote
	isOld                          // what was there before it
	isNeither                      // neither: changed since
)

// compare compares a recorded file with the disk. The bytes are those on disk.
func (w *writer) compare(f entryFile) (fileCondition, []byte, *fixer.Skip) {
	info, err := w.root.Lstat(string(f.Path))
	if errors.Is(err, fs.ErrNotExist) && f.New {
		return isOld, nil, nil
	}
	if err != nil {
		return isNeither, nil, disk.SkipFor(err)
	}
	if !info.Mode().IsRegular() {
		return isNeither, nil, disk.Irregular(info.Mode())
	}
	data, skip := disk.Read(w.root, string(f.Path), maxRecord)
	if skip != nil {
		return isNeither, nil, skip
	}
	switch s := checksum(data); {
	case s == f.AfterSum:
		return isNew, data, nil
	case !f.New && s == f.BeforeSum:
		return isOld, data, nil
	}
	return isNeither, data, nil
}

// replacementsBack works out what undoing a record takes, and refuses the files
// that are neither old nor new.
func (w *writer) replacementsBack(e *entry, refused *refusals) []replacement {
	var todo []replacement
	for _, f := range e.Files {
		file := string(f.Path)
		cond, data, skip := w.compare(f)
		switch {
		case skip != nil && skip.Reason == "the file no longer exists":
			refused.add(file, fixer.RefusedMissing, "the file has been removed since it was written", nil)
		case skip != nil:
			refused.add(file, fixer.RefusedIrregular, skip.Reason, nil)
		case cond == isNeither:
			refused.add(file, fixer.RefusedChanged, "the file has changed since it was written", nil)
		case cond == isNew:
			a := replacement{path: file, temp: string(f.Temp), old: data, new: f.Before}
			if f.New {
				a.new = nil
			} else if a.new == nil {
				a.new = []byte{} // an empty file, which JSON leaves out
			}
			before := len(refused.refusals)
			if w.inspect(&a, refused); len(refused.refusals) == before {
				todo = append(todo, a)
			}
		}
	}
	return todo
}

// restore carries out what replacementsBack worked out, and returns what is
// done. A file that fails on the way is left as it is, whole, and refused: the
// record keeps it, and undo can be called again. Cancelling the context is heeded
// up to the first file that is restored.
func (w *writer) restore(ctx context.Context, todo []replacement, refused *refusals) ([]replacement, error) {
	var staged, done []replacement
	for _, a := range todo {
		if err := ctx.Err(); err != nil {
			for _, a := range staged {
				w.clear(a.temp)
			}
			return nil, err
		}
		if a.new != nil {
			if err := w.stage(&a); err != nil {
				w.clear(a.temp)
				refused.system(a.path, "the old content cannot be written next to the file", err)
				continue
			}
		}
		staged = append(staged, a)
	}
	for _, a := range staged {
		if err := w.swap(&a); err != nil {
			w.clear(a.temp)
			refused.swap(a, err)
		}
		if a.moved {
			done = append(done, a)
		}
	}
	if err := w.stepHook("sync", ""); err != nil {
		return nil, err
	}
	return done, w.syncDirs(done)
}

// clearRecord removes what is staged for a record.
func (w *writer) clearRecord(e *entry) {
	for _, f := range e.Files {
		w.clear(string(f.Temp))
	}
	if len(e.Files) > 0 {
		w.closeStaging(string(e.Files[0].Temp))
	}
}

// recoverInterrupted clears what an interrupted commit left before a new one
// begins. Where some of its files had been replaced they stay, and its record
// becomes an ordinary one.
func (w *writer) recoverInterrupted(s *store) {
	e, err := s.last()
	if err != nil {
		w.warn(err.Error()) // undo cannot use it either; the new commit gets its own
		return
	}
	if e == nil || e.State != statePending {
		return
	}
	untouched := true
	w.clearRecord(e)
	for _, f := range e.Files {
		cond, _, skip := w.compare(f)
		untouched = untouched && skip == nil && cond == isOld
	}
	if untouched {
		w.removeDirs(e.Dirs)
		err = s.drop(e.name)
	} else {
		e.State = stateDone
		err = s.write(e)
		w.warn("an earlier run was interrupted while writing; run undo twice to restore what that run wrote")
	}
	if err != nil {
		w.warn(err.Error())
	}
}
