package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer/disk"
)

// Top returns the nearest directory at or above dir that holds a .git: a
// directory with a HEAD, or the pointer file of a submodule or linked work tree.
// It is "" where there is none.
func Top(dir string) string {
	for {
		git := filepath.Join(dir, ".git")
		if info, err := os.Lstat(git); err == nil {
			if info.Mode().IsRegular() {
				return dir
			}
			if _, err := os.Lstat(filepath.Join(git, "HEAD")); err == nil {
				return dir
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// A Repository is a work tree with what its index says of some paths.
type Repository struct {
	top     string // "" where there is none
	index   *index
	written time.Time // when the index was
	err     error
}

// Open reads what the index of the work tree at top says of the paths, which are
// relative to it. Only that is kept: how long an index is, and how long the names in
// it are, is for whoever wrote it to say. An index that cannot be read is a state of
// its files (see [States]), not an error.
func Open(top string, paths []string) *Repository {
	r := &Repository{top: top}
	if top == "" {
		return r
	}
	data, written, err := readIndexFile(top)
	if errors.Is(err, fs.ErrNotExist) {
		r.index = &index{} // git init, and nothing added yet
		return r
	}
	if err == nil {
		r.written = written
		r.index, err = parseIndex(data, paths)
	}
	r.err = err
	return r
}

// Err says why the index could not be read, or is nil.
func (r *Repository) Err() error { return r.err }

// readIndexFile reads the index of the work tree at top.
func readIndexFile(top string) ([]byte, time.Time, error) {
	git, err := gitDirectory(top)
	if err != nil {
		return nil, time.Time{}, err
	}
	return disk.ReadBounded(filepath.Join(git, "index"), maxIndex)
}

// gitDirectory finds the directory in which git keeps what belongs to the work tree
// at top, whose .git may be a file that points elsewhere.
func gitDirectory(top string) (string, error) {
	git := filepath.Join(top, ".git")
	info, err := os.Stat(git)
	if err != nil || info.IsDir() {
		return git, err
	}
	pointer, _, err := disk.ReadBounded(git, 1<<16)
	if err != nil {
		return "", err
	}
	to, ok := strings.CutPrefix(strings.TrimRight(string(pointer), "\r\n"), "gitdir: ")
	if !ok {
		return "", errors.New("the .git file does not point to a repository")
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(top, to)
	}
	return to, nil
}

// Tracked reports whether the file at one of the paths that were asked for is
// tracked. known is false when there is no work tree, or its index cannot be read.
func (r *Repository) Tracked(path string) (tracked, known bool) {
	if r == nil || r.index == nil {
		return false, false
	}
	_, tracked = r.index.entries[path]
	return tracked, true
}
