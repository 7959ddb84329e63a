package workspace

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
)

// tempPrefix starts the name of every file oakum stages. It hides them and
// keeps discovery away from them.
const tempPrefix = ".oakum-"

// tempName returns the name to stage the n-th file of a record under: in the
// same directory, so that the rename stays on one file system, no longer than
// any name may be, and of no use to another root or person, whose records lie
// elsewhere.
func (s *store) tempName(record, file string, n int) string {
	owner := checksum([]byte(s.dir))[:8]
	return path.Join(path.Dir(file), tempPrefix+owner+"-"+strings.TrimSuffix(record, ".json")+"-"+strconv.Itoa(n)+".tmp")
}

// stagingOf is the one directory, at the top of the root, that the new bytes of
// all files of a record are staged in, given the temporary name of one of them.
// What a killed process leaves lies in one place, however many files it was
// about.
//
// A file that is new is staged in its own directory, which may give it a group
// or an access list, and so is everything where the top of the root cannot be
// written or is another file system.
func stagingOf(temp string) string {
	base := strings.TrimSuffix(path.Base(temp), ".tmp")
	if i := strings.LastIndexByte(base, '-'); i > len(tempPrefix) {
		base = base[:i]
	}
	return base
}

// openStaging makes the directory that files are staged in. Where it cannot be
// made they are staged beside the files.
func (w *writer) openStaging(temp string) {
	dir := stagingOf(temp)
	err := w.root.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) { // left by a process that was killed
		if info, lerr := w.root.Lstat(dir); lerr == nil && info.IsDir() {
			err = nil
		}
	}
	if err == nil {
		w.staging = dir
	}
}

// closeStaging removes the directory again, where it is empty.
func (w *writer) closeStaging(temp string) {
	w.staging = ""
	dir := stagingOf(temp)
	if info, err := w.root.Lstat(dir); err == nil && info.IsDir() {
		w.root.Remove(dir)
	}
}

// A replacement is one file to be replaced, made or removed.
type replacement struct {
	path   string
	temp   string // the name in the record, beside the file
	staged string // where it is staged: temp, or of the same name in the staging directory
	old    []byte // what must be there; nil: nothing
	new    []byte // what shall be there; nil: nothing
	info   fs.FileInfo
	moved  bool // old has been replaced by new
	secret bool // a new file that containers mount, whose user is seldom that of the host
}

// A refusals collects why files cannot be written.
type refusals struct {
	refusals []fixer.FileRefusal
	cause    error
}

func (r *refusals) add(p string, code fixer.RefusalCode, reason string, cause error) {
	r.refusals = append(r.refusals, fixer.FileRefusal{Path: p, Code: code, Reason: reason})
	if r.cause == nil {
		r.cause = cause
	}
}

// system adds an error of the system.
func (r *refusals) system(p, doing string, err error) {
	code := fixer.RefusedIO
	switch {
	case errors.Is(err, fs.ErrPermission):
		code = fixer.RefusedPermission
	case errors.Is(err, fs.ErrNotExist):
		code = fixer.RefusedMissing
	}
	r.add(p, code, doing+": "+disk.Reason(err), err)
}

// remaining returns what an undo has to leave, sorted, or nil.
func (r *refusals) remaining() *fixer.RefusedError {
	if len(r.refusals) == 0 {
		return nil
	}
	slices.SortFunc(r.refusals, func(a, b fixer.FileRefusal) int { return strings.Compare(a.Path, b.Path) })
	return &fixer.RefusedError{Refusals: r.refusals, Cause: r.cause}
}

func (r *refusals) err(interrupted bool) error {
	if len(r.refusals) == 0 {
		return nil
	}
	return &fixer.RefusedError{Refusals: r.refusals, Interrupted: interrupted, Cause: r.cause}
}

