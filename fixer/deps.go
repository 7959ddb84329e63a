package fixer

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/oakum-sec/oakum/fixer/topology"
)

// Deps is what the findings of a rule in one file depend on besides the file
// and the facts: what the engine compares before it takes them as they were.
// The zero value depends on nothing.
type Deps struct {
	files   few[readFile]         // other files that were read
	links   few[*topology.Answer] // of the topology
	linked  string                // the fingerprint of the topology that gave them
	indexes few[*indexed]
	excerpt *excerpt // nil where it is not files of some kinds together
}

// A readFile is a file that was read, nil for one that was not there.
type readFile struct {
	path string
	file *File
}

// Unchanged reports whether all of it is the same in a snapshot.
func (d *Deps) Unchanged(snap *Snapshot) bool {
	if len(d.links.list) > 0 && d.linked != snap.Topology().Fingerprint() {
		for _, a := range d.links.list {
			if snap.Topology().Answer(a.Question).Sum != a.Sum {
				return false
			}
		}
	}
	for _, one := range d.files.list {
		if snap.File(one.path) != one.file {
			return false
		}
	}
	for _, x := range d.indexes.list {
		if x.source.in(snap) != x {
			return false
		}
	}
	return d.excerpt == nil || d.excerpt.unchanged(snap)
}

// Empty reports whether it depends on nothing.
func (d *Deps) Empty() bool {
	return len(d.links.list) == 0 && len(d.files.list) == 0 && len(d.indexes.list) == 0 && d.excerpt == nil
}

// Paths returns the other files that it depends on, sorted: those that were
// read, and those that an index was worked out from.
func (d *Deps) Paths() []string {
	all := map[string]bool{}
	for _, one := range d.files.list {
		all[one.path] = true
	}
	for _, x := range d.indexes.list {
		for _, f := range x.files {
			all[f.Path] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Size returns how many files were read and links asked for, without the files that an index
// was worked out from: for one file of a repository it does not grow with the others.
func (d *Deps) Size() int { return len(d.files.list) + len(d.links.list) }

func (d *Deps) addFile(path string, f *File) { d.files.add(readFile{path, f}) }

func (d *Deps) addLink(a *topology.Answer, fingerprint string) {
	d.linked = fingerprint
	d.links.add(a)
}

// add makes d depend on what other depends on, too.
func (d *Deps) add(other *Deps) {
	if len(other.links.list) > 0 {
		d.linked = other.linked
	}
	d.links.addAll(other.links)
	d.files.addAll(other.files)
	d.indexes.addAll(other.indexes)
}

// same reports whether both came to depend on the same, in the same order.
func (d *Deps) same(other *Deps) bool {
	return d.linked == other.linked && d.excerpt == other.excerpt && slices.Equal(d.links.list, other.links.list) &&
		slices.Equal(d.files.list, other.files.list) && slices.Equal(d.indexes.list, other.indexes.list)
}

// few is a set of mostly a few values, in the order in which they came: there is one for
// each rule and file.
type few[T comparable] struct {
	list  []T
	among map[T]bool // the same, where there are many
}

// many is from how many values on they are looked up instead of searched.
const many = 16

func (s *few[T]) add(v T) {
	if s.among == nil && len(s.list) >= many {
		s.among = make(map[T]bool, 2*len(s.list))
		for _, known := range s.list {
			s.among[known] = true
		}
	}
	if s.among[v] || s.among == nil && slices.Contains(s.list, v) {
		return
	}
	s.list = append(s.list, v)
	if s.among != nil {
		s.among[v] = true
	}
}

func (s *few[T]) addAll(other few[T]) {
	if len(s.list) == 0 {
		s.list = slices.Clip(other.list) // nobody changes what is in it
		return
	}
	for _, v := range other.list {
		s.add(v)
	}
}

// kept is the set without what only adding to it needs.
func (s few[T]) kept() few[T] { return few[T]{list: s.list} }

// An Index is worked out from those files of a snapshot that matter to it, once
// for as long as these are the same, and shared by all rules: what a rule of
// one file asks about all files, such as which role is bound to a service account.
type Index[T any] struct {
	relevant func(f *File) bool
	compute  func(files []*File) T
	bit      uint64 // 0 for one of those that are declared after the first 64
}

// NewIndex declares an index. relevant must depend on the file alone, and be
// false for as many files as can be: findings are worked out again when one of
// those changes for which it is true. compute gets these sorted by path.
func NewIndex[T any](relevant func(f *File) bool, compute func(files []*File) T) *Index[T] {
	return &Index[T]{relevant: relevant, compute: compute, bit: 1 << (declared.Add(1) - 1)}
}

// Of returns the value for the snapshot that the pass looks at. It is shared and
// must not be changed.
func (x *Index[T]) Of(p *Pass) T {
	v := x.in(p.inspection.snap)
	p.inspection.deps.indexes.add(v)
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
	if x.bit == 0 {
		return x.relevant(f)
	}
	if f.relevance.known.Load()&x.bit != 0 {
		return f.relevance.is.Load()&x.bit != 0
	}
	relevant := x.relevant(f)
	if relevant {
		f.relevance.is.Or(x.bit)
	}
	f.relevance.known.Or(x.bit)
	return relevant
}

// relevance is which indexes a file matters to, by their bits.
type relevance struct{ known, is atomic.Uint64 }

// declared counts the indexes, so that each of the first 64 has a bit of its own.
var declared atomic.Uint32

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
