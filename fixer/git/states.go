package git

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/oakum-sec/oakum/fixer/disk"
)

// State says how a file stands with git.
type State string

// The states of a file.
const (
	// Clean: git holds exactly these bytes, committed or staged. What
	// oakum writes will be all that git diff shows, and git restore takes it
	// back.
	Clean     State = "clean"
	Modified  State = "modified"  // tracked, with changes git does not hold
	Untracked State = "untracked" // in a work tree, unknown to git (or ignored)
	None      State = "none"      // in no work tree
	Unknown   State = "unknown"   // the index could not be read
)

// maxIndex bounds what is read of an index: some millions of files.
const maxIndex = 1 << 28

// States returns the state of each path (relative to root). The error is the
// first reason for a Unknown; the map is complete all the same.
//
// It reads the index instead of running git status: a repository's own
// configuration can make status run programs (fsmonitor, clean filters,
// lazily fetched objects), and a repository to be hardened is not one to be
// trusted. What that costs is stated by the states: staged counts as clean,
// since HEAD is not read; skip-worktree and assume-unchanged marks are not
// heeded. Line ending and filter conversion are covered by trusting, as git
// does, a file whose size and time are those the index noted.
func States(root string, paths []string) (map[string]State, error) {
	base, err := filepath.Abs(root)
	if err == nil {
		base, err = filepath.EvalSymlinks(base)
	}
	if err != nil {
		return nil, err
	}
	below := map[string][]string{} // paths by the top of their work tree
	var tops []string              // in the order of the paths
	for _, p := range paths {
		top := Top(filepath.Dir(filepath.Join(base, filepath.FromSlash(p))))
		if _, known := below[top]; !known {
			tops = append(tops, top)
		}
		below[top] = append(below[top], p)
	}
	states := make(map[string]State, len(paths))
	var first error
	for _, top := range tops {
		names := make([]string, len(below[top]))
		for i, p := range below[top] {
			if rel, err := filepath.Rel(top, filepath.Join(base, filepath.FromSlash(p))); err == nil {
				names[i] = filepath.ToSlash(rel)
			}
		}
		repo := Open(top, names)
		if repo.err != nil && first == nil {
			first = fmt.Errorf("%s: %w", repo.top, repo.err)
		}
		for i, p := range below[top] {
			states[p] = repo.state(names[i])
		}
	}
	return states, first
}

// state returns the state of one of the paths that were asked for, relative to
// the top.
func (r *Repository) state(name string) State {
	switch {
	case r.top == "":
		return None
	case r.err != nil, name == "":
		return Unknown
	}
	abs := filepath.Join(r.top, filepath.FromSlash(name))
	e, tracked := r.index.entries[name]
	switch {
	case !tracked:
		return Untracked
	case e.conflict || e.intent:
		return Modified
	}
	data, modified, err := disk.ReadBounded(abs, maxIndex)
	if err != nil {
		return Modified // gone, or no file any more
	}
	h := r.index.newHash()
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	if bytes.Equal(h.Sum(nil), e.hash) {
		return Clean
	}
	// Other bytes than git stores can still be what git checked out, where it
	// converts them. Git trusts size and time unless the file is as young as
	// the index, when it could have changed within one tick; so do we.
	if uint32(len(data)) == e.size && uint32(modified.Unix()) == e.mtimeSec &&
		uint32(modified.Nanosecond()) == e.mtimeNano && modified.Before(r.written) {
		return Clean
	}
	return Modified
}
