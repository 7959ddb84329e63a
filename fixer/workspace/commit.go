package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Commit writes the changes: all of them, or none and a [fixer.RefusedError] that
// names every file that stood in the way. Changes that change nothing are
// left out; when none is left, the receipt is empty and nothing is kept.
//
// The order of steps makes it safe to interrupt at any of them. An undo
// record with the old bytes is made durable; every file's new bytes are
// staged beside it and made durable; each file is compared with Before once
// more and replaced by a rename; the directories are made durable; the record is
// marked done. A failure after the first rename puts back what was replaced.
// Cancelling the context is heeded up to the first rename.
func Commit(ctx context.Context, root string, changes []engine.Change) (*fixer.Receipt, error) {
	changes, err := sortChanges(changes)
	if err != nil {
		return nil, err
	}
	w, err := newWriter(root)
	if err != nil {
		return nil, err
	}
	defer w.close()
	receipt := &fixer.Receipt{}
	if len(changes) == 0 {
		return receipt, nil
	}
	s, err := openStore(ctx, w.base, true)
	if err != nil {
		return nil, err
	}
	defer s.close()
	w.recoverInterrupted(s)
	if err := ctx.Err(); err != nil {
		return nil, err
	}

	todo := make([]replacement, len(changes))
	var refused refusals
	for i, c := range changes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		todo[i] = replacement{path: c.Path, old: c.Before, new: c.After, secret: c.Kind == fixer.SecretValue && c.Before == nil}
		w.inspect(&todo[i], &refused)
	}
	if err := refused.err(false); err != nil {
		return nil, err
	}
	e, err := w.prepare(s, todo)
	if err != nil {
		return nil, err
	}
	if err := w.write(ctx, s, e, todo); err != nil {
		return nil, err
	}
	for _, f := range e.Files {
		receipt.Written = append(receipt.Written, string(f.Path))
	}
	receipt.Warnings = w.warnings
	return receipt, nil
}

// sortChanges checks the changes and sorts them by path.
func sortChanges(changes []engine.Change) ([]engine.Change, error) {
	var out []engine.Change
	seen := map[string]bool{}
	var refused refusals
	for _, c := range changes {
		switch {
		case !isLocal(c.Path) || inStore(c.Path):
			refused.add(c.Path, fixer.RefusedOutside, "the path is outside the root directory", nil)
		case seen[c.Path]:
			return nil, fmt.Errorf("%s: two changes for one file", text.VisibleLine(c.Path))
		case c.After == nil:
			return nil, fmt.Errorf("%s: a change without new content", text.VisibleLine(c.Path))
		}
		seen[c.Path] = true
		if c.Before == nil || string(c.Before) != string(c.After) {
			out = append(out, c)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	sort.Slice(refused.refusals, func(i, j int) bool { return refused.refusals[i].Path < refused.refusals[j].Path })
	return out, refused.err(false)
}

// inStore reports whether a path lies in a version control system's directory:
// a file written there could be run by it.
func inStore(p string) bool {
	for part := range strings.SplitSeq(strings.ToLower(p), "/") {
		if disk.IsStore(part) {
			return true
		}
	}
	return false
}

// writer is the state of one commit or undo.
type writer struct {
	base     string
	root     *os.Root
	warnings []string
	staging  string // the directory files are staged in; "" where they are staged beside the files
}

// atStep is called before and between the steps of every write. Tests set it
// to interrupt the process or to let a step fail.
var atStep func(step, path string) error

func (w *writer) stepHook(step, p string) error {
	if atStep == nil {
		return nil
	}
	return atStep(step, p)
}

func newWriter(root string) (*writer, error) {
	base, err := filepath.Abs(root)
	if err == nil {
		base, err = filepath.EvalSymlinks(base)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: the directory no longer exists", text.VisibleLine(root))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s", text.VisibleLine(root), disk.Reason(err))
	}
	r, err := os.OpenRoot(base)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", text.VisibleLine(root), disk.Reason(err))
	}
	return &writer{base: base, root: r}, nil
}

func (w *writer) close() { w.root.Close() }

func (w *writer) warn(s string) { w.warnings = append(w.warnings, s) }

// prepare writes the pending record and names the staged files.
func (w *writer) prepare(s *store, todo []replacement) (*entry, error) {
	name, err := s.next()
	if err != nil {
		return nil, err
	}
	e := &entry{Version: 1, Root: byteName(w.base), State: statePending, name: name}
	for i := range todo {
		a := &todo[i]
		a.temp = s.tempName(name, a.path, i)
		f := entryFile{Path: byteName(a.path), New: a.old == nil, Before: a.old, AfterSum: checksum(a.new), Temp: byteName(a.temp)}
		if a.old != nil {
			f.BeforeSum = checksum(a.old)
		}
		e.Files = append(e.Files, f)
		e.Dirs = append(e.Dirs, w.missingDirs(a.path, e.Dirs)...)
	}
	if err := w.stepHook("record", ""); err != nil {
		return nil, err
	}
	return e, s.write(e)
}

