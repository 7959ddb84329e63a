package buildcontext

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"path"
	"strings"
	"sync"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// An Ignore is a .dockerignore file. It is immutable and safe for concurrent
// use; nil excludes nothing.
//
// Matching is BuildKit's own. Podman and Buildah, which read .containerignore
// first, match in the same way.
type Ignore struct {
	patterns []string // as the matcher wants them, a leading ! kept

	mu            sync.Mutex
	matcher       *patternmatcher.PatternMatcher // compiles as it matches: not safe without mu
	exceptions    *patternmatcher.PatternMatcher // of the lines with !; nil where there is none
	seen          map[string]matchState
	exceptionHits map[string]bool // what exceptions matched
}

// A matchState is the result of the patterns for a path, and what those of the paths
// below it start from.
type matchState struct {
	excluded bool
	parents  patternmatcher.MatchInfo
}

// Bounds on what is matched: the work grows with patterns, their wildcards and the
// names. No honest file comes near.
const (
	maxPatterns = 1000
	maxPattern  = 512 // bytes
	maxStars    = 16  // in one pattern
	maxAllStars = 2000
)

// ParseIgnore reads the patterns. It fails where a build would fail, too, and
// on files made to keep a reader busy.
func ParseIgnore(data []byte) (*Ignore, error) {
	patterns, err := ignorefile.ReadAll(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if len(patterns) > maxPatterns {
		return nil, fmt.Errorf("more than %d patterns", maxPatterns)
	}
	stars := 0
	for _, p := range patterns {
		stars += strings.Count(p, "*")
		if len(p) > maxPattern {
			return nil, fmt.Errorf("a pattern of more than %d bytes", maxPattern)
		}
		if strings.Count(p, "*") > maxStars || stars > maxAllStars {
			return nil, fmt.Errorf("a pattern with more than %d wildcards, or more than %d in all", maxStars, maxAllStars)
		}
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, err
	}
	i := &Ignore{patterns: patterns, matcher: m, seen: map[string]matchState{}, exceptionHits: map[string]bool{}}
	if _, _, err := m.MatchesUsingParentResults("x", patternmatcher.MatchInfo{}); err != nil { // some patterns fail only when they are compiled
		return nil, errors.New("an invalid pattern")
	}
	var exceptions []string
	for p := range i.exceptionPatterns() {
		if !strings.HasPrefix(p, "!") { // which would take back what the others match
			exceptions = append(exceptions, p)
		}
	}
	if len(exceptions) > 0 {
		i.exceptions, err = patternmatcher.New(exceptions)
	}
	return i, err
}

// Patterns returns the patterns in the order of the file, cleaned as BuildKit
// cleans them.
func (i *Ignore) Patterns() []string {
	if i == nil {
		return nil
	}
	return i.patterns
}

// Excludes reports whether a build leaves a path out, which is relative to the
// build context. A directory that is left out may be sent in part: see
// [Ignore.ReIncludesBelow].
func (i *Ignore) Excludes(path string) bool {
	if i == nil {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.match(path).excluded
}

// match matches the directories above a path first, each once, which is also how a
// build walks what it sends.
func (i *Ignore) match(p string) matchState {
	v, ok := i.seen[p]
	if ok {
		return v
	}
	var above patternmatcher.MatchInfo
	if dir := path.Dir(p); dir != "." && dir != p {
		above = i.match(dir).parents
	}
	v.excluded, v.parents, _ = i.matcher.MatchesUsingParentResults(p, above)
	i.seen[p] = v
	return v
}

// ReIncludes reports whether a line with ! includes a path, or a directory above it,
// again: it is meant to be sent.
func (i *Ignore) ReIncludes(path string) bool {
	if i == nil || i.exceptions == nil {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	hit, ok := i.exceptionHits[path]
	if !ok {
		hit, _ = i.exceptions.MatchesOrParentMatches(path)
		i.exceptionHits[path] = hit
	}
	return hit
}

// ReIncludesBelow reports whether a line with ! may include something below a directory
// again.
func (i *Ignore) ReIncludesBelow(dir string) bool {
	parts := strings.Split(dir, "/")
	for p := range i.exceptionPatterns() {
		below := strings.Split(p, "/")
		k := 0
		for ; k < len(parts) && k < len(below); k++ {
			if strings.Contains(below[k], "**") {
				return true
			}
			if ok, err := path.Match(below[k], parts[k]); err != nil || !ok {
				break
			}
		}
		if k == len(parts) && len(below) > k {
			return true
		}
	}
	return false
}

// exceptionPatterns yields the patterns of lines with !, without it.
func (i *Ignore) exceptionPatterns() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, p := range i.Patterns() {
			if p, back := strings.CutPrefix(p, "!"); back && !yield(p) {
				return
			}
		}
	}
}
