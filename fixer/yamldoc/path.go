package yamldoc

import (
	"fmt"
	"strconv"
	"strings"
)

// A Step is one key or one list index of a [Path].
type Step struct {
	Key     string
	Index   int // from 0; meaningful when IsIndex is set
	IsIndex bool
}

// A Path says where a value is in a document, from the root down. It is
// what findings are known by: line numbers move, paths stay.
type Path []Step

// P builds a path from keys (string) and list indices (int). Any other value
// becomes the key fmt prints for it.
func P(steps ...any) Path { return Path(nil).Join(steps...) }

// Join returns the path extended by keys and indices; p itself is not changed
// and shares no memory with the result.
func (p Path) Join(steps ...any) Path {
	out := make(Path, len(p), len(p)+len(steps))
	copy(out, p)
	for _, s := range steps {
		switch s := s.(type) {
		case string:
			out = append(out, Step{Key: s})
		case int:
			out = append(out, Step{Index: s, IsIndex: true})
		case Step:
			out = append(out, s)
		default:
			out = append(out, Step{Key: fmt.Sprint(s)})
		}
	}
	return out
}

// HasPrefix reports whether the path is q or lies below it.
func (p Path) HasPrefix(q Path) bool {
	if len(q) > len(p) {
		return false
	}
	for i := range q {
		if p[i] != q[i] {
			return false
		}
	}
	return true
}

// Equal reports whether two paths are the same.
func (p Path) Equal(q Path) bool { return len(p) == len(q) && p.HasPrefix(q) }

// Parent returns the path without its last step; the root is its own parent.
func (p Path) Parent() Path {
	if len(p) == 0 {
		return p
	}
	return p[: len(p)-1 : len(p)-1]
}

// String writes the path as spec.containers[0].labels["app.kubernetes.io/name"].
// The root is the empty string. [ParsePath] reads it back.
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		switch {
		case s.IsIndex:
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.Index))
			b.WriteByte(']')
		case bareKey(s.Key):
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.Key)
		default:
			b.WriteByte('[')
			b.WriteString(strconv.Quote(s.Key))
			b.WriteByte(']')
		}
	}
	return b.String()
}

// bareKey reports whether a key is written without brackets in a path.
func bareKey(k string) bool {
	if k == "" {
		return false
	}
	for i := 0; i < len(k); i++ {
		c := k[i]
		if c != '_' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// ParsePath reads what [Path.String] writes.
func ParsePath(s string) (Path, error) {
	var p Path
	for i := 0; i < len(s); {
		switch {
		case s[i] == '[' && i+1 < len(s) && s[i+1] == '"':
			q, err := strconv.QuotedPrefix(s[i+1:])
			if err != nil || !strings.HasPrefix(s[i+1+len(q):], "]") {
				return nil, fmt.Errorf("path %q: unfinished key at %d", s, i)
			}
			k, err := strconv.Unquote(q)
			if err != nil {
				return nil, fmt.Errorf("path %q: key at %d: %w", s, i, err)
			}
			p = append(p, Step{Key: k})
			i += len(q) + 2
		case s[i] == '[':
			end := strings.IndexByte(s[i:], ']')
			if end < 0 {
				return nil, fmt.Errorf("path %q: unfinished index at %d", s, i)
			}
			n, err := strconv.Atoi(s[i+1 : i+end])
			if err != nil || n < 0 {
				return nil, fmt.Errorf("path %q: bad index at %d", s, i)
			}
			p = append(p, Step{Index: n, IsIndex: true})
			i += end + 1
		default:
			if s[i] == '.' {
				if i == 0 {
					return nil, fmt.Errorf("path %q: starts with a dot", s)
				}
				i++
			} else if i > 0 {
				return nil, fmt.Errorf("path %q: expected . or [ at %d", s, i)
			}
			end := i
			for end < len(s) && s[end] != '.' && s[end] != '[' {
				end++
			}
			if !bareKey(s[i:end]) {
				return nil, fmt.Errorf("path %q: bad key at %d", s, i)
			}
			p = append(p, Step{Key: s[i:end]})
			i = end
		}
	}
	return p, nil
}
