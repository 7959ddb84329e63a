package discover

import (
	"bytes"
	"strings"
)

// maxIgnoreFile bounds what is read of one .gitignore; no honest one is larger.
const maxIgnoreFile = 1 << 20

// ignoreFile holds the patterns of one .gitignore.
//
// The meaning is git's, with one thing left out: matching is always case
// sensitive, since core.ignoreCase lives in a configuration that is not read.
type ignoreFile struct {
	dir   string // directory of the file relative to the root, "." for the root
	rules []ignoreRule
}

type ignoreRule struct {
	segments []string // the pattern cut at slashes; "**" is any number of directories
	negated  bool
	dirOnly  bool
}

// parseIgnore reads the patterns of a .gitignore that lies in dir.
func parseIgnore(dir string, data []byte) ignoreFile {
	f := ignoreFile{dir: dir}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	for line := range strings.SplitSeq(string(data), "\n") {
		if r, ok := parseIgnoreRule(strings.TrimSuffix(line, "\r")); ok {
			f.rules = append(f.rules, r)
		}
	}
	return f
}

func parseIgnoreRule(line string) (ignoreRule, bool) {
	if strings.HasPrefix(line, "#") {
		return ignoreRule{}, false
	}
	line = trimUnescapedSpaces(line)
	var r ignoreRule
	if rest, ok := strings.CutPrefix(line, "!"); ok {
		r.negated, line = true, rest
	}
	if rest, ok := strings.CutSuffix(line, "/"); ok {
		r.dirOnly, line = true, rest
	}
	if line == "" {
		return ignoreRule{}, false
	}
	// A slash at the start or in the middle ties the pattern to its directory.
	// Without one it matches at any depth.
	if !strings.Contains(line, "/") {
		line = "**/" + line
	}
	r.segments = strings.Split(strings.TrimPrefix(line, "/"), "/")
	return r, true
}

// trimUnescapedSpaces drops trailing spaces that no backslash protects.
func trimUnescapedSpaces(s string) string {
	end := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			end = i + 1
		} else if s[i] != ' ' {
			end = i + 1
		}
	}
	return s[:end]
}

// ignores says what the files decide about path (relative to the root), the
// innermost file first and in each the last matching line. Parents are not
// checked: the walk never enters an ignored directory, which is also git's rule.
func ignores(files []ignoreFile, path string, isDir bool) bool {
	for i := len(files) - 1; i >= 0; i-- {
		f := files[i]
		rel := path
		if f.dir != "." {
			var ok bool
			if rel, ok = strings.CutPrefix(path, f.dir+"/"); !ok {
				continue
			}
		}
		segments := strings.Split(rel, "/")
		for j := len(f.rules) - 1; j >= 0; j-- {
			r := f.rules[j]
			if r.dirOnly && !isDir {
				continue
			}
			if matchSegments(r.segments, segments) {
				return !r.negated
			}
		}
	}
	return false
}

// matchSegments matches directory by directory; "**" matches any number of
// them, and at the end of a pattern for at least one. Only the last "**" is
// ever tried again, which is enough and keeps the work bounded.
func matchSegments(pattern, path []string) bool {
	p, s := 0, 0
	backP, backS := -1, 0
	for s < len(path) {
		switch {
		case p < len(pattern) && pattern[p] == "**":
			if p == len(pattern)-1 {
				return true
			}
			p++
			backP, backS = p, s
		case p < len(pattern) && matchGlob(pattern[p], path[s]):
			p++
			s++
		case backP >= 0:
			backS++
			p, s = backP, backS
		default:
			return false
		}
	}
	return p == len(pattern)
}
