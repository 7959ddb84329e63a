package kustomize

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A target is an object on its way through the kustomizations.
type target struct {
	object     *kube.Object
	node       *yamldoc.Node // as it is by now; nil when it was taken out
	names      []string      // all that it had, the first in its file
	namespaces []string
	rendering  *Rendering
	number     int
}

// group is the API group of a target, and kind what it is.
func (t *target) group() string { return t.object.Group() }

// isNamed reports whether a patch names the object: by the name and namespace it
// has or has had.
func (t *target) isNamed(kind, group, name, namespace string) bool {
	return t.node != nil && t.object.Kind == kind && t.group() == group && slices.Contains(t.names, name) &&
		(namespace == "" || slices.Contains(t.namespaces, namespace) || slices.Equal(t.namespaces, []string{""}))
}

// isSelected reports whether the target of a patch selects the object. Its
// names are expressions that have to match as a whole.
func (t *target) isSelected(s *yamldoc.Node) bool {
	if t.node == nil {
		return false
	}
	version := t.object.APIVersion[strings.IndexByte(t.object.APIVersion, '/')+1:]
	matches := func(key string, values ...string) bool {
		want := s.Get(key).Text()
		return want == "" || slices.ContainsFunc(values, func(v string) bool { return matchesWhole(want, v) })
	}
	return matches("kind", t.object.Kind) && matches("group", t.group()) && matches("version", version) &&
		matches("name", t.names...) && matches("namespace", t.namespaces...) &&
		t.hasLabels(s.Get("labelSelector").Text(), "labels") && t.hasLabels(s.Get("annotationSelector").Text(), "annotations")
}

func matchesWhole(expression, value string) bool {
	if expression == value {
		return true
	}
	if len(expression) > 1000 {
		return false
	}
	e, err := regexp.Compile("^(?:" + expression + ")$")
	return err == nil && e.MatchString(value)
}

func (t *target) hasLabels(selector, where string) bool {
	if selector == "" {
		return true
	}
	s, err := labels.Parse(selector)
	if err != nil {
		return false // kustomize refuses it
	}
	set := labels.Set{}
	for key, value := range t.node.Get("metadata").Get(where).All() {
		set[key] = value.Text()
	}
	return s.Matches(set)
}

// note records a change of the object.
func (t *target) note(c Change) {
	c.Path = slices.Concat(t.object.Path, c.Path)
	t.rendering.changes[t.number] = append(t.rendering.changes[t.number], c)
}

func (t *target) moved() { t.rendering.moved[t.number] = true }

// A source is a file that changes are written in.
type source struct {
	file  string
	line  int // of a text inside the file, the line before its first; else 0
	whole int // the line that stands for all, where lines inside do not count; else 0
}

// place is where a node of the source is written.
func (s source) place(n *yamldoc.Node) string {
	line := s.whole
	if line == 0 {
		line = n.Line + s.line
	}
	return s.file + ":" + strconv.Itoa(line)
}

// take copies a node of a patch to the place of a node of the manifest.
func (t *target) take(n, at *yamldoc.Node, from source) *yamldoc.Node {
	return t.takeDeep(n, at, from, 0)
}

func (t *target) takeDeep(n, at *yamldoc.Node, from source, depth int) *yamldoc.Node {
	at = at.KeyOrSelf()
	r := n.Resolve()
	if r == nil || depth > maxDepth {
		r = &yamldoc.Node{Kind: yamldoc.Scalar, Tag: "!!null", Line: n.Line}
	}
	out := &yamldoc.Node{Kind: r.Kind, Style: r.Style, Tag: r.Tag, Value: r.Value, Start: at.Start, End: at.End, Line: at.Line, EndLine: at.EndLine}
	t.rendering.origins[out] = from.place(n)
	if r.Kind == yamldoc.Mapping {
		var entries []yamldoc.Entry
		for key, value := range r.All() {
			entries = append(entries, yamldoc.Entry{Key: keyNode(key, at), Value: t.takeDeep(value, at, from, depth+1)})
		}
		out.SetEntries(entries)
	}
	if r.Kind == yamldoc.Sequence {
		items := make([]*yamldoc.Node, len(r.Items()))
		for i, item := range r.Items() {
			items[i] = t.takeDeep(item, at, from, depth+1)
		}
		out.SetItems(items)
	}
	return out
}

func keyNode(key string, at *yamldoc.Node) *yamldoc.Node {
	return &yamldoc.Node{Kind: yamldoc.Scalar, Tag: "!!str", Value: key, Start: at.Start, End: at.End, Line: at.Line, EndLine: at.EndLine}
}

// scalar is a value that a transformer writes in place of another.
func (t *target) scalar(value, tag string, at *yamldoc.Node, place string) *yamldoc.Node {
	at = at.KeyOrSelf()
	out := &yamldoc.Node{Kind: yamldoc.Scalar, Tag: tag, Value: value, Start: at.Start, End: at.End, Line: at.Line, EndLine: at.EndLine}
	t.rendering.origins[out] = place
	return out
}

// The operations below leave the node they are given as it is and return a
// changed copy, which shares with it what did not change.

// with returns a mapping in which a key has a value. Of duplicates all are
// replaced.
func with(n *yamldoc.Node, key string, value *yamldoc.Node) *yamldoc.Node {
	out := copyOf(n)
	found := false
	for i, e := range out.Entries() {
		if k := e.Key.Resolve(); k != nil && k.Value == key && k.Tag != "!!merge" {
			out.Entries()[i].Value, found = value, true
		}
	}
	if !found {
		out.SetEntries(append(out.Entries(), yamldoc.Entry{Key: keyNode(key, n.KeyOrSelf()), Value: value}))
	}
	return out
}

// without returns a mapping that lacks a key, or has null for one that a merge
// key supplies.
func without(n *yamldoc.Node, key string) *yamldoc.Node {
	out := copyOf(n)
	out.SetEntries(slices.DeleteFunc(out.Entries(), func(e yamldoc.Entry) bool {
		k := e.Key.Resolve()
		return k != nil && k.Value == key && k.Tag != "!!merge"
	}))
	if out.Get(key) != nil {
		return with(out, key, &yamldoc.Node{Kind: yamldoc.Scalar, Tag: "!!null", Line: n.Line})
	}
	return out
}

func copyOf(n *yamldoc.Node) *yamldoc.Node {
	out := *n.Resolve()
	switch out.Kind {
	case yamldoc.Mapping:
		out.SetEntries(slices.Clone(out.Entries()))
	case yamldoc.Sequence:
		out.SetItems(slices.Clone(out.Items()))
	}
	return &out
}
