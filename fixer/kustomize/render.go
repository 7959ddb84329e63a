package kustomize

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Rendering is the objects of one manifest as one or more roots build them.
type Rendering struct {
	Root  string   // the kustomization at whose root it is built
	Roots []string // all those that build it alike, Root first
	Rest  int      // of the last one: further roots that were not looked at

	// Objects are those of the manifest, in its order. One that is taken out is
	// nil.
	Objects []*kube.Object

	changes [][]Change
	moved   []bool
	origins map[*yamldoc.Node]string
	files   map[string]bool
}

// A Change is one thing that a kustomization makes different in an object.
type Change struct {
	Path  yamldoc.Path // in the document of the manifest
	Place string       // where it is written: file and line
	Kind  ChangeKind

	// Known is false where it is not read what the value becomes.
	Known bool
	// Strict says that the change fails where what it changes is not there, as
	// operations of a JSON patch do.
	Strict bool
}

// A ChangeKind says what becomes of what is at the path.
type ChangeKind int

// The kinds of changes.
const (
	Added    ChangeKind = iota // beside what is there: an item of a list
	Replaced                   // what is there, and all below it, is lost
	Removed
	Tested // nothing, but the build fails where another value is there
)

// ChangesOf returns what is different in the object of a number.
func (r *Rendering) ChangesOf(object int) []Change { return r.changes[object] }

// Moved reports whether items of lists in the object have other numbers than in
// the manifest, so that paths below lists do not fit it.
func (r *Rendering) Moved(object int) bool { return r.moved[object] }

// Origin returns the place where a node is written, "" for one of the manifest.
func (r *Rendering) Origin(n *yamldoc.Node) string { return r.origins[n] }

// Files returns the files that it was made from besides the manifest, sorted.
func (r *Rendering) Files() []string { return slices.Sorted(maps.Keys(r.files)) }

// AsWritten reports whether nothing is different from the manifest.
func (r *Rendering) AsWritten() bool {
	return r.Rest == 0 && !slices.ContainsFunc(r.changes, func(c []Change) bool { return len(c) > 0 })
}

// Renderings returns the objects of a manifest as each root builds them. It is
// empty where no kustomization lists the manifest, which is applied as it stands.
func (p *Project) Renderings(manifest string, objects []*kube.Object) []*Rendering {
	if !p.Lists(manifest) {
		return nil
	}
	var out []*Rendering
	known := map[string]*Rendering{}
	chains, rest := p.chains(manifest)
	for _, way := range chains {
		r := p.render(way, objects)
		sum := r.sum()
		if same := known[sum]; same != nil {
			same.Roots = append(same.Roots, r.Root)
			maps.Copy(same.files, r.files)
			continue
		}
		known[sum] = r
		out = append(out, r)
	}
	if len(out) > 0 {
		out[len(out)-1].Rest = rest
	}
	return out
}

func (p *Project) render(way []*kustomization, objects []*kube.Object) *Rendering {
	root := way[len(way)-1]
	r := &Rendering{
		Root: root.path, Roots: []string{root.path}, Objects: make([]*kube.Object, len(objects)),
		changes: make([][]Change, len(objects)), moved: make([]bool, len(objects)),
		origins: map[*yamldoc.Node]string{}, files: map[string]bool{},
	}
	targets := make([]*target, len(objects))
	for i, o := range objects {
		targets[i] = &target{object: o, node: o.Node, names: []string{o.Name}, namespaces: []string{o.Namespace}, rendering: r, number: i}
	}
	for _, k := range way {
		p.apply(k, targets, map[*kustomization]bool{})
	}
	for i, t := range targets {
		if r.Objects[i] = t.object; t.node != t.object.Node {
			r.Objects[i] = t.object.Rendered(t.node)
		}
	}
	return r
}

// sum tells renderings apart: the changed objects, written out.
func (r *Rendering) sum() string {
	var b strings.Builder
	for i, o := range r.Objects {
		if o == nil {
			fmt.Fprintf(&b, "%d gone\n", i)
			continue
		}
		if len(r.changes[i]) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%d ", i)
		write(&b, o.Node, 0)
		for _, c := range r.changes[i] {
			fmt.Fprintf(&b, " %s %d %t %t", c.Path, c.Kind, c.Known, c.Strict)
		}
	}
	return b.String()
}

// maxDepth bounds what is written of a node and put into one; manifests are not
// as deep.
const maxDepth = 64

func write(b *strings.Builder, n *yamldoc.Node, depth int) {
	n = n.Resolve()
	switch {
	case n == nil || depth > maxDepth:
		b.WriteByte('~')
	case n.Kind == yamldoc.Mapping:
		b.WriteByte('{')
		for key, value := range n.All() {
			b.WriteString(strconv.Quote(key))
			b.WriteByte(':')
			write(b, value, depth+1)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	case n.Kind == yamldoc.Sequence:
		b.WriteByte('[')
		for _, item := range n.Items() {
			write(b, item, depth+1)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	default:
		b.WriteString(n.Tag + strconv.Quote(n.Value))
	}
}
