package fixer

import (
	"slices"
	"sync"

	"github.com/oakum-sec/oakum/fixer/topology"
)

// An excerpt is the files of a snapshot that rules see which need those of some
// kinds alone, and the kustomizations, by which manifests are built.
type excerpt struct {
	kinds    []Kind
	files    []*File // sorted by path
	snapshot func() *Snapshot
}

func (s *Snapshot) excerpt(kinds []Kind) *excerpt {
	e := &excerpt{kinds: kinds}
	for f := range s.Files() {
		if e.has(f) {
			e.files = append(e.files, f)
		}
	}
	tree, overlays := s.tree, s.overlays
	files := e.files
	e.snapshot = sync.OnceValue(func() *Snapshot {
		out := &Snapshot{files: make(map[string]*File, len(files)), paths: make([]string, len(files)), tree: tree, overlays: overlays}
		for i, f := range files {
			out.files[f.Path], out.paths[i] = f, f.Path
		}
		out.topology = func() *topology.Topology { panic("a rule asks its pass for the topology, not the snapshot") }
		return out
	})
	return e
}

func (e *excerpt) has(f *File) bool { return f.Kind == Kustomize || slices.Contains(e.kinds, f.Kind) }

// unchanged reports whether a snapshot has the same files of these kinds.
func (e *excerpt) unchanged(snap *Snapshot) bool {
	n := 0
	for f := range snap.Files() {
		if !e.has(f) {
			continue
		}
		if n == len(e.files) || e.files[n] != f {
			return false
		}
		n++
	}
	return n == len(e.files)
}
