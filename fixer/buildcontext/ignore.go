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

	mu       sync.Mutex
	matcher  *patternmatcher.PatternMatcher // compiles as it matches: not safe without mu
	back     *patternmatcher.PatternMatcher // of the lines with !; nil where there is none
	seen     map[string]verdict
	returned map[string]bool // what back said
}

// A verdict is what the patterns say of a path, and what those of the paths
// below it start from.
type verdict struct {
	excluded bool
	parents  patternmatcher.MatchInfo
}

// Bounds on what is matched: the work grows with patterns, their stars and the
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
		return nil, fmt.Errorf("it has more than %d patterns", maxPatterns)
	}
	stars := 0
	for _, p := range patterns {
		stars += strings.Count(p, "*")
		if len(p) > maxPattern {
			return nil, fmt.Errorf("it has a pattern of more than %d bytes", maxPattern)
		}
		if strings.Count(p, "*") > maxStars || stars > maxAllStars {
			return nil, fmt.Errorf("it has a pattern with more than %d stars, or more than %d in all", maxStars, maxAllStars)
		}
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, err
	}
	i := &Ignore{patterns: patterns, matcher: m, seen: map[string]verdict{}, returned: map[string]bool{}}
	if _, _, err := m.MatchesUsingParentResults("x", patternmatcher.MatchInfo{}); err != nil { // some patterns fail only when they are compiled
		return nil, errors.New("it has a pattern that cannot be read")
	}
	var back []string
	for p := range i.returning() {
		if !strings.HasPrefix(p, "!") { // which would take back what the others match
			back = append(back, p)
		}
	}
	if len(back) > 0 {
		i.back, err = patternmatcher.New(back)
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
// folder that is sent. A folder that is left out may be sent in part: see
// [Ignore.ReturnsBelow].
func (i *Ignore) Excludes(path string) bool {
	if i == nil {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.match(path).excluded
}

// match asks for the folders above a path first, each once, which is also how a
// build walks what it sends.
func (i *Ignore) match(p string) verdict {
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

// Returns reports whether a line with ! takes a path, or a folder above it,
// back in: somebody wants it sent.
func (i *Ignore) Returns(path string) bool {
	if i == nil || i.back == nil {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	hit, ok := i.returned[path]
	if !ok {
		hit, _ = i.back.MatchesOrParentMatches(path)
		i.returned[path] = hit
	}
	return hit
}

// ReturnsBelow reports whether a line with ! may take something below a folder
// back in.
func (i *Ignore) ReturnsBelow(dir string) bool {
	parts := strings.Split(dir, "/")
	for p := range i.returning() {
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

// returning yields the patterns of lines with !, without it.
func (i *Ignore) returning() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, p := range i.Patterns() {
			if p, back := strings.CutPrefix(p, "!"); back && !yield(p) {
				return
			}
		}
	}
}
