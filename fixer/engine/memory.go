package engine

import (
	"container/list"
	"crypto/sha256"
	"sync"

	"oakum/fixer"
)

// A memory is what checks and folds of one session learnt and later ones need
// not work out again: parsed versions of files by their content, what the rules
// said of each, and what became of a batch of fixes on a snapshot. It is bounded
// by the bytes of the versions it holds, the least recently used go first, and
// safe for concurrent use: folds of a preview and of the plan share it.
//
// Forgetting is always sound: whatever is in here is worked out from files,
// facts and rules alone.
type memory struct {
	mu       sync.Mutex
	versions map[versionID]*list.Element // of *version
	recent   *list.List
	size     int
	results  map[*fixer.File][]*fileResult
	moments  [maxDepth][]*moment // by passes made before, the most recent last
}

// maxVersionBytes bounds the sources of remembered versions; a parsed file takes
// some ten times its bytes. Drafts and batches are kept of the first pass
// only, where nearly all fixes are made, and for two folds: the plan's and the
// preview's.
const (
	maxVersionBytes = 4 << 20
	maxDepth        = 1
	maxMoments      = 2
	maxResults      = 4 // of one version, for different neighbours
)

func newMemory() *memory {
	return &memory{versions: map[versionID]*list.Element{}, recent: list.New(), results: map[*fixer.File][]*fileResult{}}
}

// A versionID tells versions of files apart: by path and content, and by the
// file as it was read, which a fix may ask for.
type versionID struct {
	path    string
	kind    fixer.Kind
	content [sha256.Size]byte
	was     *fixer.File
}

type version struct {
	id   versionID
	file *fixer.File
}

// next is [fixer.Snapshot.Next], with versions that were met before shared.
func (m *memory) next(snap *fixer.Snapshot, src fixer.Source) *fixer.File {
	id := versionID{path: src.Path, kind: src.Kind, content: sha256.Sum256(src.Data)}
	if old := snap.File(src.Path); old != nil {
		id.kind, id.was = old.Kind, old
		if old.Was != nil {
			id.was = old.Was
		}
	}
	m.mu.Lock()
	if e, ok := m.versions[id]; ok {
		m.recent.MoveToBack(e)
		m.mu.Unlock()
		return e.Value.(*version).file
	}
	m.mu.Unlock()
	file := snap.Next(src)
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.versions[id]; ok { // another fold was quicker
		return e.Value.(*version).file
	}
	m.versions[id] = m.recent.PushBack(&version{id, file})
	m.size += len(src.Data)
	for m.size > maxVersionBytes && m.recent.Len() > 1 {
		v := m.recent.Remove(m.recent.Front()).(*version)
		delete(m.versions, v.id)
		delete(m.results, v.file)
		m.size -= len(v.file.Data)
	}
	return file
}

// A fileResult is what the rules said of a version of a file: first those whose
// findings depend on nothing else, together, then the others one by one.
type fileResult struct {
	rules []*ruleResult
}

// A ruleResult is what one rule said, and what that depends on.
type ruleResult struct {
	rule     string
	deps     *fixer.Deps
	findings []fixer.Finding
	problems []Problem
}

// of returns what a rule said, nil where that depends on nothing else.
func (r *fileResult) of(rule string) *ruleResult {
	if r == nil {
		return nil
	}
	for _, one := range r.rules[1:] {
		if one.rule == rule {
			return one
		}
	}
	return nil
}

func (r *fileResult) holds(snap *fixer.Snapshot) bool {
	for _, one := range r.rules[1:] {
		if !one.deps.Hold(snap) {
			return false
		}
	}
	return true
}

// result returns what is remembered of a file and still holds, or nil.
func (m *memory) result(snap *fixer.Snapshot, f *fixer.File) *fileResult {
	m.mu.Lock()
	known := m.results[f]
	m.mu.Unlock()
	for i := len(known) - 1; i >= 0; i-- {
		if known[i].holds(snap) {
			return known[i]
		}
	}
	return nil
}

// last returns what was said of a file most lately, of which a part may hold.
func (m *memory) last(f *fixer.File) *fileResult {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known := m.results[f]; len(known) > 0 {
		return known[len(known)-1]
	}
	return nil
}

func (m *memory) keep(f *fixer.File, r *fileResult) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.results[f]
	if len(known) == maxResults {
		known = known[1:]
	}
	m.results[f] = append(known[:len(known):len(known)], r)
}

// A moment is a snapshot on the way of a fold, with what was drafted on it and
// what became of the batches that were tried. A fold with the same or nearly
// the same decisions comes by again.
type moment struct {
	snap    *fixer.Snapshot
	drafts  map[draftID]drafted
	batches map[[sha256.Size]byte]*batchResult
}

// at returns the moment of a snapshot that a fold reaches after so many passes.
func (m *memory) at(snap *fixer.Snapshot, passes int) *moment {
	fresh := &moment{snap: snap, drafts: map[draftID]drafted{}, batches: map[[sha256.Size]byte]*batchResult{}}
	if passes >= maxDepth {
		return fresh
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.moments[passes]
	for _, at := range known {
		if at.snap == snap {
			return at
		}
	}
	if len(known) == maxMoments {
		known = known[1:]
	}
	m.moments[passes] = append(known[:len(known):len(known)], fresh)
	return fresh
}

// draft returns what make returns, and remembers it.
func (m *memory) draft(at *moment, id draftID, make func() drafted) drafted {
	m.mu.Lock()
	d, ok := at.drafts[id]
	m.mu.Unlock()
	if !ok {
		d = make()
		m.mu.Lock()
		at.drafts[id] = d
		m.mu.Unlock()
	}
	return d
}

// batch returns what make returns, and remembers the last few of them.
func (m *memory) batch(at *moment, id [sha256.Size]byte, make func() *batchResult) *batchResult {
	m.mu.Lock()
	r := at.batches[id]
	m.mu.Unlock()
	if r == nil {
		r = make()
		m.mu.Lock()
		if len(at.batches) == maxMoments {
			clear(at.batches)
		}
		at.batches[id] = r
		m.mu.Unlock()
	}
	return r
}
