package engine

import (
	"container/list"
	"crypto/sha256"
	"slices"
	"sync"

	"github.com/oakum-sec/oakum/fixer"
)

// A cache holds what checks and folds of one session computed and later ones need
// not compute again: parsed versions of files by their content, what the rules
// reported of each, and what became of a batch of fixes on a snapshot. It is bounded
// by the bytes of the versions it holds, the least recently used go first, and
// safe for concurrent use: folds of a preview and of the plan share it. What the
// rules reported stays with the version, for as long as anybody holds that.
//
// Evicting is always correct: whatever is in here is computed from files,
// facts and rules alone.
type cache struct {
	mu          sync.Mutex
	versions    map[versionID]*list.Element // of *version
	recent      *list.List
	size        int
	checkpoints [maxCachedPasses][]*checkpoint // by passes made before, the most recent last
	whole       map[string][]*ruleResult       // by rule that looks at files of some kinds together, the most recent last
}

// maxVersionBytes bounds the sources of cached versions; a parsed file takes
// some ten times its bytes. Drafts and batches are cached of the first pass
// only, where nearly all fixes are made, and for two folds: the plan's and the
// preview's.
const (
	maxVersionBytes = 2 << 20
	maxCachedPasses = 1
	maxCheckpoints  = 2
	maxResults      = 4 // of one version, for different neighbours
	maxWhole        = 2 // of one rule: the files of a pass, and those of what it tries
)

func newCache() *cache {
	return &cache{versions: map[versionID]*list.Element{}, recent: list.New(), whole: map[string][]*ruleResult{}}
}

// A versionID identifies a version of a file: by path and content, and by the
// file as it was read, which a fix may look at.
type versionID struct {
	path     string
	kind     fixer.Kind
	content  [sha256.Size]byte
	original *fixer.File
}

type version struct {
	id   versionID
	file *fixer.File
}

// next is [fixer.Snapshot.Next], but returns a version that is cached.
func (c *cache) next(snap *fixer.Snapshot, src fixer.Source) *fixer.File {
	id := versionID{path: src.Path, kind: src.Kind, content: sha256.Sum256(src.Data)}
	if old := snap.File(src.Path); old != nil {
		id.kind, id.original = old.Kind, old
		if old.Was != nil {
			id.original = old.Was
		}
	}
	c.mu.Lock()
	if e, ok := c.versions[id]; ok {
		c.recent.MoveToBack(e)
		c.mu.Unlock()
		return e.Value.(*version).file
	}
	c.mu.Unlock()
	file := snap.Next(src)
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.versions[id]; ok { // another fold was quicker
		return e.Value.(*version).file
	}
	c.versions[id] = c.recent.PushBack(&version{id, file})
	c.size += len(src.Data)
	for c.size > maxVersionBytes && c.recent.Len() > 1 {
		v := c.recent.Remove(c.recent.Front()).(*version)
		delete(c.versions, v.id)
		c.size -= len(v.file.Data)
	}
	return file
}

// versionResults are what the rules reported of a version of a file, for
// different neighbours. It is the one value derived from a file that changes,
// behind its own lock.
type versionResults struct {
	mu   sync.Mutex
	list []*fileResult // the most recent last
}

var resultsOf = fixer.Derive(func(*fixer.File) *versionResults { return &versionResults{} })

// A fileResult is what the rules reported of a version of a file: first those whose
// findings depend on nothing else, then the others, those together that depend on the
// same, and at last what the rules for Dockerfiles say of those that stand in it.
type fileResult struct {
	cache    *cache // of the session with these rules and facts
	rules    []*ruleResult
	embedded *ruleResult // nil for a file without any

	// What classify makes of it.
	open       []*fixer.Finding // in canonical order
	indexed    sync.Once
	index      map[fixer.Key]*fixer.Finding // of open
	across     []*fixer.Finding             // that lie in other files
	suppressed []Suppressed
	used       map[*fixer.Suppression]bool // comments of the file that suppress one
	problems   []Problem
}

// A ruleResult is what one rule reported, or several whose findings depend on the same.
type ruleResult struct {
	rules    []*fixer.Rule
	deps     *fixer.Deps
	findings []fixer.Finding
	problems []Problem
}