// inspect looks at a file before anything is written and refuses it unless it
// can be replaced: it holds the old bytes, is a regular file reached without
// links, and neither its mode nor the system forbids writing it. A rename
// would circumvent a read-only mode, which was set to prevent that.
func (w *writer) inspect(a *replacement, r *refusals) {
	if reason := w.linkIn(a.path); reason != "" {
		r.add(a.path, fixer.RefusedOutside, reason, nil)
		return
	}
	info, err := w.root.Lstat(a.path)
	switch {
	case a.old == nil && errors.Is(err, fs.ErrNotExist):
		return
	case a.old == nil && err == nil:
		r.add(a.path, fixer.RefusedExists, "a file of this name already exists", nil)
		return
	case errors.Is(err, fs.ErrNotExist):
		r.add(a.path, fixer.RefusedMissing, "the file no longer exists", err)
		return
	case err != nil:
		r.system(a.path, "the file cannot be inspected", err)
		return
	case !info.Mode().IsRegular():
		r.add(a.path, fixer.RefusedIrregular, "this is "+disk.Describe(info.Mode())+" now, not a file", nil)
		return
	}
	a.info = info
	if same, err := w.contentEquals(a.path, a.old); err != nil {
		r.system(a.path, "the file cannot be read", err)
		return
	} else if !same {
		r.add(a.path, fixer.RefusedChanged, "the file has changed on disk since it was read", nil)
		return
	}
	if info.Mode().Perm()&0o222 == 0 {
		r.add(a.path, fixer.RefusedReadOnly, "the file is read-only", nil)
		return
	}
	f, err := w.root.OpenFile(a.path, os.O_WRONLY|disk.OpenFlags, 0)
	if err != nil {
		r.system(a.path, "the file cannot be written", err)
		return
	}
	f.Close()
}

// linkIn refuses a path that is reached through a link: discovery gives real
// paths, so a link in one has been put there since. The root would keep it
// from leading outside, but not from leading into the git store.
func (w *writer) linkIn(p string) string {
	for i, c := range p {
		if c != '/' {
			continue
		}
		info, err := w.root.Lstat(p[:i])
		switch {
		case err != nil:
			return "" // not there yet, or the file's own look will say why
		case !info.IsDir():
			return "a parent directory is " + disk.Describe(info.Mode()) + " now"
		}
	}
	return ""
}

// contentEquals reports whether a file has exactly these bytes.
func (w *writer) contentEquals(p string, want []byte) (bool, error) {
	f, err := w.root.OpenFile(p, os.O_RDONLY|disk.OpenFlags, 0)
	if err != nil {
		return false, err
	}
	defer f.Close()
	got, err := io.ReadAll(io.LimitReader(f, int64(len(want))+1))
	return bytes.Equal(got, want), err
}

