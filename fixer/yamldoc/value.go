package yamldoc

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Map is a mapping to write, in order. Values to write are Map, []any,
// []string, string, bool, any int, float64, nil and [Raw].
type Map []Pair

// A Pair is one entry of a [Map].
type Pair struct {
	Key   string
	Value any
}

// Raw is a scalar written as it stands, without quotes: Raw("0440") is a
// number where "0440" would be a string. It must read back as one plain scalar.
type Raw string

// maxValue bounds what one Data call copies, so that aliases of aliases cannot
// blow it up.
const maxValue = 100_000

// Data returns the node as a value to write, aliases and merge keys resolved:
// what is needed to write a merged list out in full. Scalars that are no
// strings become [Raw]. It fails on custom tags and on values too large.
func (n *Node) Data() (any, error) {
	budget := maxValue
	return n.data(&budget, 0)
}

func (n *Node) data(budget *int, depth int) (any, error) {
	if *budget--; *budget < 0 || depth > MaxDepth {
		return nil, fmt.Errorf("the value at %s is too large to copy", n.Path())
	}
	r := n.Resolve()
	if r == nil {
		if n == nil {
			return nil, nil
		}
		return nil, fmt.Errorf("line %d: alias *%s stands for itself", n.Line, n.Value)
	}
	if r.hasCustomTag() {
		return nil, fmt.Errorf("line %d: a value tagged %s cannot be copied", r.Line, r.Tag)
	}
	switch r.Kind {
	case Mapping:
		m := Map{}
		for k, v := range r.All() {
			d, err := v.data(budget, depth+1)
			if err != nil {
				return nil, err
			}
			m = append(m, Pair{k, d})
		}
		return m, nil
	case Sequence:
		l := []any{}
		for _, it := range r.Items() {
			d, err := it.data(budget, depth+1)
			if err != nil {
				return nil, err
			}
			l = append(l, d)
		}
		return l, nil
	}
	switch {
	case r.Tag == strTag:
		return r.Value, nil
	case r.Tag == nullTag:
		return nil, nil
	}
	return Raw(r.Value), nil
}

// hasCustomTag reports whether the node has a tag beyond YAML's own, such as
// Compose's !reset.
func (n *Node) hasCustomTag() bool { return n.tagged && !strings.HasPrefix(n.Tag, "!!") }

// normalize turns the accepted Go types into Map, []any, string, Raw, bool, int64,
// float64 or nil, and checks the rest of the contract.
func normalize(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	case int:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case int64:
		return v, nil
	case float64:
		return v, nil
	case string:
		if !validText(v) {
			return nil, fmt.Errorf("a string with invalid UTF-8 cannot be written")
		}
		return v, nil
	case Raw:
		if !plainRaw(string(v)) {
			return nil, fmt.Errorf("%q is not one plain scalar", string(v))
		}
		return v, nil
	case []string:
		out := make([]any, len(v))
		for i, s := range v {
			out[i] = s
		}
		return normalize(out)
	case []any:
		out := make([]any, len(v))
		for i, it := range v {
			n, err := normalize(it)
			if err != nil {
				return nil, err
			}
			out[i] = n
		}
		return out, nil
	case Map:
		out := make(Map, len(v))
		seen := make(map[string]bool, len(v))
		for i, p := range v {
			n, err := normalize(p.Value)
			if err != nil {
				return nil, err
			}
			if seen[p.Key] {
				return nil, fmt.Errorf("key %q stands twice in the value", p.Key)
			}
			if !validText(p.Key) {
				return nil, fmt.Errorf("a key with invalid UTF-8 cannot be written")
			}
			seen[p.Key] = true
			out[i] = Pair{p.Key, n}
		}
		return out, nil
	}
	return nil, fmt.Errorf("a value of type %T cannot be written", v)
}

// isCollection reports whether a normal value is a collection with content.
func isCollection(v any) bool {
	switch v := v.(type) {
	case Map:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return false
}

// formatFloat writes a float so that it reads back as one, not as an integer.
func formatFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return ".nan"
	case math.IsInf(f, 1):
		return ".inf"
	case math.IsInf(f, -1):
		return "-.inf"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".") {
		if m, e, ok := strings.Cut(s, "e"); ok {
			return m + ".0e" + e
		}
		return s + ".0"
	}
	return s
}

// matches reports whether a node, as read back, is the normal value v.
func (n *Node) matches(v any) bool {
	switch v := v.(type) {
	case Map:
		if n == nil || n.Kind != Mapping || n.Tag != mapTag || len(n.Entries()) != len(v) {
			return false
		}
		for i, e := range n.Entries() {
			if e.Key.Kind != Scalar || e.Key.Value != v[i].Key || e.Key.Tag != strTag || !e.Value.matches(v[i].Value) {
				return false
			}
		}
		return true
	case []any:
		if n == nil || n.Kind != Sequence || n.Tag != seqTag || len(n.Items()) != len(v) {
			return false
		}
		for i, it := range n.Items() {
			if !it.matches(v[i]) {
				return false
			}
		}
		return true
	}
	if n == nil || n.Kind != Scalar {
		return n == nil && v == nil
	}
	switch v := v.(type) {
	case nil:
		return n.Tag == nullTag
	case bool:
		b, ok := n.Bool()
		return ok && n.Tag == boolTag && b == v
	case int64:
		i, ok := n.Int()
		return ok && i == v
	case float64:
		return n.Tag == floatTag && n.Value == formatFloat(v)
	case string:
		return n.Tag == strTag && n.Value == v
	case Raw:
		return n.Style == Plain && n.Value == string(v) && !n.tagged
	}
	return false
}
