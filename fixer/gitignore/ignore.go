package gitignore

import (
	"bytes"
	"slices"
	"strings"
)

// MaxSteps is how many comparisons with patterns are worth making in one walk: about
// a second of work. No honest repository comes near.
const MaxSteps = 200_000_000

// A File holds the patterns of one .gitignore.
type File struct {
	dir   string // directory of the file relative to the root, "." for the root
	rules []rule

	// Most patterns are names or paths without wildcards: these are looked up.
	// Each list is in the order of the file, by index in rules.
	names map[string][]int
	paths map[string][]int
	globs []int
}

type rule struct {
	segments []string // the pattern cut at slashes; "**" is any number of directories
	tail     string   // what the last part of a path must end with
	negated  bool
	dirOnly  bool
}

// Parse reads the patterns of a .gitignore that lies in dir, a path relative to the
// root, "." for the root itself.
func Parse(dir string, data []byte) File {
	f := File{dir: dir}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	for line := range strings.SplitSeq(string(data), "\n") {
		if r, ok := parseRule(strings.TrimSuffix(line, "\r")); ok {
			f.add(r)
		}
	}
	return f
}

// Len returns how many patterns the file has.
func (f *File) Len() int { return len(f.rules) }

func (f *File) add(r rule) {
	n := len(f.rules)
	f.rules = append(f.rules, r)
	switch {
	case len(r.segments) == 2 && r.segments[0] == "**" && isLiteral(r.segments[1]):
		if f.names == nil {
			f.names = map[string][]int{}
		}
		f.names[r.segments[1]] = append(f.names[r.segments[1]], n)
	case !slices.ContainsFunc(r.segments, func(s string) bool { return !isLiteral(s) }):
		if f.paths == nil {
			f.paths = map[string][]int{}
		}
		whole := strings.Join(r.segments, "/")
		f.paths[whole] = append(f.paths[whole], n)
	default:
		f.globs = append(f.globs, n)
	}
}

// isLiteral reports whether a segment of a pattern matches itself alone.
func isLiteral(segment string) bool { return !strings.ContainsAny(segment, `*?[\`) }

func parseRule(line string) (rule, bool) {
	if strings.HasPrefix(line, "#") {
		return rule{}, false
	}
	line = trimUnescapedSpaces(line)
	var r rule
	if rest, ok := strings.CutPrefix(line, "!"); ok {
		r.negated, line = true, rest
	}
	if rest, ok := strings.CutSuffix(line, "/"); ok {
		r.dirOnly, line = true, rest
	}
	if line == "" {
		return rule{}, false
	}
	// A slash at the start or in the middle ties the pattern to its directory.
	// Without one it matches at any depth.
	if !strings.Contains(line, "/") {
		line = "**/" + line
	}
	r.segments = strings.Split(strings.TrimPrefix(line, "/"), "/")
	last := r.segments[len(r.segments)-1]
	r.tail = last[strings.LastIndexAny(last, `*?[]\`)+1:]
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

// A Matcher says what ignore files decide, as long as its steps last. Left below
// zero says that they did not.
type Matcher struct{ Left int }

// Ignores says what the files decide about a path relative to the root, the innermost
// file first and in each the last matching line. Parents are not checked: a walk never
// enters an ignored directory, which is also git's rule. Where the steps have run out
// nothing is ignored.
func (g *Matcher) Ignores(files []File, path string, isDir bool) bool {
	for i := len(files) - 1; i >= 0; i-- {
		f := &files[i]
		rel := path
		if f.dir != "." {
			var ok bool
			if rel, ok = strings.CutPrefix(path, f.dir+"/"); !ok {
				continue
			}
		}
		if r := f.last(rel, isDir, &g.Left); g.Left < 0 {
			return false
		} else if r >= 0 {
			return !f.rules[r].negated
		}
	}
	return false
}

// Ignored reports whether git leaves a file out of what it tracks by itself, by its
// path relative to the root: it or a directory above it is ignored. The files are those
// that lie above it, outermost first.
func Ignored(files []File, path string) bool {
	m := &Matcher{Left: MaxSteps}
	for i, c := range path {
		if c == '/' && m.Ignores(files, path[:i], true) {
			return true
		}
	}
	return m.Ignores(files, path, false)
}

// last returns the index of the last rule that matches a path below the file's
// directory, or -1.
func (f *File) last(rel string, isDir bool, left *int) int {
	best := -1
	for _, hits := range [][]int{f.names[rel[strings.LastIndexByte(rel, '/')+1:]], f.paths[rel]} {
		for _, j := range slices.Backward(hits) {
			if *left--; !f.rules[j].dirOnly || isDir {
				best = max(best, j)
				break
			}
		}
	}
	var segments []string
	for _, j := range slices.Backward(f.globs) {
		if *left--; j < best || *left < 0 {
			break
		}
		if f.rules[j].dirOnly && !isDir {
			continue
		}
		if !strings.HasSuffix(rel, f.rules[j].tail) {
			continue
		}
		if segments == nil {
			segments = strings.Split(rel, "/")
		}
		if matchSegments(f.rules[j].segments, segments, left) {
			return j
		}
	}
	return best
}

// matchSegments matches directory by directory; "**" matches any number of
// them, and at the end of a pattern for at least one. Only the last "**" is
// ever tried again, which is enough and keeps the work bounded.
func matchSegments(pattern, path []string, left *int) bool {
	p, s := 0, 0
	backP, backS := -1, 0
	for s < len(path) {
		if *left--; *left < 0 {
			return false
		}
		switch {
		case p < len(pattern) && pattern[p] == "**":
			if p == len(pattern)-1 {
				return true
			}
			p++
			backP, backS = p, s
		case p < len(pattern) && matchGlob(pattern[p], path[s], left):
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