// stage writes the new bytes beside the file, with its mode and where
// possible its owner, extended attributes and access list, and makes them durable.
func (w *writer) stage(a *replacement) error {
	if err := w.stepHook("stage", a.path); err != nil {
		return err
	}
	perm := fs.FileMode(0o666) // a new file gets what the umask leaves
	if a.info != nil {
		perm = 0o600 // closed until it has the old file's owner and mode
	}
	w.clear(a.temp) // the name is this root's and record's own: a leftover
	a.staged = a.temp
	if w.staging != "" && a.info != nil {
		a.staged = path.Join(w.staging, path.Base(a.temp))
	}
	f, err := w.root.OpenFile(a.staged, os.O_CREATE|os.O_EXCL|os.O_WRONLY, perm)
	if err != nil {
		return err
	}
	half := len(a.new) / 2
	_, err = f.Write(a.new[:half])
	if err == nil {
		err = w.stepHook("half staged", a.path)
	}
	if err == nil {
		_, err = f.Write(a.new[half:])
	}
	if err == nil && a.info != nil {
		w.keepOwner(f, a)
		err = f.Chmod(a.info.Mode() & keptMode) // after the owner: changing that clears bits
		w.keepAttributes(f, a)
	}
	if err == nil && a.secret {
		err = f.Chmod(secretMode)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// A secret that Compose mounts keeps its mode, so that the user of the container has to be
// able to read it, whatever the umask. Its directory, which is made for it, is closed to
// other accounts of the host: what mounts the file need not pass through as they do.
const (
	secretMode          = fs.FileMode(0o644)
	secretDirectoryMode = fs.FileMode(0o700)
)

// keptMode are the bits of a mode that a file keeps.
const keptMode = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// keepAttributes gives the staged file what else the one it replaces has, and
// says what it may not have.
func (w *writer) keepAttributes(f *os.File, a *replacement) {
	old, err := w.root.OpenFile(a.path, os.O_RDONLY|disk.OpenFlags, 0)
	if err != nil {
		return // the swap will say why
	}
	defer old.Close()
	if lost := disk.CopyAttributes(old, f); len(lost) > 0 {
		w.warn(a.path + " could not keep its extended attributes " + strings.Join(lost, ", "))
	}
}

// keepOwner returns the staged file the owner of the one it replaces, and says
// so when it may not.
func (w *writer) keepOwner(f *os.File, a *replacement) {
	uid, gid, links, ok := disk.Owner(a.info)
	if !ok {
		return
	}
	if links > 1 {
		w.warn(a.path + " has another hard link, which keeps the old content")
	}
	staged, err := f.Stat()
	if err != nil {
		return
	}
	if u, g, _, ok := disk.Owner(staged); ok && (u != uid || g != gid) && f.Chown(uid, gid) != nil {
		w.warn(a.path + " could not keep its owner")
	}
}

// swap puts the new content in place, if the old is still there. Between that
// look and the rename lie microseconds in which another program's write would
// be lost; no portable call closes that gap.
func (w *writer) swap(a *replacement) error {
	if err := w.stepHook("rename", a.path); err != nil {
		return err
	}
	switch {
	case a.old == nil:
		// A link refuses to replace what is there; a rename does not.
		err := link(w.root, a.staged, a.path)
		if disk.HasNoLinks(err) {
			return w.renameNew(a)
		}
		if err != nil {
			return err
		}
		a.moved = true
		return w.root.Remove(a.staged)
	case a.new == nil:
		if err := w.checkUnchanged(a); err != nil {
			return err
		}
		if err := w.root.Remove(a.path); err != nil {
			return err
		}
	default:
		if err := w.checkUnchanged(a); err != nil {
			return err
		}
		err := w.root.Rename(a.staged, a.path)
		if disk.IsOtherFileSystem(err) && w.staging != "" {
			staging := w.staging
			w.staging = ""
			if err = w.stage(a); err == nil {
				err = w.root.Rename(a.staged, a.path)
			}
			w.staging = staging
		}
		if err != nil {
			return err
		}
	}
	a.moved = true
	return nil
}

// link is [os.Root.Link], which tests replace.
var link = (*os.Root).Link

// renameNew puts a new file in place on a file system that has no hard links, if
// nothing is there. Between that look and the rename lie microseconds, as for a
// file that is replaced.
func (w *writer) renameNew(a *replacement) error {
	switch _, err := w.root.Lstat(a.path); {
	case err == nil:
		return fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := w.root.Rename(a.staged, a.path); err != nil {
		return err
	}
	a.moved = true
	return nil
}

var errChanged = errors.New("the file has changed on disk meanwhile")

func (w *writer) checkUnchanged(a *replacement) error {
	info, err := w.root.Lstat(a.path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errChanged
	}
	same, err := w.contentEquals(a.path, a.old)
	if err == nil && !same {
		err = errChanged
	}
	return err
}

// clear removes a staged file from both places it can be in.
func (w *writer) clear(temp string) {
	for _, at := range w.stagedAt(temp) {
		w.root.Remove(at)
	}
}

// stagedAt returns the places at which a file of that temporary name lies.
func (w *writer) stagedAt(temp string) []string {
	var out []string
	dir := stagingOf(temp)
	if w.linkIn(temp) != "" {
		return nil // another directory by now
	}
	if info, err := w.root.Lstat(temp); err == nil && info.Mode().IsRegular() {
		out = append(out, temp)
	}
	if info, err := w.root.Lstat(dir); err != nil || !info.IsDir() {
		return out // a link could lead anywhere
	}
	at := path.Join(dir, path.Base(temp))
	if info, err := w.root.Lstat(at); err == nil && info.Mode().IsRegular() && at != temp {
		out = append(out, at)
	}
	return out
}

// syncDirs makes renames durable in every directory they happened in.
func (w *writer) syncDirs(todo []replacement) error {
	done := map[string]bool{}
	for _, a := range todo {
		dir := path.Dir(a.path)
		if done[dir] {
			continue
		}
		done[dir] = true
		d, err := w.root.Open(dir)
		if err != nil {
			return err
		}
		err = disk.SyncDirectory(d)
		d.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
