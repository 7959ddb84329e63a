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

	mu      sync.Mutex
	matcher *patternmatcher.PatternMatcher // compiles as it matches: not safe without mu
	seen    map[string]bool
}

// Bounds on what is matched: the work grows with the patterns' bytes times the
// names' bytes. No honest file comes near.
const (
	maxPatterns = 2000
	maxPattern  = 512 // bytes
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
	for _, p := range patterns {
		if len(p) > maxPattern {
			return nil, fmt.Errorf("it has a pattern of more than %d bytes", maxPattern)
		}
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, err
	}
	i := &Ignore{patterns: patterns, matcher: m, seen: map[string]bool{}}
	if _, err := m.MatchesOrParentMatches("x"); err != nil { // some patterns fail only when they are compiled
		return nil, errors.New("it has a pattern that cannot be read")
	}
	return i, nil
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
	out, ok := i.seen[path]
	if !ok {
		out, _ = i.matcher.MatchesOrParentMatches(path)
		i.seen[path] = out
	}
	return out
}

// Returns reports whether a line with ! takes a path, or a folder above it,
// back in: somebody wants it sent.
func (i *Ignore) Returns(path string) bool {
	for p := range i.returning() {
		if one, err := patternmatcher.New([]string{p}); err == nil {
			if hit, err := one.MatchesOrParentMatches(path); err == nil && hit {
				return true
			}
		}
	}
	return false
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
