package fixer

import (
	"maps"
	"slices"
	"sync"

	"github.com/oakum-sec/oakum/fixer/topology"
)

// Deps is what the findings of a rule in one file depend on besides the file
// and the facts: what the engine compares before it takes them as they were.
// The zero value depends on nothing.
type Deps struct {
	// Files are other files that were read, nil for one that was not there.
	Files map[string]*File

	links   []*topology.Answer        // of the topology
	linked  string                    // the fingerprint of the topology that gave them
	among   map[*topology.Answer]bool // links, where there are many
	indexes map[any]*indexed
	excerpt *excerpt // nil where it is not files of some kinds together
}

// Unchanged reports whether all of it is the same in a snapshot.
func (d *Deps) Unchanged(snap *Snapshot) bool {
	if len(d.links) > 0 && d.linked != snap.Topology().Fingerprint() {
		for _, a := range d.links {
			if snap.Topology().Answer(a.Question).Sum != a.Sum {
				return false
			}
		}
	}
	for path, file := range d.Files {
		if snap.File(path) != file {
			return false
		}
	}
	for _, x := range d.indexes {
		if x.source.in(snap) != x {
			return false
		}
	}
	return d.excerpt == nil || d.excerpt.unchanged(snap)
}

// Empty reports whether it depends on nothing.
func (d *Deps) Empty() bool {
	return len(d.links) == 0 && len(d.Files) == 0 && len(d.indexes) == 0 && d.excerpt == nil
}

// Paths returns the other files that it depends on, sorted: those that were
// read, and those that an index was worked out from.
func (d *Deps) Paths() []string {
	all := map[string]bool{}
	for path := range d.Files {
		all[path] = true
	}
	for _, x := range d.indexes {
		for _, f := range x.files {
			all[f.Path] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (d *Deps) addFile(path string, f *File) {
	if d.Files == nil {
		d.Files = map[string]*File{}
	}
	d.Files[path] = f
}

// manyLinks is from how many links on they are looked up instead of searched.
const manyLinks = 16

func (d *Deps) addLink(a *topology.Answer, fingerprint string) {
	d.linked = fingerprint
	if d.among[a] || d.among == nil && slices.Contains(d.links, a) {
		return
	}
	if d.links = append(d.links, a); len(d.links) < manyLinks {
		return
	}
	if d.among == nil {
		d.among = make(map[*topology.Answer]bool, 2*manyLinks)
		for _, known := range d.links {
			d.among[known] = true
		}
	}
	d.among[a] = true
}

// add makes d depend on what other depends on, too.
func (d *Deps) add(other *Deps) {
	for _, a := range other.links {
		d.addLink(a, other.linked)
	}
	for path, f := range other.Files {
		d.addFile(path, f)
	}
	if len(other.indexes) > 0 && d.indexes == nil {
		d.indexes = map[any]*indexed{}
	}
	maps.Copy(d.indexes, other.indexes)
}

// An Index is worked out from those files of a snapshot that matter to it, once
// for as long as these are the same, and shared by all rules: what a rule of
// one file asks about all files, such as which role is bound to a service account.
type Index[T any] struct {
	relevant func(f *File) bool
	compute  func(files []*File) T
}

// NewIndex declares an index. relevant must depend on the file alone, and be
// false for as many files as can be: findings are worked out again when one of
// those changes for which it is true. compute gets these sorted by path.
func NewIndex[T any](relevant func(f *File) bool, compute func(files []*File) T) *Index[T] {
	return &Index[T]{relevant, compute}
}

// Of returns the value for the snapshot that the pass looks at. It is shared and
// must not be changed.
func (x *Index[T]) Of(p *Pass) T {
	v := x.in(p.inspection.snap)
	if d := p.inspection.deps; d.indexes == nil {
		d.indexes = map[any]*indexed{x: v}
	} else {
		d.indexes[x] = v
	}
	return v.value().(T)
}

// indexed is the value of an index for certain files.
type indexed struct {
	source interface{ in(*Snapshot) *indexed }
	files  []*File
	value  func() any
}

// in returns the value for a snapshot: that of the snapshot it was made from,
// where the files that matter are the same.
func (x *Index[T]) in(snap *Snapshot) *indexed {
	snap.indexes.mu.Lock()
	defer snap.indexes.mu.Unlock()
	if v, ok := snap.indexes.current[x]; ok {
		return v
	}
	var files []*File
	for f := range snap.Files() {
		if f.Skip == nil && x.matters(f) {
			files = append(files, f)
		}
	}
	v := snap.indexes.previous[x]
	if v == nil || !slices.Equal(v.files, files) {
		v = &indexed{source: x, files: files, value: sync.OnceValue(func() any { return x.compute(files) })}
	}
	if snap.indexes.current == nil {
		snap.indexes.current = map[any]*indexed{}
	}
	snap.indexes.current[x] = v
	return v
}

// matters reports whether a file is relevant, which is worked out once for a version of it.
func (x *Index[T]) matters(f *File) bool {
	if known, ok := f.derived.cells.Load(x); ok {
		return known.(bool)
	}
	relevant := x.relevant(f)
	f.derived.cells.Store(x, relevant)
	return relevant
}

// indexes are the values for one snapshot, and those of the one before.
type indexes struct {
	mu       sync.Mutex
	current  map[any]*indexed
	previous map[any]*indexed // never changed
}

// inherited returns what a snapshot that is made from this one starts with.
func (i *indexes) inherited() map[any]*indexed {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := maps.Clone(i.previous)
	if out == nil {
		out = map[any]*indexed{}
	}
	maps.Copy(out, i.current)
	return out
}
