package kube

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An Object is one Kubernetes object of a file.
type Object struct {
	Doc        *yamldoc.Doc
	Node       *yamldoc.Node // the object's mapping
	Path       yamldoc.Path  // its place in the document; empty unless in a List
	APIVersion string
	Kind       string
	Name       string // metadata.name, else generateName, may be empty
	Namespace  string // metadata.namespace, may be empty

	id       string
	workload *Workload
}

// ID names the object for people and for findings: "Deployment/web", with a
// namespace "Deployment/shop/web". Of several objects with one name in a file
// the later ones get "#2", "#3".
func (o *Object) ID() string { return o.id }

// Generated reports whether the cluster makes the name up when the object is
// created, so that nothing else can name the object.
func (o *Object) Generated() bool {
	return o.Node.Get("metadata").Get("name").Text() == "" && o.Name != ""
}

// NameNode is where a reader looks for the object: its name or generateName,
// or the object itself where it has neither. It is never nil.
func (o *Object) NameNode() *yamldoc.Node {
	meta := o.Node.Get("metadata")
	for _, key := range []string{"name", "generateName"} {
		if n := meta.Get(key); n != nil {
			return n
		}
	}
	return o.Node
}

// Parse returns the objects of a file in document order. Documents that are
// not Kubernetes objects are passed over.
func Parse(file *yamldoc.File) []*Object {
	var out []*Object
	for _, doc := range file.Docs {
		if doc.Root != nil {
			out = collectObjects(out, doc, doc.Root, nil, 0, map[*yamldoc.Node]bool{})
		}
	}
	seen := map[string]int{}
	for _, o := range out {
		o.id = o.Kind + "/"
		if o.Namespace != "" {
			o.id += o.Namespace + "/"
		}
		o.id += o.Name
		seen[o.id]++
		if n := seen[o.id]; n > 1 {
			o.id = fmt.Sprintf("%s#%d", o.id, n)
		}
		o.workload = o.findWorkload()
	}
	return out
}

// Relevant is the cheap look that decides whether a document is parsed at all:
// all are, except for definitions of resources, which no rule looks into and
// which are by far the largest, and for ConfigMaps that are as large.
func Relevant(o yamldoc.Outline) bool {
	switch kind, _ := o.Value("kind"); kind {
	case "CustomResourceDefinition":
		return false
	case "ConfigMap":
		return o.End-o.Start <= MaxConfigMap
	}
	return true
}

// MaxConfigMap is how many bytes a ConfigMap may have to be read. Settings of
// programs are shorter; dashboards and whole sites are longer.
const MaxConfigMap = 64 << 10

// maxListDepth bounds Lists within Lists, which no tool writes.
const maxListDepth = 4

// An object that an alias repeats is taken once.
func collectObjects(out []*Object, doc *yamldoc.Doc, n *yamldoc.Node, at yamldoc.Path, depth int, seen map[*yamldoc.Node]bool) []*Object {
	if r := n.Resolve(); r == nil || seen[r] {
		return out
	} else {
		seen[r] = true
	}
	kind, version := n.Get("kind").Text(), n.Get("apiVersion").Text()
	if kind == "" || version == "" {
		return out
	}
	if items := n.Get("items"); strings.HasSuffix(kind, "List") && items != nil && items.Kind == yamldoc.Sequence && depth < maxListDepth {
		for i, item := range items.Items() {
			out = collectObjects(out, doc, item, at.Join("items", i), depth+1, seen)
		}
		return out
	}
	meta := n.Get("metadata")
	o := &Object{Doc: doc, Node: n, Path: at, APIVersion: version, Kind: kind, Name: meta.Get("name").Text(), Namespace: meta.Get("namespace").Text()}
	if o.Name == "" {
		o.Name = meta.Get("generateName").Text()
	}
	return append(out, o)
}

// Group returns the API group, "" for the core group.
func (o *Object) Group() string {
	group, _, ok := strings.Cut(o.APIVersion, "/")
	if !ok {
		return ""
	}
	return group
}

// Rendered returns the object with another content: as a tool builds it out of
// its file. It keeps the place, the id, the name and the namespace of the file,
// by which everything else knows it.
func (o *Object) Rendered(node *yamldoc.Node) *Object {
	if node == nil {
		return nil
	}
	out := *o
	out.Node, out.Kind, out.APIVersion = node, node.Get("kind").Text(), node.Get("apiVersion").Text()
	out.workload = out.findWorkload()
	return &out
}
