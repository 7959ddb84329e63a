package buildcontext

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
)

// A Name is a file or directory below the root of the repository.
type Name struct {
	Path string // relative to the root, with forward slashes; "." is the root
	Kind NameKind
	Git  GitState // of a file

	// Outside marks a directory that the person did not select: nothing is to be
	// made in it.
	Outside bool
}

// NameKind is what stands under a name.
type NameKind byte

// The kinds of names.
const (
	Plain             NameKind = iota // a file
	Directory                         // a directory whose names are listed
	UnlistedDirectory                 // a directory whose names are not
	Link                              // a symbolic link, which a build copies as a link
)

// GitState says whether a clone of the repository has a file.
type GitState byte

// The states of a file.
const (
	GitUnknown   GitState = iota // there is no git here, or its index cannot be read
	GitTracked                   // a clone has it
	GitUntracked                 // git does not hold it: a build from a clone does without
)

// A Tree is the names below a root. It is immutable; nil is the empty one.
type Tree struct {
	names []Name // sorted by path
	sum   func() string

	mu         sync.Mutex
	selections map[string][]Name
}

// NewTree keeps the names, in any order; of two with one path the first counts.
func NewTree(names []Name) *Tree {
	sorted := slices.Clone(names)
	slices.SortStableFunc(sorted, func(a, b Name) int { return strings.Compare(a.Path, b.Path) })
	sorted = slices.CompactFunc(sorted, func(a, b Name) bool { return a.Path == b.Path })
	t := &Tree{names: sorted, selections: map[string][]Name{}}
	t.sum = sync.OnceValue(func() string {
		h := sha256.New()
		for _, n := range t.names {
			fmt.Fprintf(h, "%q %d %d %t\n", n.Path, n.Kind, n.Git, n.Outside)
		}
		return hex.EncodeToString(h.Sum(nil))
	})
	return t
}

// Name returns what stands at a path.
func (t *Tree) Name(path string) (Name, bool) {
	if t == nil {
		return Name{}, false
	}
	i, ok := t.search(path)
	if !ok {
		return Name{}, false
	}
	return t.names[i], true
}

func (t *Tree) search(path string) (int, bool) {
	return slices.BinarySearchFunc(t.names, path, func(n Name, p string) int { return strings.Compare(n.Path, p) })
}

// Below yields the names in a directory and in those below it, sorted by path.
func (t *Tree) Below(dir string) iter.Seq[Name] {
	return func(yield func(Name) bool) {
		if t == nil {
			return
		}
		prefix := dir + "/"
		i, _ := t.search(prefix)
		if dir == "." {
			prefix, i = "", 0
		}
		for ; i < len(t.names) && strings.HasPrefix(t.names[i].Path, prefix); i++ {
			if t.names[i].Path != "." && !yield(t.names[i]) {
				return
			}
		}
	}
}

// Select returns the names for which wants is true, sorted by path. The answer is cached
// under test, the name of that question: names are many, and rules ask again after every
// edit. The slice must not be changed.
func (t *Tree) Select(test string, wants func(Name) bool) []Name {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	out, ok := t.selections[test]
	if !ok {
		for _, n := range t.names {
			if wants(n) {
				out = append(out, n)
			}
		}
		t.selections[test] = out
	}
	return out
}

// Names returns all names, sorted by path. The slice must not be changed.
func (t *Tree) Names() []Name {
	if t == nil {
		return nil
	}
	return t.names
}

// Fingerprint returns a hash that differs between trees with different names.
func (t *Tree) Fingerprint() string {
	if t == nil {
		return ""
	}
	return t.sum()
}
