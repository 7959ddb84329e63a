package kustomize

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// apply takes the objects through one kustomization: its components first, and
// then what it says itself, in kustomize's order.
func (p *Project) apply(k *kustomization, targets []*target, above map[*kustomization]bool) {
	if above[k] {
		return // a circle, which kustomize refuses
	}
	above[k] = true
	defer delete(above, k)
	note(targets, k.path)
	for _, dir := range k.components {
		p.apply(p.dirs[dir], targets, above)
	}
	for _, item := range k.root.Get("patchesStrategicMerge").ListOrOne() {
		p.patch(k, item, nil, targets)
	}
	for _, item := range k.root.Get("patches").List() {
		p.patch(k, item, item.Get("target"), targets)
	}
	settings(k.root, source{file: k.path}, targets)
	for _, item := range k.root.Get("patchesJson6902").List() {
		p.patch(k, item, item.Get("target"), targets)
	}
	for _, item := range k.root.Get("replicas").List() {
		replicas(item, source{file: k.path}, targets)
	}
	for _, item := range k.root.Get("images").List() {
		images(item, source{file: k.path}, targets)
	}
	p.transformers(k, targets)
	for _, item := range k.root.Get("replacements").List() {
		p.replacement(k, item, targets)
	}
}

func note(targets []*target, file string) {
	for _, t := range targets {
		t.rendering.files[file] = true
		break // they share one
	}
}

// patch applies one patch, which is a file or written in place.
func (p *Project) patch(k *kustomization, item, selector *yamldoc.Node, targets []*target) {
	text, from := item.Get("patch"), source{file: k.path}
	name := item.Get("path").Text()
	if item.Is(yamldoc.Scalar) { // of patchesStrategicMerge, and of patches in its first versions
		if name = item.Text(); strings.Contains(name, "\n") {
			text, name = item, ""
		}
	}
	var data []byte
	switch {
	case name != "":
		from.file = path.Join(k.dir, name)
		data = p.files[from.file]
		note(targets, from.file)
	case text.Is(yamldoc.Mapping):
		p.applyPatch(text, from, selector, targets)
		return
	default:
		data = []byte(text.Text())
		if n := text.Resolve(); n != nil {
			if from.line = n.Line; n.Style != yamldoc.Literal {
				from.whole = n.Line // its lines are folded or escaped
			}
		}
	}
	f, err := p.parsed(data)
	if err != nil || len(data) == 0 {
		unread(source{file: k.path}, selector, item, targets)
		return
	}
	for _, doc := range f.Docs {
		p.applyPatch(doc.Root, from, selector, targets)
	}
}

// applyPatch applies a patch that was read: a list is a JSON patch, a mapping is
// merged.
func (p *Project) applyPatch(patch *yamldoc.Node, from source, selector *yamldoc.Node, targets []*target) {
	if patch.Is(yamldoc.Mapping) && strings.HasSuffix(patch.Get("kind").Text(), "List") && patch.Get("items") != nil {
		for _, item := range patch.Get("items").List() {
			p.applyPatch(item, from, selector, targets)
		}
		return
	}
	group, _, ok := strings.Cut(patch.Get("apiVersion").Text(), "/")
	if !ok {
		group = ""
	}
	meta := patch.Get("metadata")
	for _, t := range targets {
		switch {
		case patch.Is(yamldoc.Sequence):
			if selector != nil && t.isSelected(selector) {
				t.operations(patch, from)
			}
		case selector != nil:
			if t.isSelected(selector) {
				t.strategic(withoutNames(patch), from)
			}
		case t.isNamed(patch.Get("kind").Text(), group, meta.Get("name").Text(), meta.Get("namespace").Text()):
			t.strategic(withoutNames(patch), from)
		}
	}
}

// withoutNames takes out of a patch what only says which object it is for.
func withoutNames(patch *yamldoc.Node) *yamldoc.Node {
	out := without(without(patch, "apiVersion"), "kind")
	if meta := out.Get("metadata"); meta.Is(yamldoc.Mapping) {
		out = with(out, "metadata", without(without(meta, "name"), "namespace"))
	}
	return out
}

