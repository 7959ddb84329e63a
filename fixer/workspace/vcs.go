package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// VCSState says how a file stands with git.
type VCSState string

// The states of a file.
const (
	// VCSClean: git holds exactly these bytes, committed or staged. What
	// oakum writes will be all that git diff shows, and git restore takes it
	// back.
	VCSClean     VCSState = "clean"
	VCSModified  VCSState = "modified"  // tracked, with changes git does not hold
	VCSUntracked VCSState = "untracked" // in a work tree, unknown to git (or ignored)
	VCSNone      VCSState = "none"      // in no work tree
	VCSUnknown   VCSState = "unknown"   // the index could not be read
)

// maxIndex bounds what is read of an index: some millions of files.
const maxIndex = 1 << 29

// States gives the state of each path (relative to root). The error is the
// first reason for a VCSUnknown; the map is complete all the same.
//
// It reads the index instead of running git status: a repository's own
// configuration can make status run programs (fsmonitor, clean filters,
// lazily fetched objects), and a repository to be hardened is not one to be
// trusted. What that costs is stated by the states: staged counts as clean,
// since HEAD is not read; skip-worktree and assume-unchanged marks are not
// heeded. Line ending and filter conversion are covered by trusting, as git
// does, a file whose size and time are those the index noted.
func States(root string, paths []string) (map[string]VCSState, error) {
	base, err := filepath.Abs(root)
	if err == nil {
		base, err = filepath.EvalSymlinks(base)
	}
	if err != nil {
		return nil, err
	}
	repos := map[string]*repository{} // by the top of the work tree
	states := make(map[string]VCSState, len(paths))
	var first error
	for _, p := range paths {
		abs := filepath.Join(base, filepath.FromSlash(p))
		top := nearestGit(filepath.Dir(abs))
		repo, ok := repos[top]
		if !ok {
			repo = openRepository(top)
			repos[top] = repo
		}
		if repo.err != nil && first == nil {
			first = fmt.Errorf("%s: %w", repo.top, repo.err)
		}
		states[p] = repo.state(abs)
	}
	return states, first
}

// repository is a work tree with its index; top is "" where there is none.
type repository struct {
	top     string
	index   *gitIndex
	written time.Time // when the index was
	err     error
}

func openRepository(top string) *repository {
	r := &repository{top: top}
	if top == "" {
		return r
	}
	data, written, err := readIndexFile(top)
	if errors.Is(err, fs.ErrNotExist) {
		r.index = &gitIndex{} // git init, and nothing added yet
		return r
	}
	if err == nil {
		r.written = written
		r.index, err = parseIndex(data)
	}
	r.err = err
	return r
}

// readIndexFile reads the index of the work tree at top.
func readIndexFile(top string) ([]byte, time.Time, error) {
	git, err := gitFolder(top)
	if err != nil {
		return nil, time.Time{}, err
	}
	return readBounded(filepath.Join(git, "index"), maxIndex)
}

// gitFolder finds the folder in which git keeps what belongs to the work tree
// at top, whose .git may be a file that points elsewhere.
func gitFolder(top string) (string, error) {
	git := filepath.Join(top, ".git")
	info, err := os.Stat(git)
	if err != nil || info.IsDir() {
		return git, err
	}
	pointer, _, err := readBounded(git, 1<<16)
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

// readBounded reads a regular file outside the root; nothing else.
func readBounded(name string, limit int64) ([]byte, time.Time, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, time.Time{}, fmt.Errorf("%s: not a file that can be read", filepath.Base(name))
	}
	data, err := io.ReadAll(io.LimitReader(f, limit))
	return data, info.ModTime(), err
}

func (r *repository) state(abs string) VCSState {
	switch {
	case r.top == "":
		return VCSNone
	case r.err != nil:
		return VCSUnknown
	}
	rel, err := filepath.Rel(r.top, abs)
	if err != nil {
		return VCSUnknown
	}
	e, tracked := r.index.entries[filepath.ToSlash(rel)]
	switch {
	case !tracked:
		return VCSUntracked
	case e.conflict || e.intent:
		return VCSModified
	}
	data, modified, err := readBounded(abs, maxIndex)
	if err != nil {
		return VCSModified // gone, or no file any more
	}
	h := r.index.newHash()
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	if bytes.Equal(h.Sum(nil), e.hash) {
		return VCSClean
	}
	// Other bytes than git stores can still be what git checked out, where it
	// converts them. Git trusts size and time unless the file is as young as
	// the index, when it could have changed within one tick; so do we.
	if uint32(len(data)) == e.size && uint32(modified.Unix()) == e.mtimeSec &&
		uint32(modified.Nanosecond()) == e.mtimeNano && modified.Before(r.written) {
		return VCSClean
	}
	return VCSModified
}