// missingDirs returns the directories above p that are not there and not listed.
func (w *writer) missingDirs(p string, listed []byteName) []byteName {
	var dirs []byteName
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if _, err := w.root.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if !slices.Contains(listed, byteName(dir)) {
			dirs = slices.Insert(dirs, 0, byteName(dir))
		}
	}
	return dirs
}

// write carries a prepared commit out.
func (w *writer) write(ctx context.Context, s *store, e *entry, todo []replacement) error {
	abort := func(refused *refusals) error {
		interrupted := w.rollBack(todo)
		if !interrupted {
			w.removeDirs(e.Dirs)
			// Without the record there is nothing to take back, and there isn't.
			if err := s.drop(e.name); err != nil {
				w.warn(err.Error())
			}
		}
		return refused.err(interrupted)
	}
	if len(todo) > 0 {
		w.openStaging(todo[0].temp)
		defer w.closeStaging(todo[0].temp)
	}
	var refused refusals
	for _, dir := range e.Dirs {
		mode := fs.FileMode(0o777)
		if slices.ContainsFunc(todo, func(a replacement) bool { return a.secret && path.Dir(a.path) == string(dir) }) {
			mode = secretDirectoryMode
		}
		if err := w.root.Mkdir(string(dir), mode); err != nil && !errors.Is(err, fs.ErrExist) {
			refused.system(string(dir), "the directory cannot be created", err)
			return abort(&refused)
		}
	}
	for i := range todo {
		if ctx.Err() != nil {
			break
		}
		if err := w.stage(&todo[i]); err != nil {
			refused.system(todo[i].path, "the new content cannot be written next to the file", err)
		}
	}
	if err := ctx.Err(); err != nil && len(refused.refusals) == 0 {
		abort(&refused)
		return err
	}
	if len(refused.refusals) > 0 {
		return abort(&refused)
	}
	for i := range todo {
		if err := w.swap(&todo[i]); err != nil {
			refused.swap(todo[i], err)
			return abort(&refused)
		}
	}
	w.warnOfOpenSecrets(todo)
	// From here on the files are as they should be; what fails is reported, and
	// costs durability at worst.
	if err := w.stepHook("sync", ""); err != nil {
		return err
	}
	if err := w.syncDirs(todo); err != nil {
		w.warn("the new files may not survive a power failure: " + disk.Reason(err))
	}
	if err := w.stepHook("done", ""); err != nil {
		return err
	}
	e.State = stateDone
	if err := s.write(e); err != nil {
		w.warn(err.Error()) // still pending, which undo understands
	}
	s.prune()
	return nil
}

// swap words the failure of a rename.
func (r *refusals) swap(a replacement, err error) {
	switch {
	case errors.Is(err, errChanged):
		r.add(a.path, fixer.RefusedChanged, err.Error(), err)
	case errors.Is(err, fs.ErrExist):
		r.add(a.path, fixer.RefusedExists, "a file of this name was created meanwhile", err)
	default:
		r.system(a.path, "the file cannot be replaced", err)
	}
}

// rollBack puts the old content back wherever the new is in place, and clears
// what was staged. It reports whether it had to leave a file.
func (w *writer) rollBack(todo []replacement) (interrupted bool) {
	for i := range todo {
		a := &todo[i]
		w.clear(a.temp)
		if !a.moved {
			continue
		}
		back := replacement{path: a.path, temp: a.temp, old: a.new, new: a.old, info: a.info}
		var err error
		if back.new != nil {
			err = w.stage(&back)
		}
		if err == nil {
			err = w.swap(&back)
		}
		if err != nil {
			w.clear(a.temp)
			interrupted = true
		}
	}
	if !slices.ContainsFunc(todo, func(a replacement) bool { return a.moved }) {
		return interrupted // nothing was replaced, so there is nothing to make durable
	}
	if err := w.syncDirs(todo); err != nil {
		w.warn("the files that were put back may not survive a power failure: " + disk.Reason(err))
	}
	return interrupted
}

// removeDirs removes directories that were made, where they are empty.
func (w *writer) removeDirs(dirs []byteName) {
	for _, dir := range slices.Backward(dirs) {
		if w.linkIn(string(dir)) != "" {
			continue // it is another directory by now
		}
		if info, err := w.root.Lstat(string(dir)); err == nil && info.IsDir() {
			w.root.Remove(string(dir)) // fails where it is not empty, as it should
		}
	}
}