// unread notes a patch that is not there or cannot be read: nobody knows what it
// does to the objects that it is for.
func unread(from source, selector, at *yamldoc.Node, targets []*target) {
	for _, t := range targets {
		if t.node != nil && (selector == nil || t.isSelected(selector)) {
			t.note(Change{Place: from.place(at), Kind: Added})
		}
	}
}

// settings are what a kustomization says of all objects alike.
func settings(k *yamldoc.Node, from source, targets []*target) {
	for _, t := range targets {
		if t.node == nil {
			continue
		}
		if ns := k.Get("namespace"); ns.Text() != "" && !clusterWide[t.object.Kind] {
			t.namespaces = append(t.namespaces, ns.Text())
			t.set(yamldoc.P("metadata", "namespace"), ns, from)
		}
		name := t.names[len(t.names)-1]
		if changed := k.Get("namePrefix").Text() + name + k.Get("nameSuffix").Text(); changed != name {
			t.names = append(t.names, changed) // for patches; the object keeps the name that files know
		}
		for key, value := range k.Get("commonLabels").All() {
			t.label("labels", key, value, true, from)
		}
		for _, item := range k.Get("labels").List() {
			for key, value := range item.Get("pairs").All() {
				t.label("labels", key, value, item.Get("includeTemplates").IsTrue() || item.Get("includeSelectors").IsTrue(), from)
			}
		}
		for key, value := range k.Get("commonAnnotations").All() {
			t.label("annotations", key, value, true, from)
		}
	}
}

// clusterWide are the kinds that have no namespace, as far as a kustomization
// may set one by mistake.
var clusterWide = map[string]bool{
	"Namespace": true, "Node": true, "PersistentVolume": true, "ClusterRole": true, "ClusterRoleBinding": true,
	"CustomResourceDefinition": true, "StorageClass": true, "PriorityClass": true, "IngressClass": true, "RuntimeClass": true,
	"ValidatingWebhookConfiguration": true, "MutatingWebhookConfiguration": true, "APIService": true,
}

// label puts a label or an annotation on the object and, where it is meant for
// them as well, on its pods.
func (t *target) label(which, key string, value *yamldoc.Node, pods bool, from source) {
	t.set(yamldoc.P("metadata", which, key), value, from)
	if w := t.workload(); w != nil && pods {
		t.set(relative(t.object, w.PodPath.Parent()).Join("metadata", which, key), value, from)
	}
}

// workload is the object's as it is by now, nil for one that has no pods.
func (t *target) workload() *kube.Workload {
	if t.object.Workload() == nil || t.node == nil {
		return nil
	}
	return t.object.Rendered(t.node).Workload()
}

// relative is a path of the document, seen from the object.
func relative(o *kube.Object, p yamldoc.Path) yamldoc.Path { return slices.Clone(p[len(o.Path):]) }

// set puts a value at a path of keys, and what is missing above it.
func (t *target) set(at yamldoc.Path, value *yamldoc.Node, from source) {
	if old := t.node.At(at); old != nil && old.Text() == value.Text() && old.Is(yamldoc.Scalar) {
		return
	}
	t.note(Change{Path: at, Place: from.place(value), Kind: Replaced, Known: true})
	t.node = t.setIn(t.node, at, value, from)
}

func (t *target) setIn(n *yamldoc.Node, at yamldoc.Path, value *yamldoc.Node, from source) *yamldoc.Node {
	if at[0].IsIndex {
		if n.Item(at[0].Index) == nil {
			return n
		}
		out := copyOf(n)
		if len(at) == 1 {
			out.Items()[at[0].Index] = t.take(value, n.Item(at[0].Index), from)
		} else {
			out.Items()[at[0].Index] = t.setIn(n.Item(at[0].Index), at[1:], value, from)
		}
		return out
	}
	key := at[0].Key
	old := n.Get(key)
	place := old
	if old == nil {
		place = n
	}
	if len(at) == 1 {
		return with(n, key, t.take(value, place, from))
	}
	if old == nil || old.Is(yamldoc.Scalar) {
		old = merge{t, from}.empty(yamldoc.Mapping, place, value)
	}
	return with(n, key, t.setIn(old, at[1:], value, from))
}