// forRule returns what a rule reported, or nil where that depends on nothing else.
func (r *fileResult) forRule(rule string) *ruleResult {
	if r == nil {
		return nil
	}
	for _, one := range r.rules[1:] {
		if slices.ContainsFunc(one.rules, func(r *fixer.Rule) bool { return r.Name == rule }) {
			return one
		}
	}
	return nil
}

// all returns the results, that of embedded Dockerfiles too.
func (r *fileResult) all() []*ruleResult {
	if r.embedded == nil {
		return r.rules
	}
	return append(slices.Clip(r.rules), r.embedded)
}

func (r *fileResult) isCurrent(snap *fixer.Snapshot) bool {
	for _, one := range r.all()[1:] {
		if !one.deps.Unchanged(snap) {
			return false
		}
	}
	return true
}

// known returns what is cached of a file, the most recent last.
func (c *cache) known(f *fixer.File) []*fileResult {
	r := resultsOf.Of(f)
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.list), func(one *fileResult) bool { return one.cache != c })
}

// result returns what is cached of a file and still current, or nil.
func (c *cache) result(snap *fixer.Snapshot, f *fixer.File) *fileResult {
	for _, one := range slices.Backward(c.known(f)) {
		if one.isCurrent(snap) {
			return one
		}
	}
	return nil
}

// latest returns the last result of a file, of which a part may be current.
func (c *cache) latest(f *fixer.File) *fileResult {
	if known := c.known(f); len(known) > 0 {
		return known[len(known)-1]
	}
	return nil
}

// store caches a result with its file, in place of the oldest.
func (c *cache) store(f *fixer.File, one *fileResult) {
	one.cache = c
	r := resultsOf.Of(f)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, one)
	if n := len(r.list); n > maxResults {
		r.list = slices.Clone(r.list[n-maxResults:])
	}
}

// together returns what is kept of a rule that looks at files of some kinds together
// and still current, or nil.
func (c *cache) together(rule *fixer.Rule, snap *fixer.Snapshot) *ruleResult {
	c.mu.Lock()
	known := c.whole[rule.Name]
	c.mu.Unlock()
	for _, one := range slices.Backward(known) {
		if one.deps.Unchanged(snap) {
			c.keepTogether(rule, one)
			return one
		}
	}
	return nil
}

// keepTogether keeps a result, or that it was needed again, in place of the oldest.
func (c *cache) keepTogether(rule *fixer.Rule, one *ruleResult) {
	if len(rule.Reads) == 0 {
		return // it may depend on anything
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(c.whole[rule.Name]), func(other *ruleResult) bool { return other == one })
	list = append(list, one)
	c.whole[rule.Name] = list[max(0, len(list)-maxWhole):]
}

// A checkpoint is a snapshot between two passes of a fold, with what was drafted on it and
// what became of the batches that were tried. A fold with the same or nearly
// the same decisions comes to it again.
type checkpoint struct {
	snap    *fixer.Snapshot
	drafts  map[draftID]draftResult
	batches map[[sha256.Size]byte]*batchResult
}

// checkpoint returns that of a snapshot which a fold reaches after so many passes.
func (c *cache) checkpoint(snap *fixer.Snapshot, passes int) *checkpoint {
	fresh := &checkpoint{snap: snap, drafts: map[draftID]draftResult{}, batches: map[[sha256.Size]byte]*batchResult{}}
	if passes >= maxCachedPasses {
		return fresh
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.checkpoints[passes]
	for _, at := range known {
		if at.snap == snap {
			return at
		}
	}
	if len(known) == maxCheckpoints {
		known = known[1:]
	}
	c.checkpoints[passes] = append(known[:len(known):len(known)], fresh)
	return fresh
}

// draft returns what make returns, and caches it.
func (c *cache) draft(at *checkpoint, id draftID, make func() draftResult) draftResult {
	c.mu.Lock()
	d, ok := at.drafts[id]
	c.mu.Unlock()
	if !ok {
		d = make()
		c.mu.Lock()
		at.drafts[id] = d
		c.mu.Unlock()
	}
	return d
}

// batch returns what make returns, and caches the last few results.
func (c *cache) batch(at *checkpoint, id [sha256.Size]byte, make func() *batchResult) *batchResult {
	c.mu.Lock()
	r := at.batches[id]
	c.mu.Unlock()
	if r == nil {
		r = make()
		c.mu.Lock()
		if len(at.batches) == maxCheckpoints {
			clear(at.batches)
		}
		at.batches[id] = r
		c.mu.Unlock()
	}
	return r
}
